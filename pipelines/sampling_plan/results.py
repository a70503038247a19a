"""What came of the samples: the pass rate of evaluation, and every term that runs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import NotFoundError
from features.warehouse import Warehouse, open_warehouse
from models.pass_rate import PassRate, Stratum, pass_rate
from models.procedure_clauses import Term
from models.rules import RuleSet, load_rules
from models.sample_clocks import Clock, Sample, clocks, standing
from models.sampling_design import EVALUATION, PROGRAMMES
from models.workdays import term_end

# Without a plan, the evaluation samples of a year are one stratum, as if drawn evenly.
UNPLANNED = "-"
_COLUMNS = (
    *(
        "sample_id",
        "business_id",
        "programme",
        "sampled_on",
        "recorded_at",
        "is_failed",
    ),
    *("failed_item", "reinspection", "final_on", "disposed_on", "food_class"),
)


@dataclass(frozen=True)
class Results:
    """What the samples of a year say on a day.

    `standings` counts by programme and what a result counts as; `planned` is None where
    no plan stands behind the samples.
    """

    day: date
    law: RuleSet
    run_id: str | None
    planned: int | None
    standings: Mapping[str, Mapping[str, int]]
    rate: PassRate | None
    open_clocks: tuple[Clock, ...]
    disposed: int
    disposed_in_time: int
    samples: Mapping[str, Sample]

    @property
    def overdue(self) -> tuple[Clock, ...]:
        """Give the terms that passed without being met."""
        return tuple(c for c in self.open_clocks if c.is_overdue(self.day))


def read_results(path: Path, day: date, *, run_id: str | None = None) -> Results:
    """Read the results known before a day: those of a plan, or of the last twelve months.

    Raises:
        NotFoundError: there is no such plan.
    """
    law = load_rules().in_force(day)
    with open_warehouse(path, read_only=True) as warehouse:
        plan = _plan(warehouse, day, run_id)
        since = (
            date(plan["sample_month"][0].year, 1, 1) if plan.height else _year_ago(day)
        )
        samples = _samples(warehouse, since, day)
        kept = _kept_samples(warehouse, law, day)
    standings = {
        p: Counter(standing(s, day) for s in samples if s.programme == p)
        for p in PROGRAMMES
    }
    running = [c for s in kept for c in clocks(s, law, day)]
    done = [c for c in running if c.what == "dispose" and c.done_on is not None]
    return Results(
        day=day,
        law=law,
        run_id=plan["run_id"][0] if plan.height else None,
        planned=plan.height or None,
        standings=standings,
        rate=pass_rate(_strata(plan, samples, day)),
        open_clocks=tuple(
            sorted(
                (c for c in running if c.is_open()), key=lambda c: (c.due, c.sample_id)
            )
        ),
        disposed=len(done),
        disposed_in_time=sum(not c.is_overdue(day) for c in done),
        samples={s.sample_id: s for s in kept},
    )


def _plan(warehouse: Warehouse, day: date, run_id: str | None) -> pl.DataFrame:
    """Read the plan asked for, or the last one that has begun; a later one has no results."""
    rows = warehouse.sql(
        "select * from output.sample_plan where run_id = coalesce(?, ("
        "select run_id from output.run where kind = 'sample_plan' and run_id in ("
        "select run_id from output.sample_plan where sample_month < ?) "
        "order by as_of desc, rowid desc limit 1))",
        [run_id, day],
    )
    if run_id and rows.is_empty():
        message = f"{warehouse.path} holds no sampling plan {run_id}; make one with: shian sample-plan --year {day.year}"
        told = f"{warehouse.path} 中没有抽检计划 {run_id}，请先运行：shian sample-plan --year {day.year}"
        raise NotFoundError(message, said=told)
    return rows


def _year_ago(day: date) -> date:
    return date(day.year - 1, day.month, 1)


def _samples(warehouse: Warehouse, since: date, day: date) -> list[Sample]:
    rows = (
        warehouse.table("mart.sampling_result", *_COLUMNS)
        .filter(pl.col("sampled_on") >= since, pl.col("sampled_on") < day)
        .sort("sampled_on", "sample_id")
        .collect()
    )
    return [_sample(row, day) for row in rows.iter_rows(named=True)]


def _kept_samples(warehouse: Warehouse, law: RuleSet, day: date) -> list[Sample]:
    """Read the failures whose documents must still be kept; older terms are history."""
    kept = law.get(Term, "sampling.records")
    failed = (
        warehouse.table("mart.sampling_result", *_COLUMNS)
        .filter("is_failed", pl.col("recorded_at") < day)
        .sort("sample_id")
        .collect()
    )
    return [
        _sample(row, day)
        for row in failed.iter_rows(named=True)
        if term_end(row["sampled_on"], kept.amount, kept.unit).date >= day
    ]


def _sample(row: Mapping[str, object], day: date) -> Sample:
    """Take a row as it was known: what lies ahead of the day has not happened."""

    def known(name: str) -> date | None:
        value = row[name]
        return value if isinstance(value, date) and value < day else None

    return Sample(
        sample_id=str(row["sample_id"]),
        business_id=str(row["business_id"]),
        programme=str(row["programme"]),
        sampled_on=row["sampled_on"],  # type: ignore[arg-type]
        reported_on=known("recorded_at"),
        is_failed=bool(row["is_failed"]),
        failed_item=row["failed_item"],  # type: ignore[arg-type]
        reinspection=str(row["reinspection"] or "none"),
        final_on=known("final_on"),
        disposed_on=known("disposed_on"),
        food_class=row["food_class"],  # type: ignore[arg-type]
    )


def _strata(plan: pl.DataFrame, samples: Sequence[Sample], day: date) -> list[Stratum]:
    concluded = {
        s.business_id: standing(s, day) == "failed"
        for s in samples
        if s.programme == EVALUATION and standing(s, day) in {"passed", "failed"}
    }
    drawn = plan.filter(pl.col("programme") == EVALUATION)
    if drawn.is_empty():
        failed = [s for s in samples if s.programme == EVALUATION]
        return [_even(failed, day)]
    strata = drawn.group_by("stratum").agg(
        pl.len().alias("batches"),
        pl.col("inclusion_probability").first(),
        pl.col("business_id"),
    )
    return [
        Stratum(
            name=row["stratum"],
            businesses=round(row["batches"] / row["inclusion_probability"]),
            batches=sum(b in concluded for b in row["business_id"]),
            failed=sum(concluded.get(b, False) for b in row["business_id"]),
        )
        for row in strata.sort("stratum").iter_rows(named=True)
    ]


def _even(samples: Iterable[Sample], day: date) -> Stratum:
    found = Counter(standing(s, day) for s in samples)
    count = found["passed"] + found["failed"]
    return Stratum(UNPLANNED, count, count, found["failed"])
