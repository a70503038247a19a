"""A sampling plan, and what came of it, in the terminal."""

import shlex
from collections import Counter
from pathlib import Path

from features.schema import labels
from models.citation import Language
from models.clauses import Rule
from models.sampling_design import EVALUATION, PROGRAMMES
from pipelines.console import Voice
from pipelines.sampling_plan.overview import Overview
from pipelines.sampling_plan.planning import Plan, parameters
from pipelines.sampling_plan.results import Results
from pipelines.settings import TOP_ROWS

_WHAT_ZH = {
    "report": "出具检验报告",
    "apply": "可申请复检至",
    "recheck": "复检结论",
    "dispose": "核查处置",
    "recall": "完成召回",
}
_STANDINGS_ZH = {
    "passed": "合格",
    "failed": "不合格（终结）",
    "contested": "不合格（可复检或复检中，不计）",
    "open": "待出结果",
}
_CLOCKS = {
    "zh": ("样品", "经营者", "不合格项目", "事项", "期限", "逾期天数"),
    "en": ("sample", "business", "item", "what", "due", "days over"),
}


def show_plan(voice: Voice, plan: Plan, out: Path, warehouse: Path) -> None:
    """Show the figures, the programmes and streets, the cautions, and the files."""
    overview = Overview(plan, voice.lang)
    for number, said in overview.facts():
        voice.say(f"{number}　{said}", f"{number}   {said}")
    for table in (overview.programmes(), overview.streets()):
        rows = [
            [f"{v:.1%}" if n in table.shares else v for n, v in enumerate(row)]
            for row in table.rows
        ]
        voice.table((table.title, table.title), table.header, rows)
    for said in overview.cautions():
        voice.say(said, said)
    following = f"shian sample-results --warehouse {shlex.quote(str(warehouse))}"
    voice.say(
        f"计划：{out}/plan.xlsx、plan.csv、plan.html\n"
        f"抽样：{out}/samplers/　接样：{out}/reception/　检验：{out}/laboratories/ "
        "请分送三方，任何一方不得持有他方文件\n"
        f"密钥：{out}/sealed/key.txt 请另行封存\n"
        f"运行编号 {plan.run_id}　下一步：{following}",
        f"Plan: {out}/plan.xlsx, plan.csv, plan.en.html\n"
        f"Officers: {out}/samplers/   reception: {out}/reception/   laboratories: "
        f"{out}/laboratories/   hand each to its own, and none to another\n"
        f"Key: {out}/sealed/key.txt, to be kept elsewhere under seal\n"
        f"Run {plan.run_id}   Next: {following}",
    )


def plan_facts(plan: Plan) -> dict[str, object]:
    """Give a program what the plan holds and promises; the key is not among it."""
    return {"run_id": plan.run_id, **parameters(plan)}


def show_results(voice: Voice, results: Results) -> None:
    """Show what the results count as, the pass rate, and the terms, overdue first."""
    voice.table(
        ("结果（按抽检性质，不相加）", "Results by programme, never added up"),
        [
            voice.pick("性质", "programme"),
            *(voice.pick(zh, en) for en, zh in _STANDINGS_ZH.items()),
        ],
        [
            (
                voice.pick(*labels("programme")[programme]),
                *(results.standings[programme].get(s, 0) for s in _STANDINGS_ZH),
            )
            for programme in PROGRAMMES
        ],
    )
    _say_rate(voice, results)
    overdue = Counter(_what(voice, c.what) for c in results.overdue)
    voice.say(
        f"时限：未完成 {len(results.open_clocks):,} 项，其中逾期 {len(results.overdue):,} 项"
        + (f"（{_counts(overdue)}）" if overdue else "")
        + f"；核查处置已完成 {results.disposed:,} 件，90日内 {results.disposed_in_time:,} 件",
        f"Terms: {len(results.open_clocks):,} open, {len(results.overdue):,} overdue"
        + (f" ({_counts(overdue)})" if overdue else "")
        + f"; disposals done {results.disposed:,}, within 90 days {results.disposed_in_time:,}",
    )
    voice.table(
        (f"最早到期的 {TOP_ROWS} 项", f"First {TOP_ROWS} due"),
        _CLOCKS[voice.lang],
        _clock_rows(voice, results),
    )
    lang: Language = "zh" if voice.lang == "zh" else "en"
    for rule in sorted({c.rule for c in results.open_clocks}):
        said, cited = results.law.get(Rule, rule), results.law.citation(rule, lang)
        voice.say(f"依据：{said.zh}（{cited}）", f"Rests on: {said.en} ({cited})")


def _say_rate(voice: Voice, results: Results) -> None:
    rate = results.rate
    if rate is None:
        voice.say(
            "评价性抽检合格率：不适用（尚无终结结果）",
            "Pass rate of evaluation: not applicable (no result is final yet)",
        )
        return
    if results.planned is None:
        basis_zh, basis_en = "无抽检计划，按等概率估算", "no plan: as if drawn evenly"
    else:
        basis_zh = f"按计划 {results.run_id} 的抽取概率加权"
        basis_en = f"weighted by the chances of plan {results.run_id}"
    voice.say(
        f"评价性抽检合格率 {rate.rate:.2%}（95%区间 {rate.lower:.2%}–{rate.upper:.2%}，"
        f"{rate.batches:,} 批次，不合格 {rate.failed:,}；{basis_zh}；复检中的不计）",
        f"Pass rate of evaluation {rate.rate:.2%} (95% interval {rate.lower:.2%} to "
        f"{rate.upper:.2%}, {rate.batches:,} batches, {rate.failed:,} failed; {basis_en}; "
        "without what is under re-inspection)",
    )


def _clock_rows(voice: Voice, results: Results) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for clock in results.open_clocks[:TOP_ROWS]:
        sample = results.samples[clock.sample_id]
        over = max((results.day - clock.due.date).days, 0)
        mark = voice.pick("（暂定）", " (provisional)")
        due = f"{clock.due.date}{mark if clock.due.is_provisional else ''}"
        rows.append(
            (
                clock.sample_id,
                sample.business_id,
                sample.failed_item or "",
                _what(voice, clock.what),
                due,
                over,
            )
        )
    return rows


def _what(voice: Voice, what: str) -> str:
    return voice.pick(_WHAT_ZH[what], what)


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counted.most_common())


def results_facts(results: Results) -> dict[str, object]:
    """Give a program the standings, the rate, and every open term."""
    rate = results.rate
    return {
        "as_of": results.day,
        "plan_run": results.run_id,
        "standings": {p: dict(held) for p, held in results.standings.items()},
        "pass_rate": None if rate is None else vars(rate),
        "programme_of_rate": EVALUATION,
        "disposed": results.disposed,
        "disposed_in_time": results.disposed_in_time,
        "overdue": len(results.overdue),
        "open": [
            {
                "sample_id": c.sample_id,
                "what": c.what,
                "due": c.due.date,
                "is_provisional": c.due.is_provisional,
                "is_overdue": c.is_overdue(results.day),
                "rule": c.rule,
            }
            for c in results.open_clocks
        ],
    }
