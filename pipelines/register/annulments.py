"""Carries the end of a penalty from the register into the warehouse, and back.

A penalty that was annulled or whose publicity was repaired gets its day of withdrawal;
loaded like any other correction, it leaves features, scores, grades and candidates by
itself, and comes back the same way when a repair is taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import UsageError
from models.case import Case, procedure_of
from models.rules import load_rules

ANNULLED, REPAIRED = "annulled", "repaired"
_ANNUL, _REPAIR, _RESTORE = "annul", "penalty_grant", "penalty_restore"
FILE = "penalty.csv"


@dataclass(frozen=True)
class End:
    """How the register says a penalty stands: ended, or back again without a day."""

    withdrawal: str | None
    on: date | None


_NEVER = End(None, None)


def ends_of(cases: Iterable[Case]) -> dict[str, End]:
    """Say of each penalty that ended in some case, or came back; an annulment is for good."""
    ends: dict[str, End] = {}
    for case in cases:
        annulled, turn = case.latest([_ANNUL]), case.latest([_REPAIR, _RESTORE])
        for penalty_id in case.penalties:
            if annulled is not None:
                ends[penalty_id] = End(ANNULLED, annulled.on)
            elif turn is not None and ends.get(penalty_id, _NEVER).on is None:
                is_back = turn.action == _RESTORE
                ends[penalty_id] = (
                    End(None, None) if is_back else End(REPAIRED, turn.on)
                )
    return ends


def penalty_corrections(cases: Iterable[Case], penalty: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of mart.penalty to load: those the register knows better.

    A row that is withdrawn already, on that day or before, needs no correction; nor is
    an annulment undone because a repair was.
    """
    ends = ends_of(cases)
    days = {penalty_id: end.on for penalty_id, end in ends.items()}
    how = {penalty_id: end.withdrawal for penalty_id, end in ends.items()}
    ended_on = pl.max_horizontal(
        pl.col("penalty_id").replace_strict(days, default=None, return_dtype=pl.Date),
        "decided_on",
    )
    is_gone = pl.col("how").is_not_null()
    return (
        penalty.filter(pl.col("penalty_id").is_in(list(ends)))
        .with_columns(
            ended_on=ended_on,
            how=pl.col("penalty_id").replace_strict(how, return_dtype=pl.String),
        )
        .filter(
            pl.when(is_gone)
            .then(
                pl.col("withdrawn_on").is_null()
                | (pl.col("withdrawn_on") > pl.col("ended_on"))
            )
            .otherwise(pl.col("withdrawal") == REPAIRED)
        )
        .with_columns(
            withdrawn_on=pl.when(is_gone).then("ended_on"), withdrawal=pl.col("how")
        )
        .drop("ended_on", "how")
    )


def write_corrections(
    cases: Iterable[Case], penalty: pl.DataFrame, folder: Path
) -> int:
    """Write the corrections as a file that `shian load --mapping shian` reads.

    Raises:
        UsageError: the file cannot be written there.
    """
    rows = penalty_corrections(cases, penalty)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rows.write_csv(folder / FILE)
    except OSError as error:
        message = f"{folder} cannot be written to ({error}); choose another folder"
        raise UsageError(message) from error
    return rows.height


def unrecorded_annulments(cases: Iterable[Case], penalty: pl.DataFrame) -> pl.DataFrame:
    """List cases whose penalty the warehouse says is annulled and the register does not.

    Each must be entered at once: the listing may not stay public. A matter of repair
    has no listing to end.
    """
    rules = load_rules()
    open_cases = pl.DataFrame(
        [
            (case.case_id, penalty_id)
            for case in cases
            if case.latest([_ANNUL]) is None and procedure_of(case, rules) == "listing"
            for penalty_id in case.penalties
        ],
        schema={"case_id": pl.String, "penalty_id": pl.String},
        orient="row",
    )
    gone = penalty.filter(pl.col("withdrawal") == ANNULLED)
    return open_cases.join(
        gone.select("penalty_id", "withdrawn_on"), on="penalty_id"
    ).sort("case_id", "penalty_id")
