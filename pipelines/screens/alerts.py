"""The board of alerts, and the history of one, in the terminal."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from features.errors import NotFoundError
from features.schema import labels
from models.alert_loop import standing
from models.citation import Language
from models.clauses import Rule
from models.rules import RuleSet
from pipelines.alerts.book import Known, read_book
from pipelines.alerts.running import Board, Open, alert_row
from pipelines.console import Voice
from pipelines.register.decisions import CHINA
from pipelines.wording import several

# More would not be read; the rest is in output.alert.
_SHOWN = 20
_OPEN = {
    "zh": ("编号", "等级", "信号", "状态", "责任", "期限", "尚缺"),
    "en": ("alert", "level", "signal", "state", "owner", "due", "lacks"),
}
_ACTS = {
    "zh": ("时间", "操作", "办理人", "内容", "文件", "结果"),
    "en": ("time", "action", "by", "what", "documents", "result"),
}
_NEEDS_ZH = {"cause": "原因", "control": "控制证据", "recheck": "复查"}
_ACTIONS_ZH = {
    "signal": "再次出现",
    "take": "接办",
    "measure": "处置措施",
    "cause": "查明原因",
    "control": "控制证据",
    "recheck": "复查",
    "close": "闭环",
}
_RESULTS_ZH = {"controlled": "已控制", "no_hazard": "未发现隐患"}
_RULES = ("warning.publication", "warning.levels", "warning.false_alarms")


def show_board(voice: Voice, board: Board) -> None:
    """Show what is new, what is open, the worst first, and what limits its use."""
    overdue = sum(one.standing.is_overdue for one in board.open)
    voice.say(
        f"数据截止 {board.day}：信号 {board.signals} 个，新预警 {len(board.raised)} 条，"
        f"并入已有预警 {len(board.added)} 条；未闭环 {len(board.open)} 条，其中逾期 "
        f"{overdue} 条；已闭环 {board.closed} 条",
        f"As of {board.day}: {board.signals} signals, {len(board.raised)} new alerts, "
        f"{len(board.added)} seen again; {len(board.open)} open, {overdue} of them "
        f"overdue; {board.closed} closed",
    )
    title = (f"未闭环预警（前 {_SHOWN} 条）", f"Open alerts (first {_SHOWN})")
    voice.table(title, _OPEN[voice.lang], [_row(voice, o) for o in board.open[:_SHOWN]])
    voice.say(
        "↑ 为逾期未接办或未闭环而上调；全部在 output.alert，仅供内部使用",
        "↑ moved up because a term passed; all of them in output.alert, internal",
    )
    lang: Language = "zh" if voice.lang == "zh" else "en"
    for rule_id in _RULES:
        rule, cited = board.law.get(Rule, rule_id), board.law.citation(rule_id, lang)
        voice.say(f"依据：{rule.zh}（{cited}）", f"Rests on: {rule.en} ({cited})")
    voice.say(
        "下一步：shian alert-act 编号 take --actor 姓名 --reason 接办",
        "Next: shian alert-act NUMBER take --actor NAME --reason WHY",
    )


def _row(voice: Voice, one: Open) -> tuple[object, ...]:
    alert, now = one.known.alert, one.standing
    level = voice.pick(now.level.zh, now.level.en)
    if now.missed_terms:
        level += "↑"
    due = "" if now.due_at is None else _time(now.due_at)
    late = voice.pick("逾期 ", "late ") if now.is_overdue else ""
    lacks = now.missing if now.state == "taken" else ()
    return (
        alert.alert_id,
        level,
        voice.pick(alert.zh, alert.en),
        voice.pick(*labels("alert_state")[now.state]),
        now.owner or voice.pick(now.level.owner_zh, now.level.owner.replace("_", " ")),
        f"{late}{due}",
        "、".join(voice.pick(_NEEDS_ZH.get(n, n), n) for n in lacks),
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%y-%m-%d %H:%M}"


def board_facts(board: Board) -> dict[str, object]:
    """Give a program the run and every open alert."""
    return {
        "run_id": board.run_id,
        "as_of": board.day,
        "signals": board.signals,
        "raised": list(board.raised),
        "added": list(board.added),
        "closed": board.closed,
        "open": [alert_row(board.run_id, one) for one in board.open],
    }


def show_history(voice: Voice, book: Path, alert_id: str) -> None:
    """Show everything that was recorded about an alert.

    Raises:
        NotFoundError: the book holds no such alert.
    """
    known = read_book(book).get(alert_id)
    if known is None:
        message = f"{book} holds no alert {alert_id}; see them with: shian alerts"
        told = f"{book} 中没有预警 {alert_id}，请用 shian alerts 查看编号"
        raise NotFoundError(message, said=told)
    voice.facts(history_facts(known))
    alert = known.alert
    voice.say(f"{alert_id}　{alert.zh}", f"{alert_id}   {alert.en}")
    if alert.businesses:
        who = "、".join(alert.businesses)
        voice.say(f"涉及经营者：{who}", f"Businesses: {who}")
    _show_acts(voice, known)


def history_facts(known: Known) -> dict[str, object]:
    """Give a program an alert with all its acts."""
    return {**vars(known.alert), "acts": [vars(act) for act in known.acts]}


def _show_acts(voice: Voice, known: Known) -> None:
    raised = (_time(known.alert.raised_at), voice.pick("预警", "raise"), "", "", 0, "")
    rows = [
        (
            _time(act.at),
            voice.pick(_ACTIONS_ZH[act.action], act.action),
            act.actor,
            act.reason,
            act.documents,
            _result(voice, passed=act.passed, outcome=act.outcome),
        )
        for act in known.acts
    ]
    voice.table(("全过程", "History"), _ACTS[voice.lang], [raised, *rows])


def _result(voice: Voice, *, passed: bool | None, outcome: str | None) -> str:
    if passed is not None:
        return voice.pick(
            "通过" if passed else "未通过", "passed" if passed else "failed"
        )
    return voice.pick(_RESULTS_ZH[outcome], outcome) if outcome else ""


def show_known(voice: Voice, known: Known, law: RuleSet, now: datetime) -> None:
    """Show an alert as it stands after an act, and what it still lacks."""
    one = Open(known, standing(known.alert, known.acts, law, now))
    voice.table(("预警", "Alert"), _OPEN[voice.lang], [_row(voice, one)])
    _show_acts(voice, known)


def known_facts(known: Known, law: RuleSet, now: datetime) -> dict[str, object]:
    """Give a program an alert as it stands after an act."""
    found = standing(known.alert, known.acts, law, now)
    return {
        "alert_id": known.alert.alert_id,
        "state": found.state,
        "level": found.level.level,
        "is_overdue": found.is_overdue,
        "missing": list(found.missing),
    }


def show_feedback(voice: Voice, rows: Mapping[str, int], folder: Path) -> None:
    """Say what closed alerts correct, and how the corrections are loaded."""
    voice.facts({"folder": folder, "rows": rows})
    complaints, incidents = rows.values()
    voice.say(
        f"已闭环预警的结论：投诉举报 {complaints} 件、事件 {incidents} 起，写入 {folder}\n"
        f"装载后进入特征：shian load {folder} --mapping shian",
        f"Closed alerts settle {several(complaints, 'complaint')} and "
        f"{several(incidents, 'incident')}, in "
        f"{folder}\nLoad them into the features: shian load {folder} --mapping shian",
    )
