"""The visits of a double-random draw as a list that an office prints and fills in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features.errors import InputError, UsageError
from features.schema import schema
from features.warehouse import Warehouse, open_warehouse
from models.plan_clauses import Amounts
from models.rules import RuleSet, load_rules
from models.workdays import is_workday
from pipelines.draw.bundle import Bundle
from pipelines.draw.verify import verify
from pipelines.provenance import run_name
from pipelines.weekly.arranging import Desk, fill_days, stops_of
from pipelines.weekly.files import write_files
from pipelines.weekly.making import stop_rows
from pipelines.weekly.overview import read_picture
from pipelines.weekly.reading import BUSINESSES, place_of, read_roster, read_way
from pipelines.weekly.tasks import DRAW, Pair, Task
from pipelines.weekly.view import Listing, described


@dataclass(frozen=True)
class DrawnList:
    """The visits of a draw on their days, the files, and who has no day together."""

    listing: Listing
    files: tuple[Path, ...]
    left: tuple[Task, ...]


def export_draw(bundle: Path, warehouse: Path, out: Path, *, begins: date) -> DrawnList:
    """Write the files of a draw's visits, on days from one on until the task ends.

    The inspectors are those that were drawn; a visit for which they have no day
    together is given back, to be settled by a withdrawal.

    Raises:
        InputError: the bundle does not verify, so nobody may be sent by it.
        UsageError: the task ends before the day.
    """
    found = verify(bundle)
    if not found.is_sound:
        message = f"{bundle} does not verify, so nobody is sent by it; see what differs with: shian draw verify {bundle}"
        raise InputError(message)
    with open_warehouse(warehouse, read_only=True) as opened:
        listing, left = _listing(opened, found.bundle, begins)
        picture = read_picture(opened, listing)
    return DrawnList(listing, tuple(write_files(listing, picture, out)), left)


def _listing(
    warehouse: Warehouse, bundle: Bundle, begins: date
) -> tuple[Listing, tuple[Task, ...]]:
    task = bundle.frozen.task
    as_of, ends = date.fromisoformat(task.as_of), date.fromisoformat(task.ends)
    if begins > ends:
        message = f"the task ends on {ends}, before {begins}; give an earlier --from"
        raise UsageError(message)
    known = warehouse.sql(BUSINESSES, [as_of])
    law = load_rules().in_force(as_of)
    tasks = tuple(_tasks(bundle, known, law, ends))
    desk = _arranged(warehouse, law, tasks, begins=begins, ends=ends)
    run_id = run_name("draw", bundle.commitment.commitment, bundle.beacon)
    offices = warehouse.sql("select office_id, name as office from mart.office")
    rows = stop_rows(stops_of(desk), plan_run=None, run_id=run_id).join(
        offices, on="office_id", how="left", maintain_order="left"
    )
    listing = Listing(
        title=f"双随机抽查任务单：{task.name}",
        title_en=f"Double-random visits: {task.name}",
        first=begins,
        last=ends,
        as_of=as_of,
        run_id=run_id,
        origin={"plan_run": None},
        rows=described(warehouse, rows, known, {"score_run": task.score_run}),
        changes=schema()["output.worklist_change"]
        .empty()
        .with_columns(name=pl.lit(None, pl.String), office_id=pl.lit(None, pl.String)),
    )
    return listing, tuple(desk.left)


def _arranged(
    warehouse: Warehouse,
    law: RuleSet,
    tasks: Sequence[Task],
    *,
    begins: date,
    ends: date,
) -> Desk:
    """Put every visit on a day of the pair that was drawn; nobody stands in for it."""
    span = (begins + timedelta(days=n) for n in range((ends - begins).days + 1))
    days = [day for day in span if is_workday(day)]
    roster = read_roster(warehouse, days, begins)
    desk = Desk(
        roster, read_way(warehouse, law), law.number("plan.minutes_a_day"), begins
    )
    by_pair: dict[Pair, list[Task]] = defaultdict(list)
    for task in tasks:
        by_pair[task.pair].append(task)
    for pair in sorted(by_pair, key=lambda p: (-len(by_pair[p]), p)):
        desk.left += fill_days(pair, by_pair[pair], desk)
    return desk


def _tasks(
    bundle: Bundle, known: pl.DataFrame, law: RuleSet, ends: date
) -> Iterator[Task]:
    task = bundle.frozen.task
    trading = {row["business_id"]: row for row in known.iter_rows(named=True)}
    minutes = law.get(Amounts, "plan.minutes")
    by_code = minutes.by_code()
    for visit in bundle.standing:
        business = trading[visit.business_id]
        of_type = by_code.get(business["business_type"], minutes.otherwise)
        yield Task(
            visit_id=draw_number(bundle, visit.business_id),
            business_id=visit.business_id,
            business_type=business["business_type"],
            office_id=business["office_id"],
            place=place_of(business),
            purpose="random",
            source=DRAW,
            reason=f"双随机抽查：{task.name}",
            reason_en=f"double-random draw: {task.name}",
            legal_basis=law.citation("draw.credit"),
            checklist="full",
            due_on=ends,
            minutes=by_code.get(business["subtype"] or "", of_type),
            pair=visit.inspectors,
            inclusion_probability=float(visit.inclusion_probability),
        )


def draw_number(bundle: Bundle, business: str) -> str:
    """Number the visit of a draw to a business; the inspection bears it."""
    return run_name("draw", bundle.commitment.commitment, bundle.beacon, business)
