"""triage's features of Chicago, every month of two and a half years, against SQL.

make bench
"""

import time
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.features.triage import CHICAGO, by_engine, by_sql, compared, inspections

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not CHICAGO.is_dir(), reason=f"no Chicago in {CHICAGO}"),
]

FIRSTS = pl.date_range(date(2012, 1, 1), date(2014, 6, 1), "1mo", eager=True).to_list()
DAYS = {"first": FIRSTS, "last": [day - timedelta(days=1) for day in FIRSTS[1:]]}


@pytest.mark.parametrize("which", DAYS)
def test_every_value_equals_the_sql(tmp_path: Path, which: str) -> None:
    start = time.process_time()
    ours = by_engine(inspections(), DAYS[which])
    between = time.process_time()
    result = compared(ours, by_sql(tmp_path, DAYS[which]))
    print(
        f"\n\n| days of the month | days | rows | columns | values compared | unlike | CPU s, ours |"
        f"\n| --- | --- | --- | --- | --- | --- | --- |"
        f"\n| {which} | {len(DAYS[which])} | {result.rows:,} | {result.columns} | "
        f"{result.values:,} | {sum(result.unlike.values())} | {between - start:.1f} |"
    )
    assert result.unlike == {}
    assert result.values == result.rows * result.columns
