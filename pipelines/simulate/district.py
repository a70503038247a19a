"""Simulate a district: files in our own source format, and the truth apart from them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from features.errors import MachineError
from pipelines.simulate import figures, kinds, noise, programmes, staff, units
from pipelines.simulate.block import Block
from pipelines.simulate.complaints import complaint_table
from pipelines.simulate.factors import factor_table
from pipelines.simulate.incidents import incident_table
from pipelines.simulate.kitchens import connection_table
from pipelines.simulate.latent import chance, latent_log_odds
from pipelines.simulate.leads import lead_table, report_table
from pipelines.simulate.penalties import penalty_table
from pipelines.simulate.places import street_table
from pipelines.simulate.register import business_table, make_register
from pipelines.simulate.rosters import roster_table
from pipelines.simulate.samples import sample_table
from pipelines.simulate.tracing import handled_table, upload_table
from pipelines.simulate.visits import inspection_table, item_table, make_visits

# Businesses worked on at once; bounds memory whatever their number.
BLOCK = 50_000
SEED = 20_251_231
SOURCE, TRUTH = FOLDERS = "source", "truth"

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Summary:
    """What was written: rows by table, and the share of visits that ended serious."""

    businesses: int
    years: int
    seed: int
    until: date
    rows: dict[str, int]
    serious_share: float

    def as_dict(self) -> dict[str, object]:
        """Give the summary as plain values for a program."""
        return {**asdict(self), "until": self.until.isoformat()}


@dataclass(frozen=True)
class _Plan:
    """What all blocks of a district share."""

    seed: int
    months: list[date]
    until: date
    people: staff.Staff


def simulate(  # noqa: PLR0913  whatever a district may be asked to be
    out: Path,
    *,
    businesses: int = kinds.PLAN_TOTAL,
    years: int = 5,
    seed: int = SEED,
    until: date = date(2026, 1, 1),
    progress: Progress | None = None,
) -> Summary:
    """Write `out`/source (files to load) and `out`/truth (what nobody may read).

    The same arguments write the same bytes. Memory is bounded by BLOCK.

    Raises:
        MachineError: the folder cannot be written.
    """
    months = [_month(until, step - 12 * years) for step in range(12 * years)]
    people = staff.make_staff(np.random.default_rng([seed, 0]))
    plan = _Plan(seed, months, until, people)
    writer = _Writer(out)
    serious = total = 0
    for number, first, kind in _blocks(businesses, seed):
        if progress:
            progress(f"{first:,}", first / businesses)
        found = _block(plan, number, first, kind)
        for name, frame in found.items():
            writer.write(name, frame)
        outcome = found[f"{SOURCE}/inspection"].filter(
            pl.col("purpose").is_in(["routine", "random"])
        )["is_serious"]
        serious, total = serious + int(outcome.sum()), total + len(outcome)
    for name, frame in _of_the_district(plan, businesses / kinds.PLAN_TOTAL).items():
        writer.write(f"{SOURCE}/{name}", frame)
    severity = pl.DataFrame({"inspector_id": people.ids, "severity": people.severity})
    writer.write(f"{TRUTH}/inspector", severity)
    writer.close()
    rows = {
        n.removeprefix(f"{SOURCE}/"): c
        for n, c in writer.rows.items()
        if n.startswith(SOURCE)
    }
    return Summary(businesses, years, seed, until, rows, serious / max(total, 1))


def _blocks(businesses: int, seed: int) -> Iterator[tuple[int, int, np.ndarray]]:
    """Cut the kinds of all businesses into blocks of mixed kinds."""
    kind = np.repeat(np.arange(len(kinds.KINDS)), kinds.counts(businesses))
    np.random.default_rng([seed, 3]).shuffle(kind)
    for number, first in enumerate(range(0, businesses, BLOCK)):
        yield number, first, kind[first : first + BLOCK]


def _block(
    plan: _Plan, number: int, first: int, kind: np.ndarray
) -> dict[str, pl.DataFrame]:
    """Invent a block: its tables as they are handed over, and the truth about it."""
    rng = np.random.default_rng([plan.seed, 1, number])
    register = make_register(rng, kind, first + 1, plan.months[0], plan.until)
    business = business_table(rng, register)
    tables = {
        "business": business,
        "static_factor": factor_table(rng, register, business),
    }
    log_odds = latent_log_odds(rng, register, len(plan.months) // 3 + 1)
    block = Block(number, register, log_odds, plan.months)
    tables |= _recorded(rng, block, plan, business)
    known = _known(tables, plan.until)
    # What the indicators of the plan count has a stream of its own, so that the other
    # tables of a seed are what they were before there were indicators.
    own = np.random.default_rng([plan.seed, 10, number])
    counted = _known(_counted(own, block, plan, tables), plan.until)
    written = {f"{SOURCE}/{n}": noise.with_noise(rng, n, f) for n, f in known.items()}
    written |= {
        f"{SOURCE}/{n}": noise.with_noise(own, n, f) for n, f in counted.items()
    }
    return written | {f"{TRUTH}/latent": _truth(block)}


def _recorded(
    rng: np.random.Generator, block: Block, plan: _Plan, business: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Let the months pass and give what is on record of them, table by table."""
    visits = make_visits(rng, block, plan.people)
    inspection = inspection_table(rng, block, visits, plan.people)
    sample = sample_table(rng, block)
    penalty = penalty_table(rng, block, visits, sample)
    return {
        "inspection": inspection,
        "inspection_item": item_table(rng, visits, inspection),
        "complaint": complaint_table(rng, block, business),
        "sampling_result": sample,
        "penalty": penalty,
        "incident": incident_table(rng, block),
        "certificate": programmes.certificate_table(rng, block),
        "kitchen_connection": connection_table(rng, block),
        "insurance_policy": programmes.policy_table(rng, block),
        "training_event": programmes.training_table(rng, block),
        "conflict_of_interest": staff.conflicts(rng, plan.people, block.register.ids),
        "grade_decision": programmes.decision_table(rng, penalty, plan.until),
    }


def _counted(
    rng: np.random.Generator,
    block: Block,
    plan: _Plan,
    tables: dict[str, pl.DataFrame],
) -> dict[str, pl.DataFrame]:
    """Give what else the indicators of the plan count of these businesses."""
    handled = handled_table(rng, block)
    return {
        "handled_food": handled,
        "trace_upload": upload_table(rng, block, handled),
        "roster_entry": roster_table(rng, block, tables["certificate"], plan.until),
        "lead": lead_table(rng, block, tables["penalty"], plan.until),
        "incident_report": report_table(rng, block, tables["incident"]),
    }


def _of_the_district(plan: _Plan, share: float) -> dict[str, pl.DataFrame]:
    """Give what belongs to no business: streets, staff, units, and figures of others."""
    rng = np.random.default_rng([plan.seed, 11])
    hired = np.random.default_rng([plan.seed, 2])
    away = np.random.default_rng([plan.seed, 12])
    years = sorted({month.year for month in plan.months})
    listed = units.unit_table(rng)
    tables = {
        "unit": listed,
        "school_lesson": units.lesson_table(rng, listed, plan.months),
        "health_sample": figures.sample_table(rng, plan.months, share),
        "street_assessment": figures.assessment_table(rng, years),
        "reported_figure": figures.figure_table(rng, years, share),
    }
    return {
        "street": street_table(),
        "office": staff.offices(),
        "inspector": staff.inspectors(hired, plan.people),
        "inspector_leave": staff.leave(away, plan.people, plan.until),
        **_known(tables, plan.until),
    }


def _known(tables: dict[str, pl.DataFrame], until: date) -> dict[str, pl.DataFrame]:
    """Keep what had been recorded by the end of the simulation."""
    known = {
        name: frame.filter(pl.col("recorded_at") < until)
        if "recorded_at" in frame.columns
        else frame
        for name, frame in tables.items()
    }
    # What a visit found is known when the visit is.
    if "inspection_item" in known:
        known["inspection_item"] = known["inspection_item"].join(
            known["inspection"], on="inspection_id", how="semi", maintain_order="left"
        )
    return known


def _truth(block: Block) -> pl.DataFrame:
    quarters = block.months[::3]
    return pl.concat(
        pl.DataFrame(
            {
                "business_id": block.register.ids,
                "quarter": [start] * len(block.register.ids),
                "probability": chance(block.log_odds[q]),
            }
        )
        for q, start in enumerate(quarters)
    )


def _month(until: date, step: int) -> date:
    count = until.year * 12 + until.month - 1 + step
    return date(count // 12, count % 12 + 1, 1)


class _Writer:
    """Parquet files that grow block by block, in a fixed form."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._open: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}
        # A wrong place is told before anything is invented.
        with self._writing():
            for folder in (SOURCE, TRUTH):
                (out / folder).mkdir(parents=True, exist_ok=True)

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Append a block to the file of that name."""
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        with self._writing():
            if name not in self._open:
                path = self._out / f"{name}.parquet"
                self._open[name] = pq.ParquetWriter(
                    path, table.schema, compression="zstd"
                )
            self._open[name].write_table(table.cast(self._open[name].schema))
        self.rows[name] = self.rows.get(name, 0) + frame.height

    def close(self) -> None:
        """Finish every file."""
        with self._writing():
            for writer in self._open.values():
                writer.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Tell what the machine refuses in one line, and let go of every file."""
        try:
            yield
        except OSError as error:
            for writer in self._open.values():
                # Half a file cannot be finished; closing it again would say so again.
                with suppress(OSError):
                    writer.close()
            message = (
                f"{self._out} cannot be written: {error}; "
                "free space there or give another folder with --out"
            )
            raise MachineError(message) from error
