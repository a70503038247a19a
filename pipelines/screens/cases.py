"""A case, what waits, and what an officer must look at, in the terminal."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.text import Text

from models.case import Running, step_of, step_words, word
from models.procedure_clauses import Step, Trigger
from models.rules import Rules, load_rules
from models.worklist import Item
from pipelines.acting import Seen
from pipelines.case_files import CaseFile
from pipelines.console import Voice
from pipelines.register.chain import Entry
from pipelines.register.decisions import FILE
from pipelines.settings import TOP_ROWS

if TYPE_CHECKING:
    import polars as pl

# Enough of a hash to compare by eye.
_SHORT_HASH = 12
_LATE = "bold red"
# Of 2026-03-02T09:00:00+08:00: the day, and the minute.
_TO_DAY, _TO_MINUTES = 10, 16
_HISTORY = {
    "zh": ("行", "登记时间", "事项和理由", "办理人", "附件"),
    "en": ("row", "recorded", "act and reason", "by", "documents"),
}
_NEXT = {
    "zh": ("操作和条款", "由谁", "须附", "须逐项确认"),
    "en": ("action and article", "by", "documents", "to confirm"),
}
_TERMS = {
    "zh": ("期限", "起", "止", "情况"),
    "en": ("term", "from", "until", "now"),
}
_WORK = {
    "zh": ("期限", "案件", "事项和依据", "由谁", "最早"),
    "en": ("due", "case", "to do and article", "by", "not before"),
}
_COUNTS = {
    "duty": ("须在期内办理", "must be done by then"),
    "right": ("当事人权利", "a right of the party"),
    "wait": ("期满后方可", "not before its end"),
    "term": ("期满办理", "to be done at its end"),
}


def show_case(voice: Voice, file: CaseFile) -> None:
    """Show where a case stands, what was done, what may follow, and every clock."""
    rules, case = load_rules(), file.case
    where = voice.pick(*word(rules, "state", file.state))
    public = (
        voice.pick("公示中", "public")
        if file.is_public
        else voice.pick("未公示", "not public")
    )
    penalties = voice.pick("、", ", ").join(case.penalties)
    voice.say(
        f"案件 {case.case_id}　{case.business_id}　名单 {case.list_type}　{where}，{public}\n"
        f"列入情形：{_ground(rules, file, 'zh')}；处罚 {penalties}",
        f"Case {case.case_id}   {case.business_id}   list {case.list_type}   {where}, {public}\n"
        f"Ground: {_ground(rules, file, 'en')}; penalty {penalties}",
    )
    voice.table(
        ("办理经过", "History"),
        _HISTORY[voice.lang],
        [_told(voice, rules, entry) for entry in file.entries],
    )
    show_work(voice, file.waiting)
    voice.table(
        ("现在可以办理", "What may be done now"),
        _NEXT[voice.lang],
        [
            _step(voice, rules, a.step, voice.pick(a.citation_zh, a.citation_en))
            for a in file.allowed
        ],
    )
    if file.terms:
        voice.table(
            ("期限", "Terms"),
            _TERMS[voice.lang],
            [_term(voice, term, file.today) for term in file.terms],
        )


def show_entry(voice: Voice, entry: Entry, *, following: str) -> None:
    """Show what the register now holds, and where to go on."""
    zh, en = step_words(load_rules(), entry.action)
    voice.say(
        f"已登记第 {entry.seq} 行：案件 {entry.case_id}“{zh}”，{entry.actor}，"
        f"{entry.recorded_at}\n下一步：{following}",
        f"Recorded as row {entry.seq}: case {entry.case_id} '{en}', {entry.actor}, "
        f"{entry.recorded_at}\nNext: {following}",
    )


def show_work(voice: Voice, items: Iterable[Item]) -> None:
    """Show what waits, the most urgent first; what is overdue in words and in red."""
    rules = load_rules()
    voice.table(
        ("待办", "To do"),
        _WORK[voice.lang],
        [_item(voice, rules, item) for item in items],
    )


def show_annulments(voice: Voice, gone: "pl.DataFrame") -> None:
    """Show which annulments the warehouse knows and the register does not."""
    if gone.height:
        voice.table(
            (
                "行政处罚已撤销而登记簿未登记，须立即登记：shian listing act 案件 annul",
                "Annulled penalties the register does not know: shian listing act CASE annul",
            ),
            (
                voice.pick("案件", "case"),
                voice.pick("处罚", "penalty"),
                voice.pick("撤销日", "annulled on"),
            ),
            gone.rows(),
        )


def show_seen(voice: Voice, looked: Seen, *, following: str) -> None:
    """Show the explanation an officer must have seen, and the mark that says so."""
    seen, mark = looked.explanation, looked.mark
    low, high = seen["probability_lower"], seen["probability_upper"]
    voice.say(
        f"{seen['business_id']}，数据截止 {seen['as_of']}：风险等级 {seen['risk_grade']}，"
        f"总分 {seen['total_points']:.1f}，概率 {seen['probability']:.1%}"
        f"（{low:.1%}–{high:.1%}）\n评分不是列入的依据；依据是处罚决定及其条款",
        f"{seen['business_id']} as of {seen['as_of']}: risk grade {seen['risk_grade']}, "
        f"{seen['total_points']:.1f} points, chance {seen['probability']:.1%} "
        f"({low:.1%}-{high:.1%})\nA score is no ground; the penalty and its article are",
    )
    at = 0 if voice.lang == "zh" else 1
    voice.table(
        ("主要理由", "Principal reasons"),
        ("", voice.pick("理由", "reason")),
        [(n, row[at]) for n, row in enumerate(seen["reasons"], 1)],
    )
    if seen["grounds"]:
        voice.table(
            ("可以调整等级的情形", "Grounds for raising or lowering the grade"),
            (voice.pick("情形", "ground"), voice.pick("条款", "article")),
            [(row[at + 1], row[0]) for row in seen["grounds"]],
        )
    _show_moved(voice, seen["shap"])
    voice.say(
        f"模型 {seen['model_version']}　规则 {seen['law_version'][:_SHORT_HASH]}　"
        f"数据 {seen['data_fingerprint'][:_SHORT_HASH]}\n说明编号（当日有效）：{mark}\n"
        f"下一步：{following}",
        f"Model {seen['model_version']}   law {seen['law_version'][:_SHORT_HASH]}   "
        f"data {seen['data_fingerprint'][:_SHORT_HASH]}\nMark (good today): {mark}\n"
        f"Next: {following}",
    )


def _show_moved(voice: Voice, shap: Mapping[str, float]) -> None:
    # The list of features loads numpy, which no other screen of a case needs.
    from features.catalogue import catalogue  # noqa: PLC0415

    named = {f.name: voice.pick(f.zh, f.en) for f in catalogue()}
    moved = sorted(shap.items(), key=lambda pair: -abs(pair[1]))
    voice.table(
        ("模型贡献最大的特征（对数几率）", "Largest contributions (log-odds)"),
        (voice.pick("特征", "feature"), voice.pick("贡献", "moved")),
        [(named[n], f"{v:+.3f}") for n, v in moved if n in named][:TOP_ROWS],
    )


def filing_options(day: date) -> str:
    """Write the options that the rules of a day ask for to open a case."""
    step = step_of(load_rules(), FILE, day)
    attached = step.attachments if step else ()
    confirmed = step.confirmations if step else ()
    return " ".join(
        (
            "--actor ... --reason ...",
            *(f"--attach {kind}=..." for kind in attached),
            *(f"--confirm {code}" for code in confirmed),
        )
    )


def case_facts(file: CaseFile) -> Mapping[str, Any]:
    """Give a program the case, its entries and what may follow."""
    case = file.case
    return {
        "case_id": case.case_id,
        "business_id": case.business_id,
        "list_type": case.list_type,
        "trigger": case.trigger,
        "penalties": case.penalties,
        "state": file.state,
        "is_public": file.is_public,
        "entries": [entry_facts(entry) for entry in file.entries],
        "to_do": [vars(item) for item in file.waiting],
        "allowed": [
            {**vars(a.step), "article": a.citation_zh, "article_en": a.citation_en}
            for a in file.allowed
        ],
        "terms": [
            {
                "term": term.clock.id,
                "counts": term.clock.counts,
                "started_on": term.started_on,
                "ends_on": term.ends.date,
                "is_provisional": term.ends.is_provisional,
                "is_over": term.is_over,
                "is_overdue": _is_late(term, file.today),
            }
            for term in file.terms
        ],
    }


def entry_facts(entry: Entry) -> Mapping[str, Any]:
    """Give a program an entry with its documents and explanation opened."""
    seen = entry.explanation
    return {
        **vars(entry),
        "body": json.loads(entry.body),
        "explanation": None if seen is None else json.loads(seen),
    }


def _ground(rules: Rules, file: CaseFile, lang: str) -> str:
    """Name trigger and article, as in force when the case was opened."""
    case = file.case
    law = rules.in_force(case.acts[0].recorded_on)
    trigger = law.find(Trigger, case.trigger)
    if trigger is None:
        return case.trigger
    if lang == "zh":
        return f"{trigger.zh}（{law.citation(trigger.id)}）"
    return f"{trigger.en} ({law.citation(trigger.id, 'en')})"


def _told(voice: Voice, rules: Rules, entry: Entry) -> Sequence[object]:
    body = json.loads(entry.body)
    recorded, role = entry.recorded_at[:_TO_MINUTES], word(rules, "role", entry.role)
    act = [voice.pick(*step_words(rules, entry.action)), entry.reason]
    if entry.happened_on != entry.recorded_at[:_TO_DAY]:
        act.append(f"{voice.pick('发生于', 'happened')} {entry.happened_on}")
    if entry.explanation is not None:
        act.append(voice.pick("已看说明，随案留存", "explanation seen and kept"))
    who = [entry.actor, voice.pick(*role)]
    if account := body.get("account"):
        who.append(f"{voice.pick('账号', 'account')} {account}")
    documents = [
        f"{voice.pick(*word(rules, 'attachment', a['kind']))} {a['name']} "
        f"{a['sha256'][:_SHORT_HASH]}"
        for a in body["attachments"]
    ]
    said = (recorded.replace("T", " "), *map("\n".join, (act, who, documents)))
    return (str(entry.seq), *said)


def _step(voice: Voice, rules: Rules, step: Step, article: str) -> Sequence[object]:
    """Show an action with the codes to type, each beside its word."""

    def said(kind: str, codes: Iterable[str]) -> str:
        return "\n".join(f"{c} {voice.pick(*word(rules, kind, c))}" for c in codes)

    name = [f"{step.action} {voice.pick(step.zh, step.en)}", article]
    if step.is_explained:
        name.append(voice.pick("须先查看说明", "explanation first"))
    return (
        "\n".join(name),
        said("role", step.roles),
        said("attachment", step.attachments),
        said("confirmation", step.confirmations),
    )


def _is_late(term: Running, today: date) -> bool:
    return (
        not term.is_over
        and term.clock.counts in {"duty", "term"}
        and today > term.ends.date
    )


def _term(voice: Voice, term: Running, today: date) -> Sequence[object]:
    now = voice.pick(*_COUNTS[term.clock.counts])
    if term.is_over:
        now = voice.pick("已办", "done")
    is_late = _is_late(term, today)
    if is_late:
        now = voice.pick("逾期", "OVERDUE")
    return tuple(
        Text(text, style=_LATE if is_late else "")
        for text in (
            voice.pick(term.clock.zh, term.clock.en),
            term.started_on.isoformat(),
            _day(voice, term.ends.date, is_provisional=term.ends.is_provisional),
            now,
        )
    )


def _item(voice: Voice, rules: Rules, item: Item) -> Sequence[object]:
    due = "-"
    if item.due is not None:
        due = _day(voice, item.due, is_provisional=item.is_provisional)
    if item.is_overdue:
        due = f"{voice.pick('逾期', 'OVERDUE')} {due}"
    roles = (voice.pick(*word(rules, "role", role)) for role in item.roles)
    to_do = [
        f"{'/'.join(item.actions)} {voice.pick(item.zh, item.en)}",
        voice.pick(item.basis_zh, item.basis_en),
    ]
    cells = (
        due,
        f"{item.case_id}\n{item.business_id}",
        "\n".join(filter(None, to_do)),
        voice.pick("、", ", ").join(roles),
        "" if item.opens_on is None else item.opens_on.isoformat(),
    )
    return tuple(Text(text, style=_LATE if item.is_overdue else "") for text in cells)


def _day(voice: Voice, day: date, *, is_provisional: bool) -> str:
    """Write a day; one whose holidays were not announced yet is provisional."""
    mark = voice.pick("（暂定）", " (provisional)") if is_provisional else ""
    return f"{day}{mark}"
