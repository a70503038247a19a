"""triage's features of Chicago equal an SQL statement of the same thing."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.answers import compute
from features.errors import InputError
from tests.features.triage import (
    CHICAGO,
    DECLARED,
    by_engine,
    by_sql,
    compared,
    inspections,
)

pytestmark = pytest.mark.skipif(
    not CHICAGO.is_dir(), reason=f"no public data at {CHICAGO} (SHIAN_DATA)"
)

# The ends of months, where calendar months are clipped: a first day never is.
DAYS = (date(2012, 2, 29), date(2012, 3, 31), date(2014, 2, 28))


def test_every_value_of_three_month_ends_equals_the_sql(tmp_path: Path) -> None:
    result = compared(by_engine(inspections(), DAYS), by_sql(tmp_path, DAYS))
    assert result.unlike == {}
    assert result.columns > 200
    assert result.values == result.rows * result.columns


def test_whoever_must_have_been_inspected_and_was_not_is_an_error() -> None:
    asked = pl.DataFrame({"business_id": [2, -1], "as_of": [date(2014, 6, 1)] * 2})
    with pytest.raises(
        InputError, match="ever_all may not be unknown, and is in 1 row"
    ):
        compute(DECLARED, {"inspection": inspections()}, asked)
