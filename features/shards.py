"""The facts cut into shards: Parquet files, parted by a stable hash of the business.

A shard holds everything on record of its businesses, so that it can be worked on alone,
by any process that reaches the folder. SHA-256 and not a hash of Polars or DuckDB, which
may change with their versions.
"""

import shutil
from dataclasses import fields
from pathlib import Path

import polars as pl

from features.errors import MachineError
from features.schema import Facts, schema
from features.warehouse import Warehouse

# Hashes are cut by their first 32 bits, which parts any register evenly enough.
_HASHES = 1 << 32
# Tables that belong to no business are small, and every shard reads them whole.
_WHOLE = "whole"
_BY_INSPECTION = "inspection_item"


def write_shards(warehouse: Warehouse, folder: Path, shards: int) -> None:
    """Write the facts of every business into one of so many shards, or nothing.

    What names no business, such as a complaint about a place, is in no shard.
    """
    if folder.exists():
        return
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for field in fields(Facts):
        warehouse.execute(_copy(field.name, draft / field.name, shards))
    draft.replace(folder)


def read_shard(folder: Path, number: int, *tables: str) -> Facts:
    """Read the facts of one shard, each table sorted by its key.

    Only the tables named are read, where any are; the others are empty.

    Raises:
        MachineError: a file of the shard cannot be read.
    """
    return Facts(
        **{
            field.name: _read(folder, field.name, number)
            if not tables or field.name in tables
            else schema()[f"mart.{field.name}"].empty()
            for field in fields(Facts)
        }
    )


def _copy(name: str, to: Path, shards: int) -> str:
    """Write the statement that parts a table; a shard is a stretch of the hashes."""
    columns = schema()[f"mart.{name}"].columns
    source = f"mart.{name}"
    if name == _BY_INSPECTION:
        source += " join (select inspection_id, business_id from mart.inspection) using (inspection_id)"
    shard = f"'{_WHOLE}'"
    if name == _BY_INSPECTION or "business_id" in columns:
        first_bits = "('0x' || substr(sha256(business_id), 1, 8))::bigint"
        shard = f"{first_bits} * {shards} // {_HASHES}"
        source += " where business_id is not null"
    target = str(to).replace("'", "''")
    return (
        f"copy (select {', '.join(columns)}, {shard} as shard from {source}) "  # noqa: S608
        f"to '{target}' (format parquet, compression zstd, partition_by (shard))"
    )


def _read(folder: Path, name: str, number: int) -> pl.DataFrame:
    table = schema()[f"mart.{name}"]
    files = [
        path
        for shard in (str(number), _WHOLE)
        for path in sorted((folder / name / f"shard={shard}").glob("*.parquet"))
    ]
    if not files:
        return table.empty()
    columns = table.columns.values()
    try:
        rows = pl.read_parquet(files, hive_partitioning=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        message = f"{files[0].parent} is damaged: {str(error).splitlines()[0]}"
        raise MachineError(message) from error
    return rows.select(pl.col(c.name).cast(c.dtype) for c in columns).sort(table.key)
