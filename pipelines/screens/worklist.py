"""A week's worklist, a draw's visits, and the check of a plan in the terminal."""

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from features.schema import labels
from pipelines.console import Voice
from pipelines.plan_checker import Verdict
from pipelines.settings import TOP_ROWS
from pipelines.weekly.drawn import DrawnList
from pipelines.weekly.making import Made
from pipelines.weekly.tasks import Stop
from pipelines.wording import several

_STOPS = {
    "zh": ("最迟", "检查日", "顺序", "检查人员", "经营者", "事由"),
    "en": ("due", "day", "order", "inspectors", "business", "reason"),
}
_CHANGES = {"zh": ("变动", "原因", "处"), "en": ("change", "why", "number")}
_FOUND = {
    "zh": ("规则", "任务", "经营者", "不符之处", "依据"),
    "en": ("rule", "visit", "business", "what is wrong", "article"),
}


def show_week(voice: Voice, made: Made, files: Sequence[Path], warehouse: Path) -> None:
    """Show what presses first, what changed and why, and where the files are."""
    week, found = made.week, made.worklist
    late = sum(stop.task.is_overdue(stop.day) for stop in found.stops)
    voice.say(
        f"{week.monday} 当周（数据截止 {week.as_of}）：{len(found.stops):,} 次检查，"
        f"其中逾期 {late:,} 次；未能排入 {len(found.left):,} 次",
        f"Week of {week.monday} (as of {week.as_of}): {len(found.stops):,} visits, "
        f"{late:,} overdue; {len(found.left):,} did not fit",
    )
    first = sorted(found.stops, key=lambda s: (s.task.due_on, s.day, s.task.visit_id))
    voice.table(
        (
            f"最急 {TOP_ROWS} 次，逾期为红",
            f"The {TOP_ROWS} most pressing, overdue in red",
        ),
        _STOPS[voice.lang],
        [_row(voice, stop) for stop in first[:TOP_ROWS]],
    )
    kinds = labels("worklist_change")
    counted = Counter(
        (voice.pick(*kinds[c.change]), voice.pick(c.why, c.why_en))
        for c in found.changes
    )
    if counted:
        voice.table(
            ("与此前告知不同之处", "What differs from what people were told"),
            _CHANGES[voice.lang],
            [(*what, count) for what, count in counted.most_common()],
        )
    show_files(voice, files, warehouse)


def _row(voice: Voice, stop: Stop) -> tuple[object, ...]:
    task = stop.task
    style = "bold red" if task.is_overdue(stop.day) else ""
    return (
        Text(str(task.due_on), style),
        Text(str(stop.day), style),
        stop.position,
        "、".join(stop.pair),
        task.business_id,
        Text(voice.pick(task.reason, task.reason_en), style),
    )


def show_files(voice: Voice, files: Sequence[Path], warehouse: Path) -> None:
    """Say where the files are, and how a filled sheet comes back."""
    if not files:
        return
    out = files[0].parent
    sheets = sum(path.suffix == ".xlsx" for path in files)
    calendars = sum(path.suffix == ".ics" for path in files)
    folder, where = shlex.quote(str(out)), shlex.quote(str(warehouse))
    following = f"shian load {folder} --mapping worklist --warehouse {where}"
    voice.say(
        f"文件在 {out}：各所任务单 {sheets} 份、各组日历 {calendars} 份、总览 overview.html\n"
        f"填好后：{following}",
        f"Files in {out}: {several(sheets, 'office sheet')}, {several(calendars, 'calendar')}, overview.en.html\n"
        f"When filled in: {following}",
    )


def week_facts(made: Made, files: Sequence[Path]) -> dict[str, object]:
    """Give a program the list, every change, and what did not fit."""
    found = made.worklist
    return {
        "run_id": made.run_id,
        "plan_run": made.week.plan_run,
        "week": made.week.monday,
        "as_of": made.week.as_of,
        "visits": [
            {
                "visit_id": stop.task.visit_id,
                "business_id": stop.task.business_id,
                "visit_on": stop.day,
                "position": stop.position,
                "inspectors": stop.pair,
                "source": stop.task.source,
                "reason": stop.task.reason,
                "legal_basis": stop.task.legal_basis,
                "checklist": stop.task.checklist,
                "due_on": stop.task.due_on,
                "is_overdue": stop.task.is_overdue(stop.day),
            }
            for stop in found.stops
        ],
        "changes": [asdict(change) for change in found.changes],
        "left": [task.visit_id for task in found.left],
        "files": [str(path) for path in files],
    }


def show_drawn_list(voice: Voice, drawn: DrawnList, warehouse: Path) -> None:
    """Show how many visits stand on which days, and who has no day together."""
    listing = drawn.listing
    voice.say(
        f"{listing.title}：{listing.rows.height:,} 次检查，{listing.first} 至 {listing.last}",
        f"{listing.title_en}: {several(listing.rows.height, 'visit')}, {listing.first} to {listing.last}",
    )
    for task in drawn.left:
        who = "、".join(task.pair)
        voice.say(
            f"{task.business_id}：{who} 没有共同的工作日或须回避；请用 shian draw withdraw 更换",
            f"{task.business_id}: {who} have no day together or must not go; replace one with shian draw withdraw",
        )
    show_files(voice, drawn.files, warehouse)


def drawn_list_facts(drawn: DrawnList) -> dict[str, object]:
    """Give a program the visits of a draw on their days."""
    rows = drawn.listing.rows
    return {
        "run_id": drawn.listing.run_id,
        "visits": rows.select(
            *("visit_id", "business_id", "visit_on", "inspector_id"),
            *("second_inspector_id", "due_on", "inclusion_probability"),
        ).to_dicts(),
        "left": [task.business_id for task in drawn.left],
        "files": [str(path) for path in drawn.files],
    }


def show_verdict(voice: Voice, found: Verdict) -> None:
    """Show that every rule holds, or what is broken, with its article."""
    duties = sum(found.duties.values())
    if found.is_sound:
        voice.say(
            f"核对通过：{found.year} 年计划 {found.run_id}，{found.visits:,} 次检查、"
            f"{duties:,} 项要求逐条核对，缺口已申报 {found.dropped:,} 次",
            f"Sound: plan {found.run_id} of {found.year}, {found.visits:,} visits and "
            f"{duties:,} duties checked one by one, {found.dropped:,} declared dropped",
        )
        return
    voice.table(
        ("违反的规则", "Rules broken"),
        (voice.pick("规则", "rule"), voice.pick("处", "number")),
        list(found.by_rule().items()),
    )
    voice.table(
        (f"前 {TOP_ROWS} 处", f"First {TOP_ROWS}"),
        _FOUND[voice.lang],
        [
            (
                v.rule,
                v.visit_id or "-",
                v.business_id or "-",
                voice.pick(v.zh, v.en),
                voice.pick(v.article_zh, v.article_en),
            )
            for v in found.violations[:TOP_ROWS]
        ],
    )


def verdict_facts(found: Verdict) -> dict[str, object]:
    """Give a program every violation."""
    return {
        "run_id": found.run_id,
        "is_sound": found.is_sound,
        "visits": found.visits,
        "dropped": found.dropped,
        "duties": found.duties,
        "by_rule": found.by_rule(),
        "violations": [asdict(violation) for violation in found.violations],
    }
