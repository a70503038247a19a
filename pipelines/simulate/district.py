"""Simulate a district: files in our own source format, and the truth apart from them."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from pipelines.simulate import events, kinds, noise, programmes, staff, visits
from pipelines.simulate.latent import chance, latent_log_odds
from pipelines.simulate.places import street_table
from pipelines.simulate.register import make_register

# Businesses worked on at once; bounds memory whatever their number.
BLOCK = 50_000
SEED = 20_251_231
SOURCE, TRUTH = "source", "truth"

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


def simulate(
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
    """
    months = [_month(until, step - 12 * years) for step in range(12 * years)]
    writer = _Writer(out)
    serious = total = 0
    made = _blocks(businesses, seed)
    people = staff.make_staff(np.random.default_rng([seed, 0]))
    for number, first, kind in made:
        if progress:
            progress(f"{first:,}", first / businesses)
        rng = np.random.default_rng([seed, 1, number])
        found = _block(rng, kind, first, people, months, until, number)
        for name, frame in found.items():
            writer.write(name, frame)
        outcome = found[f"{SOURCE}/inspection"].filter(
            pl.col("purpose").is_in(["routine", "random"])
        )["is_serious"]
        serious, total = serious + int(outcome.sum()), total + len(outcome)
    writer.write(f"{SOURCE}/street", street_table())
    writer.write(f"{SOURCE}/office", staff.offices())
    writer.write(
        f"{SOURCE}/inspector",
        staff.inspectors(np.random.default_rng([seed, 2]), people),
    )
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
    rng: np.random.Generator,
    kind: np.ndarray,
    first: int,
    people: staff.Staff,
    months: list[date],
    until: date,
    number: int,
) -> dict[str, pl.DataFrame]:
    register = make_register(rng, kind, first + 1, months[0], until)
    log_odds = latent_log_odds(rng, register, len(months) // 3 + 1)
    made = visits.make_visits(rng, register, log_odds, people, months)
    inspection = visits.inspection_table(rng, register, made, people, f"I{number:03d}")
    sample = events.sample_table(rng, register, log_odds, months, f"S{number:03d}")
    penalty = events.penalty_table(rng, register, made, sample, f"P{number:03d}")
    tables = {
        "business": register.business,
        "static_factor": register.static_factor,
        "inspection": inspection,
        "inspection_item": visits.item_table(rng, made, inspection),
        "complaint": events.complaint_table(
            rng, register, log_odds, months, f"C{number:03d}"
        ),
        "sampling_result": sample,
        "penalty": penalty,
        "incident": events.incident_table(
            rng, register, log_odds, months, f"N{number:03d}"
        ),
        "certificate": programmes.certificate_table(rng, register, months[0]),
        "premises_connection": programmes.connection_table(
            rng, register, log_odds, months
        ),
        "insurance_policy": programmes.policy_table(
            rng, register, months[0], len(months) // 12
        ),
        "training_event": programmes.training_table(
            rng, register, log_odds, months, f"T{number:03d}"
        ),
        "conflict_of_interest": staff.conflicts(rng, people, register.ids),
        "grade_decision": programmes.decision_table(rng, penalty, until),
    }
    known = {n: _until(f, until) for n, f in tables.items()}
    # What a visit found is known when the visit is.
    known["inspection_item"] = known["inspection_item"].join(
        known["inspection"], on="inspection_id", how="semi", maintain_order="left"
    )
    written = {f"{SOURCE}/{n}": noise.with_noise(rng, n, f) for n, f in known.items()}
    return written | {f"{TRUTH}/latent": _truth(register.ids, log_odds, months)}


def _until(frame: pl.DataFrame, until: date) -> pl.DataFrame:
    """Keep what had been recorded by the end of the simulation."""
    return (
        frame.filter(pl.col("recorded_at") < until)
        if "recorded_at" in frame.columns
        else frame
    )


def _truth(ids: pl.Series, log_odds: np.ndarray, months: list[date]) -> pl.DataFrame:
    quarters = months[::3]
    return pl.concat(
        pl.DataFrame(
            {
                "business_id": ids,
                "quarter": [start] * len(ids),
                "probability": chance(log_odds[q]),
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

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Append a block to the file of that name."""
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if name not in self._open:
            path = self._out / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[name] = pq.ParquetWriter(path, table.schema, compression="zstd")
        self._open[name].write_table(table.cast(self._open[name].schema))
        self.rows[name] = self.rows.get(name, 0) + frame.height

    def close(self) -> None:
        """Finish every file."""
        for writer in self._open.values():
            writer.close()
