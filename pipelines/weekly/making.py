"""Make the worklist of a week: read, arrange, say what changed, and keep it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from features.schema import schema
from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines.provenance import code_version, run_name
from pipelines.settings import PATIENCE_SECONDS
from pipelines.weekly.arranging import arrange
from pipelines.weekly.changes import removed, worklist
from pipelines.weekly.reading import Week, earlier, read_week, told
from pipelines.weekly.tasks import Change, Stop, Worklist

DONE = "已完成或不再需要", "done, or not needed any more"


@dataclass(frozen=True)
class Made:
    """A worklist that was made, and the run that holds it."""

    run_id: str
    week: Week
    worklist: Worklist
    is_first: bool


def make_worklist(warehouse: Path, *, monday: date, as_of: date) -> Made:
    """Make the list of a week from what was known before a day, and write it.

    Made again from the same facts it is the same list; made from new facts it keeps
    what people were told as far as that can stand.

    Raises:
        UsageError: the day is no Monday.
        NotFoundError: no plan covers the week.
    """
    law = load_rules().in_force(as_of)
    with open_warehouse(warehouse, read_only=True) as opened:
        week = read_week(opened, law, monday=monday, as_of=as_of)
        run_id = _name(week)
        before = earlier(opened, monday, as_of, but=run_id)
    week = replace(week, tasks=told(week.tasks, before))
    desk = arrange(
        week.tasks,
        week.roster,
        week.way,
        minutes_a_day=law.number("plan.minutes_a_day"),
        today=max(as_of, monday),
    )
    made = worklist(desk, is_first=before.is_empty())
    made = replace(made, changes=(*made.changes, *_gone(before, week)))
    _write(warehouse, week, made, run_id)
    return Made(run_id, week, made, before.is_empty())


def _gone(before: pl.DataFrame, week: Week) -> list[Change]:
    """List what was told and is no task any more, unless it was made."""
    waits = {task.visit_id for task in week.tasks}
    lost = before.filter(~pl.col("visit_id").is_in(list(waits | week.made)))
    return removed(
        lost.select("visit_id", "business_id", pl.col("visit_on").cast(pl.String))
        .sort("visit_id")
        .rows(),
        DONE,
    )


def _write(warehouse: Path, week: Week, made: Worklist, run_id: str) -> None:
    rows = stop_rows(made.stops, plan_run=week.plan_run, run_id=run_id)
    with (
        open_warehouse(warehouse, patience=PATIENCE_SECONDS) as opened,
        opened.transaction(),
    ):
        opened.replace_run("output.run", _run(week, run_id), run_id)
        opened.replace_run("output.worklist", rows, run_id)
        opened.replace_run("output.worklist_change", _changes(made, run_id), run_id)


def _name(week: Week) -> str:
    return run_name(
        *("worklist", week.plan_run, str(week.monday), str(week.as_of)),
        *(repr(week.tasks), week.roster.mark(), load_rules().version, code_version()),
    )


def _run(week: Week, run_id: str) -> pl.DataFrame:
    parameters = {
        "week": week.monday.isoformat(),
        "plan_run": week.plan_run,
        "score_run": week.score_run,
    }
    row = {
        "run_id": run_id,
        "kind": "worklist",
        "as_of": week.as_of,
        "model_version": None,
        "law_version": load_rules().version,
        "code_version": code_version(),
        "data_fingerprint": run_name(repr(week.tasks), week.roster.mark()),
        "businesses": len({task.business_id for task in week.tasks}),
        "parameters": json.dumps(parameters, ensure_ascii=False),
    }
    return pl.DataFrame([row], schema=schema()["output.run"].empty().schema)


def stop_rows(
    stops: Iterable[Stop], *, plan_run: str | None, run_id: str
) -> pl.DataFrame:
    """Write stops as rows of output.worklist."""
    rows = [
        {
            "run_id": run_id,
            "plan_run_id": plan_run,
            "visit_id": stop.task.visit_id,
            "business_id": stop.task.business_id,
            "visit_on": stop.day,
            "position": stop.position,
            "inspector_id": stop.pair[0],
            "second_inspector_id": stop.pair[1],
            "office_id": stop.task.office_id or None,
            "purpose": stop.task.purpose,
            "source": stop.task.source,
            "reason": stop.task.reason,
            "reason_en": stop.task.reason_en,
            "legal_basis": stop.task.legal_basis,
            "checklist": stop.task.checklist,
            "due_on": stop.task.due_on,
            "is_overdue": stop.task.is_overdue(stop.day),
            "minutes": stop.task.minutes,
            "travel_minutes": stop.travel_minutes,
            "inclusion_probability": stop.task.inclusion_probability,
        }
        for stop in stops
    ]
    return pl.DataFrame(rows, schema=schema()["output.worklist"].empty().schema)


def _changes(made: Worklist, run_id: str) -> pl.DataFrame:
    rows = [{"run_id": run_id, **vars(change)} for change in made.changes]
    return pl.DataFrame(rows, schema=schema()["output.worklist_change"].empty().schema)
