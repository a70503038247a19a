"""Carries an annulment from the register into the warehouse, and back onto a worklist.

A penalty whose annulment was recorded gets its day of withdrawal; loaded like any other
correction, it leaves features, scores, grades and candidates by itself.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from features.errors import UsageError
from models.case import Case

ANNULLED = "annulled"
_ANNUL = "annul"
FILE = "penalty.csv"


def penalty_corrections(cases: Iterable[Case], penalty: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of mart.penalty to load: those that the register knows to be annulled.

    A row that is withdrawn already, on that day or before, needs no correction.
    """
    days = {
        penalty_id: act.on
        for case in cases
        if (act := case.latest([_ANNUL])) is not None
        for penalty_id in case.penalties
    }
    annulled_on = pl.max_horizontal(
        pl.col("penalty_id").replace_strict(days, default=None, return_dtype=pl.Date),
        "decided_on",
    )
    return (
        penalty.filter(pl.col("penalty_id").is_in(list(days)))
        .with_columns(annulled_on=annulled_on)
        .filter(
            pl.col("withdrawn_on").is_null()
            | (pl.col("withdrawn_on") > pl.col("annulled_on"))
        )
        .with_columns(withdrawn_on="annulled_on", withdrawal=pl.lit(ANNULLED))
        .drop("annulled_on")
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

    Each must be entered at once: the listing may not stay public.
    """
    open_cases = pl.DataFrame(
        [
            (case.case_id, penalty_id)
            for case in cases
            if case.latest([_ANNUL]) is None
            for penalty_id in case.penalties
        ],
        schema={"case_id": pl.String, "penalty_id": pl.String},
        orient="row",
    )
    gone = penalty.filter(pl.col("withdrawal") == ANNULLED)
    return open_cases.join(
        gone.select("penalty_id", "withdrawn_on"), on="penalty_id"
    ).sort("case_id", "penalty_id")
