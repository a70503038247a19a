"""What growth costs: features of ever more businesses, and corrections of many rows.

    pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks/test_growth.py -s

Each size runs in a process of its own, whose peak is its own. The engine is asked block
by block, as a score run asks it shard by shard (SHARD_BUSINESSES of the settings): the
rows of a block decide the memory, the number of blocks decides nothing.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import polars as pl
import pytest

from features.warehouse import open_warehouse
from pipelines.settings import SHARD_BUSINESSES
from tests import ROOT
from tests.benchmarks.test_scale import run

pytestmark = pytest.mark.bench

SIZES = (250_000, 2_000_000)
PEAK_OF_OUTPUT, SLOPE = 2.5, 0.15
_BLOCKS = """
import json, resource, sys, time
from tests.benchmarks.test_asof import ours
from tests.event_sets import event_set

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

ours(event_set(100))
baseline, blocks, rows = peak(), [], 0
for seed in range(int(sys.argv[1]) // int(sys.argv[2])):
    data = event_set(int(sys.argv[2]), seed=seed)
    start = time.process_time()
    matrix = ours(data)
    blocks.append(time.process_time() - start)
    rows += data.pairs.height
    output = matrix.nbytes
    del matrix, data
print(json.dumps({"cpu": blocks, "rows": rows, "peak": peak() - baseline, "output": output}))
"""


def test_a_row_costs_the_same_of_two_million_businesses_as_of_a_quarter() -> None:
    print(
        "\n\n| businesses | rows | CPU s | microseconds a row | peak MB | of the output of a block |"
        "\n|---|---|---|---|---|---|"
    )
    costs = []
    for size in SIZES:
        told = json.loads(
            subprocess.check_output(
                [sys.executable, "-c", _BLOCKS, str(size), str(SHARD_BUSINESSES)],
                cwd=ROOT,
            )
        )
        count = len(told["cpu"])
        # Of the median block: what others do on the machine comes and goes.
        costs.append(1e6 * median(told["cpu"]) * count / told["rows"])
        share = told["peak"] / told["output"]
        print(
            f"| {size:,} | {told['rows']:,} | {sum(told['cpu']):.1f} | {costs[-1]:.3f} "
            f"| {told['peak'] / 1e6:.0f} | {share:.2f} |"
        )
        assert share <= PEAK_OF_OUTPUT
    assert abs(costs[1] / costs[0] - 1) <= SLOPE


KNOWN, CORRECTED, BUSINESSES = 10_000_000, 1_000_000, 300_000
_BUSINESSES = """
    insert into mart.business by name
    select 'b' || i as business_id, '店' as name, 'catering' as business_type,
        date '2019-01-01' as valid_from, date '2019-01-01' as recorded_at,
        'missing' as usci_flag
    from range({businesses}) as numbers(i)
"""
_CORRECTED = """
    select * replace (2 as key_failed, true as is_serious)
    from mart.inspection where hash(inspection_id) % ? = 0
"""
_ROWS = """
    insert into {table} by name
    select 'v' || i as inspection_id, 'b' || (i % {businesses}) as business_id,
        date '2020-01-01' + (i % 2000)::integer as inspected_on,
        date '2020-01-01' + (i % 2000)::integer as recorded_at,
        'routine' as purpose, 'NO_ISSUE' as result_code, 'district' as level,
        0 as key_failed, (i % 3)::integer as general_failed, 0 as minor_failed,
        false as is_serious
    from range({rows}) as numbers(i)
"""


def test_a_million_corrections_of_ten_million_rows(tmp_path: Path) -> None:
    """Load a file of corrected inspections as an officer would, by shian load."""
    warehouse, source = tmp_path / "national.duckdb", tmp_path / "corrections"
    source.mkdir()
    with open_warehouse(warehouse) as opened, opened.transaction():
        opened.execute(_BUSINESSES.format(businesses=BUSINESSES))
        opened.execute(
            _ROWS.format(table="mart.inspection", businesses=BUSINESSES, rows=KNOWN)
        )
        corrected = opened.sql(_CORRECTED, [KNOWN // CORRECTED])
    kept = [name for name in corrected.columns if corrected[name].null_count() == 0]
    corrected.select(kept).write_parquet(source / "inspection.parquet")
    loaded = ("load", source, "-m", "shian", "--on", "2026-01-01")
    first = run(*loaded, "--warehouse", warehouse)
    again = run(*loaded, "--warehouse", warehouse)
    print(
        f"\n\n{corrected.height:,} corrections into {KNOWN:,} rows, without an index\n\n"
        "| load | seconds | peak GB |\n|---|---|---|"
    )
    for name, (seconds, gigabytes) in (("first", first), ("the same again", again)):
        print(f"| {name} | {seconds:.0f} | {gigabytes:.2f} |")
    with open_warehouse(warehouse, read_only=True) as opened:
        found = opened.sql(
            "select count(*) as rows, sum(key_failed) as key_failed from mart.inspection"
        )
        batch = opened.sql("select * from raw.batch order by batch_id")
    assert found.row(0) == (KNOWN, 2 * corrected.height)
    assert batch["rows_updated"].to_list() == [corrected.height]
    assert batch.select(pl.col("rows_quarantined").sum()).item() == 0
