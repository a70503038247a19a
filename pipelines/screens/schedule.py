"""The annual plan in the terminal: what it is short of first, then how good it is."""

import polars as pl
from rich.text import Text

from features.schema import labels
from pipelines.console import Voice
from pipelines.schedule.plan import PlanReport

# Digits: a month's name would fold a table of twelve in a terminal of eighty columns.
_NUMBERS = tuple(str(n) for n in range(1, 13))
_MONTHS = {"zh": ("所/月", *_NUMBERS, "年"), "en": ("office", *_NUMBERS, "all")}
_COVERAGE = {
    "zh": ("要求（先后次序）", "应查", "已排", "未排"),
    "en": ("requirement, by priority", "wanted", "planned", "dropped"),
}
_RELIEF = {
    "zh": ("所", "未排", "增加一对后未排", "影子价值（危害日）"),
    "en": ("office", "dropped", "with one more pair", "worth (harm-days)"),
}
_TOP_OFFICES = 5


def show_plan(voice: Voice, report: PlanReport) -> None:
    """Show the shortage on top, then coverage, workload, quality and what is assumed."""
    _shortage(voice, report)
    _coverage(voice, report)
    _workload(voice, report)
    _quality(voice, report)
    _assumed(voice, report)


def _shortage(voice: Voice, report: PlanReport) -> None:
    names = labels("plan_requirement")
    missing = report.shortage["person_days_missing"].sum()
    if not report.dropped:
        voice.say(
            "人力充足：全部要求均已排入计划",
            "No shortage: every requirement is in the plan",
        )
        return
    first = names[report.fails_first or "legal_floor"]
    voice.say(
        f"人力不足：缺 {missing:,.0f} 人日，{report.dropped:,} 次检查排不进去；"
        f"次序最高而未能全部满足的是：{first[0]}",
        f"SHORT OF HANDS: {missing:,.0f} person-days are missing, {report.dropped:,} visits "
        f"cannot be made; the weightiest requirement that fails: {first[1]}",
    )
    short = report.shortage.filter(pl.col("person_days_missing") > 0)
    voice.table(
        ("缺口（人日，按所和月份）", "Missing person-days by office and month"),
        _MONTHS[voice.lang],
        _by_month(short, "person_days_missing"),
    )
    voice.table(
        ("再增加一对检查员", "What one more pair would bring"),
        _RELIEF[voice.lang],
        [
            (r.office_id, r.dropped, r.dropped_with_pair, round(r.worth))
            for r in report.relief[:_TOP_OFFICES]
        ],
    )


def _by_month(shortage: pl.DataFrame, column: str) -> list[tuple[object, ...]]:
    rows = []
    for (office,), months in shortage.sort("office_id").group_by(
        "office_id", maintain_order=True
    ):
        by_month = {m.month: v for m, v in months.select("month", column).iter_rows()}
        values = [round(by_month.get(n, 0.0)) for n in range(1, 13)]
        rows.append((office, *values, round(sum(by_month.values()))))
    return rows


def _coverage(voice: Voice, report: PlanReport) -> None:
    names = labels("plan_requirement")
    voice.table(
        (
            f"{report.year} 年计划：{report.visits.height:,} 次检查，各项要求落实情况",
            f"Plan of {report.year}: {report.visits.height:,} visits, and what they meet",
        ),
        _COVERAGE[voice.lang],
        [
            (
                voice.pick(*names[c.requirement]),
                c.wanted,
                c.planned,
                Text(f"{c.dropped:,}", style="bold red" if c.dropped else ""),
            )
            for c in report.coverage
        ],
    )


def _workload(voice: Voice, report: PlanReport) -> None:
    share = report.shortage.with_columns(
        share=100
        * (pl.col("person_days_needed") - pl.col("person_days_missing"))
        / pl.col("person_days_available").clip(1e-9)
    ).select("office_id", "month", "share")
    rows = _by_month(share, "share")
    voice.table(
        (
            "各所每月工作量（占可用人日的百分比，已扣预留）",
            "Workload by office and month, % of the person-days there are, less the reserve",
        ),
        _MONTHS[voice.lang][:-1],
        [row[:-1] for row in rows],
    )


def _quality(voice: Voice, report: PlanReport) -> None:
    guess = report.guessing
    voice.say(
        f"已排检查的目标值 {report.cost:,.0f}，下界 {report.bound:,.0f}，差距不超过 {report.gap:.2%}"
        "（目标：概率×危害×未发现天数，加路途；未排检查另按先后次序计罚分）",
        f"Objective of what is planned {report.cost:,.0f}, bound {report.bound:,.0f}: at most "
        f"{report.gap:.2%} from the best (probability x harm x days unseen, and the way; "
        "what is dropped is penalised apart, by priority)",
    )
    if report.dropped:
        voice.say(
            f"连同未排检查的罚分：{report.cost + report.penalty:,.0f}；不动用预留时间的下界 "
            f"{report.whole_bound:,.0f}（法定期限内的检查可动用预留，S-32，故可低于下界）；"
            f"高于各自下界的所合计高出 {report.whole_gap:.2%}",
            f"With what is dropped at its penalty: {report.cost + report.penalty:,.0f}; bound "
            f"of plans that leave the reserve alone {report.whole_bound:,.0f} (what the law "
            "gives a term may use it, S-32, so a plan may lie below); offices above their "
            f"bound exceed it by {report.whole_gap:.2%} in all",
        )
    voice.say(
        f"下次检查日期的不可预测性：外人 {guess.outsider:.1f} 比特（约 "
        f"{2**guess.outsider:.0f} 周里猜一周），知道隔壁何时受检者 {guess.neighbour:.1f} 比特，除种子外全知者 {guess.insider:.1f} 比特（约 "
        f"{2**guess.insider:.0f} 周），均匀时 {guess.most:.1f} 比特",
        f"Guessing the next visit: {guess.outsider:.1f} bits for an outsider (one of about "
        f"{2**guess.outsider:.0f} weeks), {guess.neighbour:.1f} for who knows when next door "
        f"was visited, {guess.insider:.1f} for who knows all but the seed "
        f"(about {2**guess.insider:.0f}), {guess.most:.1f} if all weeks were even",
    )


def _assumed(voice: Voice, report: PlanReport) -> None:
    zh = "；".join(zh for zh, _ in report.defaults)
    en = "; ".join(en for _, en in report.defaults)
    voice.say(
        f"系统默认、非法定，须由主管部门确认的 {len(report.defaults)} 项：{zh}",
        f"{len(report.defaults)} defaults of ours, not law, for the authority to confirm: {en}",
    )
    if report.is_provisional:
        voice.say(
            "该年放假安排尚未公布，工作日按周一至周五暂计",
            "The days off of that year are not announced: Monday to Friday count for now",
        )
    if report.unstaffed:
        voice.say(
            f"{report.unstaffed:,} 家所在街道没有市场监管所，未排入计划",
            f"{report.unstaffed:,} businesses lie on streets without an office and are not planned",
        )
