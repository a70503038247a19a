"""What a result was made from: program, facts, and a name for the whole."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import polars as pl

from features.schema import Facts, PlanFacts, schema, sql_text
from features.warehouse import Warehouse

# Rows hashed at once; bounds memory and changes no fingerprint.
_ROWS = 200_000
_PACKAGES = ("features", "models", "pipelines")


@cache
def code_version() -> str:
    """Name the program by its version and the content of its modules and data files."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(sql_text().encode())
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".toml", ".j2", ".sql"}:
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return f"{version('shian')}+{digest.hexdigest()[:12]}"


def fingerprint(facts: Facts | PlanFacts) -> str:
    """Hash the facts, which stand in the order of their keys however they were loaded."""
    return _digest(
        {field.name: [getattr(facts, field.name)] for field in fields(facts)}
    )


def warehouse_fingerprint(opened: Warehouse) -> str:
    """Hash the facts of a warehouse, never holding all of a table."""
    tables = {f.name: f"mart.{f.name}" for f in fields(Facts)}
    return _digest(
        {
            # A table without rows still has its columns.
            name: chain([schema()[table].empty()], opened.in_order(table, _ROWS))
            for name, table in tables.items()
        }
    )


def _digest(tables: Mapping[str, Iterable[pl.DataFrame]]) -> str:
    digest = hashlib.sha256()
    for name, batches in tables.items():
        digest.update(name.encode())
        for number, rows in enumerate(batches):
            text = rows.write_csv(None, include_header=number == 0)
            digest.update(text.encode())
    return digest.hexdigest()[:16]


def run_name(*parts: str) -> str:
    """Name a run by everything that went into it; the same inputs give the same name."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
