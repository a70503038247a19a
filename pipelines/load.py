"""Load a source into the warehouse: all of it or nothing, and nothing twice.

Every row read is loaded, updated, unchanged or quarantined. Every accepted version of a
row stays in raw; the mart holds the last; what is not accepted is in output.quarantine
with its line, rule and value.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import InputError
from features.schema import loadable, schema
from features.warehouse import Warehouse, open_warehouse
from pipelines import versions
from pipelines.applying import find_files, mapped, own_names
from pipelines.checks import checked, rules_of
from pipelines.mapping import Entry, Mapping, read_mapping
from pipelines.parsing import FAULTS, parse
from pipelines.reading import SUFFIXES, read
from pipelines.source_text import LINE, Text

# Long enough to recognise a value, short enough that no document ends up there.
VALUE_LENGTH = 200
# As many as fit on a screen: enough to see what kind of mistake it is.
EXAMPLES = 20

_QUARANTINE_KEY = ("file_id", "line", "table_name", "rule", "column_name")

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Counts:
    """Where the rows of a file went."""

    read: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Add up the rows of two files."""
        return Counts(
            *(a + b for a, b in zip(_numbers(self), _numbers(other), strict=True))
        )


@dataclass(frozen=True)
class LoadReport:
    """What a batch did, by table and by quarantine rule, and what it did not look at.

    `examples` are the first entries of these files in quarantine, of `quarantine_entries`
    in all: more than rows, since a row has one for every value that is wrong.
    `left_out` counts the rows a mapping says are not meant for the table; `unused_files`
    are files of the source that the mapping does not name. A warehouse that is new where
    one was meant to be there has a slip in its path.
    """

    source: str
    mapping: str
    loaded_on: date
    batch_id: int | None
    total: Counts
    tables: dict[str, Counts]
    rules: dict[str, int]
    examples: list[dict[str, Any]]
    quarantine_entries: int
    extra_columns: dict[str, list[str]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    unused_files: list[str] = field(default_factory=list)
    is_new_warehouse: bool = False

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain values for a program."""
        return {**asdict(self), "loaded_on": self.loaded_on.isoformat()}


def load(
    source: Path,
    *,
    mapping: str | Path,
    warehouse: Path,
    loaded_on: date,
    progress: Progress | None = None,
) -> LoadReport:
    """Load a file or folder in one transaction.

    Raises:
        InputError: the source or the mapping cannot be used; nothing was changed.
        WarehouseError: the warehouse cannot be written.
    """
    chosen = read_mapping(mapping)
    files = _files(source, chosen)
    is_new = not warehouse.exists()
    with open_warehouse(warehouse) as opened, opened.transaction():
        report = _Batch(opened, chosen, source, loaded_on).run(files, progress)
    return replace(report, is_new_warehouse=is_new)


def _files(source: Path, mapping: Mapping) -> list[tuple[Entry, Path]]:
    if not source.exists():
        told = f"{source} 不存在，请写文件，或文件所在的文件夹"
        message = f"{source} does not exist; give a file, or the folder it is in"
        raise InputError(message, said=told)
    files = [(e, path) for e in mapping.entries for path in find_files(source, e)]
    if not files:
        wanted = ", ".join(sorted({e.file for e in mapping.entries}))
        message = f"{source} holds none of the files that mapping {mapping.name} knows: {wanted} (as {', '.join(SUFFIXES)}){_elsewhere(source, mapping)}"
        raise InputError(message)
    return files


def _elsewhere(source: Path, mapping: Mapping) -> str:
    """Point at a folder one step below that holds such files, as simulate writes them."""
    if not source.is_dir():
        return ""
    below = sorted(path for path in source.iterdir() if path.is_dir())
    held = (p for p in below if any(find_files(p, e) for e in mapping.entries))
    found = next(held, None)
    return "" if found is None else f"; {found} does: load that"


@dataclass
class _Batch:
    """One run over a source inside one transaction."""

    warehouse: Warehouse
    mapping: Mapping
    source: Path
    loaded_on: date
    tables: dict[str, Counts] = field(default_factory=dict)
    files: list[dict[str, object]] = field(default_factory=list)
    extra: dict[str, list[str]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    faults: list[pl.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        last = self.warehouse.sql(
            "select coalesce(max(batch_id), 0) as n from raw.batch"
        )
        self.batch_id: int = last.item() + 1

    def run(
        self, files: list[tuple[Entry, Path]], progress: Progress | None
    ) -> LoadReport:
        done = 0
        for mart, entries in groupby(files, key=lambda pair: pair[0].mart):
            parts = []
            for entry, path in entries:
                if progress:
                    progress(path.name, done / len(files))
                parts.append(self._file(entry, path))
                done += 1
            self._write(pl.concat(parts), mart)
        total = sum(self.tables.values(), Counts())
        changed = total.loaded + total.updated + self._quarantine()
        if changed:
            self._record(total)
        return LoadReport(
            source=self.source.name,
            mapping=self.mapping.name,
            loaded_on=self.loaded_on,
            batch_id=self.batch_id if changed else None,
            total=total,
            tables=self.tables,
            rules=self._rules(),
            examples=self._examples(),
            quarantine_entries=sum(rows.height for rows in self.faults),
            extra_columns=self.extra,
            left_out=dict(self.left_out),
            unused_files=_unused(self.source, self.mapping),
        )

    def _file(self, entry: Entry, path: Path) -> pl.DataFrame:
        """Read a file; give the rows that are good so far, and note the others."""
        text = read(path, sheet=entry.sheet, encoding=entry.encoding)
        table = loadable()[entry.mart]
        own = self.mapping.own_format
        if own and (extra := _extra(entry, text)):
            self.extra[path.name] = extra
        found = mapped(entry, text, self.source, own_format=own)
        typed, unparsed = parse(found.rows, table, entry.dates)
        rules = rules_of(table, entry.mart, self.loaded_on)
        good, broken = checked(self.warehouse, typed, found.rows, rules)
        faults = pl.concat([_unreadable(text), found.faults, unparsed, broken])
        counts = Counts(
            read=good.height + faults[LINE].n_unique(),
            quarantined=faults[LINE].n_unique(),
        )
        self.tables[entry.mart] = self.tables.get(entry.mart, Counts()) + counts
        if found.left_out:
            self.left_out[entry.mart] += found.left_out
        self.files.append(_file_row(self.batch_id, text, entry.mart, counts.read))
        self.faults.append(_quarantined(faults, entry.mart, text, self.batch_id))
        return good.with_columns(file_id=pl.lit(text.fingerprint))

    def _write(self, good: pl.DataFrame, mart: str) -> None:
        """Append what is new or different to raw, and bring the mart up to it."""
        table = loadable()[mart]
        incoming = good.rename({LINE: "line"}).with_row_index("seq")
        is_repeated = incoming.select(table.key).is_duplicated()
        incoming = incoming.with_columns(is_repeated=is_repeated)
        self.warehouse.execute(versions.tell_fates(table, mart), good=incoming)
        if is_repeated.any():
            self.warehouse.execute(versions.settle_repeated(table, mart))
        counted = self.warehouse.sql(
            "select fate, count(*) as rows from incoming_version group by fate"
        )
        fates = Counts(**dict(counted.iter_rows()))
        if fates.loaded + fates.updated:
            versions.store(self.warehouse, table, mart, self.batch_id)
        self.warehouse.execute("drop table incoming_version")
        self.tables[mart] += fates

    def _quarantine(self) -> int:
        """Bring the quarantine up to what these files now hold; count what changes.

        A row that is accepted at last, because its business came later, leaves it.
        """
        rows = pl.concat(self.faults)
        files = pl.DataFrame(self.files).select("file_id", "table_name")
        now = self.warehouse.sql(
            "select * from output.quarantine semi join files using (file_id, table_name)",
            files=files,
        )
        anew = rows.join(now, on=_QUARANTINE_KEY, how="anti", maintain_order="left")
        gone = now.join(rows, on=_QUARANTINE_KEY, how="anti").select(_QUARANTINE_KEY)
        if gone.height:
            same = " and ".join(f"old.{name} = gone.{name}" for name in _QUARANTINE_KEY)
            self.warehouse.execute(
                f"delete from output.quarantine old using gone where {same}",  # noqa: S608
                gone=gone,
            )
        self.warehouse.insert("output.quarantine", anew)
        return anew.height + gone.height

    def _record(self, total: Counts) -> None:
        batch = {
            "batch_id": self.batch_id,
            "source": self.source.name,
            "mapping": self.mapping.name,
            "mapping_hash": self.mapping.fingerprint,
            "loaded_on": self.loaded_on,
            **{f"rows_{name}": n for name, n in asdict(total).items()},
        }
        self.warehouse.insert("raw.batch", pl.DataFrame([batch]))
        self.warehouse.insert("raw.file", pl.DataFrame(self.files))

    def _rules(self) -> dict[str, int]:
        # A row counts once, under the first rule it broke.
        first = pl.concat(self.faults).unique(
            ["file_id", "table_name", "line"], keep="first", maintain_order=True
        )
        return dict(first.group_by("rule").len().sort("rule").iter_rows())

    def _examples(self) -> list[dict[str, Any]]:
        entries = pl.concat(
            rows.sort("line", maintain_order=True).with_columns(
                file=pl.lit(file["path"])
            )
            for file, rows in zip(self.files, self.faults, strict=True)
        )
        shown = entries.head(EXAMPLES).select(
            pl.col("table_name").alias("table"),
            "file",
            "line",
            "rule",
            column="column_name",
            value="offending_value",
        )
        return shown.to_dicts()


def _numbers(counts: Counts) -> tuple[int, ...]:
    return tuple(asdict(counts).values())


def _extra(entry: Entry, text: Text) -> list[str]:
    taken = own_names(loadable()[entry.mart], text).values()
    return [n for n in (*text.columns, *text.unsupported) if n not in taken]


def _unused(source: Path, mapping: Mapping) -> list[str]:
    joined = {join["file"] for entry in mapping.entries for join in entry.joins}
    known = {entry.file for entry in mapping.entries} | joined
    listed = source.iterdir() if source.is_dir() else ()
    return sorted(
        p.name
        for p in listed
        if p.suffix.lower() in SUFFIXES
        and not any(fnmatchcase(p.stem, name) for name in known)
    )


def _unreadable(text: Text) -> pl.DataFrame:
    rows = [(f.line, f.rule, f.column, f.value) for f in text.faults]
    return pl.DataFrame(rows, schema=FAULTS, orient="row")


def _quarantined(
    faults: pl.DataFrame, mart: str, text: Text, batch_id: int
) -> pl.DataFrame:
    return (
        faults.unique([LINE, "rule", "column_name"], keep="first", maintain_order=True)
        .select(
            file_id=pl.lit(text.fingerprint),
            line=LINE,
            table_name=pl.lit(mart),
            rule="rule",
            column_name="column_name",
            offending_value=pl.col("offending_value").str.head(VALUE_LENGTH),
            batch_id=pl.lit(batch_id, pl.Int64),
        )
        .cast(schema()["output.quarantine"].empty().schema)
    )


def _file_row(batch_id: int, text: Text, mart: str, rows: int) -> dict[str, object]:
    return {
        "batch_id": batch_id,
        "file_id": text.fingerprint,
        "path": text.path.name,
        "table_name": mart,
        "bytes": text.bytes,
        "rows_read": rows,
    }
