"""Load a source into the warehouse: all of it or nothing, and nothing twice.

Every row read is loaded, updated, unchanged or quarantined. Every accepted version of a
row stays in raw; the mart holds the last; what is not accepted is in output.quarantine
with its line, rule and value.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import InputError
from features.schema import Table, loadable, schema
from features.warehouse import Warehouse, open_warehouse
from pipelines.mapping import (
    Entry,
    Mapping,
    extra_columns,
    find_file,
    mapped,
    read_mapping,
)
from pipelines.parsing import FAULTS, parse, redacted
from pipelines.reading import LINE, Text, read

# A business is struck off some days before the register says so; a visit later than
# this after the closing day belongs to another business or carries a wrong date.
CLOSED_GRACE_DAYS = 30
# Long enough to recognise a value, short enough that no document ends up there.
VALUE_LENGTH = 200

_MAY_LIE_AHEAD = {
    "valid_from",
    "valid_to",
    "closed_on",
    "month",
    "left_on",
    "joined_on",
}
_PARENT = {"inspection_item": ("inspection", "inspection_id", "unknown_inspection")}

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
    """What a batch did, by table and by quarantine rule."""

    source: str
    mapping: str
    loaded_on: date
    batch_id: int | None
    total: Counts
    tables: dict[str, Counts]
    rules: dict[str, int]
    extra_columns: dict[str, list[str]] = field(default_factory=dict)

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
    files = [(e, p) for e in chosen.entries if (p := _file_of(source, e)) is not None]
    if not files:
        wanted = ", ".join(sorted({e.file for e in chosen.entries}))
        message = (
            f"{source} holds none of the files mapping {chosen.name} knows: {wanted}"
        )
        raise InputError(message)
    with open_warehouse(warehouse) as opened, opened.transaction():
        return _Batch(opened, chosen, source, loaded_on).run(files, progress)


def _file_of(source: Path, entry: Entry) -> Path | None:
    if not source.exists():
        message = f"{source} does not exist"
        raise InputError(message)
    return find_file(source, entry)


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
    quarantined_anew: int = 0
    faults: list[pl.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        last = self.warehouse.sql(
            "select coalesce(max(batch_id), 0) as n from raw.batch"
        )
        self.batch_id: int = last.item() + 1

    def run(
        self, files: list[tuple[Entry, Path]], progress: Progress | None
    ) -> LoadReport:
        for done, (entry, path) in enumerate(files):
            if progress:
                progress(path.name, done / len(files))
            self._file(entry, path)
        total = sum(self.tables.values(), Counts())
        changed = total.loaded + total.updated + self.quarantined_anew
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
            extra_columns=self.extra,
        )

    def _file(self, entry: Entry, path: Path) -> None:
        text = read(path, entry.sheet)
        own = self.mapping.own_format
        if extra := extra_columns(entry, text, own_format=own):
            self.extra[path.name] = extra
        table = loadable()[entry.mart]
        rows = mapped(entry, text, self.source, own_format=own)
        good, faults = parse(_with_recording_day(rows, entry), table)
        unreadable = _unreadable(text)
        good, broken = self._checked(good, table, entry.mart)
        faults = pl.concat([unreadable, faults, broken])
        counts = replace(
            self._write(good, table, entry.mart, text),
            read=rows.height + unreadable[LINE].n_unique(),
            quarantined=faults[LINE].n_unique(),
        )
        self.tables[entry.mart] = self.tables.get(entry.mart, Counts()) + counts
        self.files.append(_file_row(self.batch_id, text, entry.mart, counts.read))
        self._quarantine(faults, entry.mart, text)

    def _checked(
        self, good: pl.DataFrame, table: Table, mart: str
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Apply the rules that look beyond one value; each row fails the first it breaks."""
        faults = []
        for rule, column, broken in self._rules_of(table, mart):
            query = (
                f"select \"{LINE}\", '{rule}' as rule, '{column}' as column_name, "  # noqa: S608
                f"{column or 'null'}::varchar as offending_value from good where {broken}"
            )
            found = self.warehouse.sql(query, good=good)
            faults.append(found.cast(FAULTS))  # type: ignore[arg-type]
            good = good.join(found, on=LINE, how="anti", maintain_order="left")
        return good, pl.concat([pl.DataFrame(schema=FAULTS), *faults])

    def _rules_of(self, table: Table, mart: str) -> list[tuple[str, str, str]]:
        """List (rule, column, condition of breaking it) for a table."""
        today = self.loaded_on.isoformat()
        rules = [
            ("after_load_day", c.name, f"{c.name} > date '{today}'")
            for c in table.columns.values()
            if c.sql_type == "date" and c.name not in _MAY_LIE_AHEAD
        ]
        rules += [
            (name, "", f"not coalesce(({condition}), true)")
            for name, condition in table.rules.items()
        ]
        if mart in _PARENT:
            parent, key, rule = _PARENT[mart]
            rules.append((rule, key, f"{key} not in (select {key} from mart.{parent})"))  # noqa: S608
        elif mart != "business" and "business_id" in table.columns:
            known = "business_id not in (select business_id from mart.business)"
            rules.append(("unknown_business", "business_id", known))
        if mart in {"inspection", "sampling_result"}:
            day = "inspected_on" if mart == "inspection" else "sampled_on"
            rules.append(("after_business_closed", day, _after_closing(day)))
        return rules

    def _write(self, good: pl.DataFrame, table: Table, mart: str, text: Text) -> Counts:
        """Append what is new or different to raw, and bring the mart up to it."""
        names = list(table.columns)
        incoming = good.select(LINE, *names)
        self.warehouse.execute(_versions(table), good=incoming)
        counted = self.warehouse.sql(
            "select fate, count(*) as rows from incoming_version group by fate"
        )
        fates = dict(counted.iter_rows())
        if fates.get("loaded", 0) + fates.get("updated", 0):
            self.warehouse.execute(
                _append(table, mart), [self.batch_id, text.fingerprint]
            )
            self.warehouse.execute(_merge(table, mart))
        self.warehouse.execute("drop table incoming_version")
        return Counts(
            loaded=fates.get("loaded", 0),
            updated=fates.get("updated", 0),
            unchanged=fates.get("unchanged", 0),
        )

    def _quarantine(self, faults: pl.DataFrame, mart: str, text: Text) -> None:
        rows = faults.unique(
            [LINE, "rule", "column_name"], keep="first", maintain_order=True
        ).select(
            file_id=pl.lit(text.fingerprint),
            line=LINE,
            table_name=pl.lit(mart),
            rule="rule",
            column_name="column_name",
            offending_value=redacted(pl.col("offending_value")).str.head(VALUE_LENGTH),
            batch_id=pl.lit(self.batch_id, pl.Int64),
        )
        self.faults.append(rows)
        anew = self.warehouse.sql(
            "select incoming.* from incoming anti join output.quarantine "
            "using (file_id, line, table_name, rule, column_name)",
            incoming=rows,
        )
        self.quarantined_anew += anew.height
        self.warehouse.insert("output.quarantine", anew)

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
        rules = pl.concat([schema()["output.quarantine"].empty(), *self.faults])
        # A row counts once, under the first rule it broke.
        first = rules.unique(
            ["file_id", "table_name", "line"], keep="first", maintain_order=True
        )
        return dict(first.group_by("rule").len().sort("rule").iter_rows())


def _numbers(counts: Counts) -> tuple[int, ...]:
    return tuple(asdict(counts).values())


def _with_recording_day(rows: pl.DataFrame, entry: Entry) -> pl.DataFrame:
    """Fill in the recording day from the event and the delay the mapping states."""
    if not entry.recorded:
        return rows
    event, days = entry.recorded["after"], entry.recorded["days"]
    known = pl.col(event).str.head(10).str.to_date(strict=False)
    delayed = (known + pl.duration(days=days)).cast(pl.String)
    return rows.with_columns(recorded_at=pl.coalesce(delayed, event))


def _unreadable(text: Text) -> pl.DataFrame:
    rows = [(f.line, f.rule, f.column, f.value) for f in text.faults]
    return pl.DataFrame(rows, schema=FAULTS, orient="row")


def _file_row(batch_id: int, text: Text, mart: str, rows: int) -> dict[str, object]:
    return {
        "batch_id": batch_id,
        "file_id": text.fingerprint,
        "path": text.path.name,
        "table_name": mart,
        "bytes": text.path.stat().st_size,
        "rows_read": rows,
    }


def _after_closing(day: str) -> str:
    return (
        f"{day} > (select max(closed_on) from mart.business known "  # noqa: S608
        f"where known.business_id = good.business_id) + {CLOSED_GRACE_DAYS}"
    )


def _hash(table: Table, of: str) -> str:
    parts = ", ".join(f"coalesce({of}.{c}::varchar, chr(0))" for c in table.columns)
    return f"md5(concat_ws(chr(1), {parts}))"


def _versions(table: Table) -> str:
    """Tell for each incoming row whether it is new, different or already known.

    Rows of one key are compared with the line before them, the first with the mart.
    """
    key = ", ".join(table.key)
    same_key = " and ".join(f"known.{k} = typed.{k}" for k in table.key)
    typed = ", ".join(
        f"{c.name}::{c.sql_type} as {c.name}" for c in table.columns.values()
    )
    return f"""
        create temp table incoming_version as
        with typed as (select "{LINE}" as line, {typed} from good),
        hashed as (
            select typed.*, {_hash(table, "typed")} as row_hash,
                {_hash(table, "known")} as known_hash,
                known.{table.key[0]} is not null as is_known
            from typed left join {table.name} known on {same_key}
        ),
        compared as (
            select *, lag(row_hash) over (partition by {key} order by line) as earlier
            from hashed
        )
        select * exclude (known_hash, is_known, earlier),
            case
                when coalesce(earlier, case when is_known then known_hash end) is null
                    then 'loaded'
                when coalesce(earlier, known_hash) = row_hash then 'unchanged'
                else 'updated'
            end as fate
        from compared
    """  # noqa: S608


def _append(table: Table, mart: str) -> str:
    names = ", ".join(table.columns)
    return (
        f"insert into raw.{mart} ({names}, batch_id, file_id, line, row_hash) "  # noqa: S608
        f"select {names}, ?, ?, line, row_hash from incoming_version "
        "where fate <> 'unchanged'"
    )


def _merge(table: Table, mart: str) -> str:
    key = ", ".join(table.key)
    names = list(table.columns)
    return f"""
        merge into mart.{mart} known
        using (
            select * from incoming_version where fate <> 'unchanged'
            qualify row_number() over (partition by {key} order by line desc) = 1
        ) incoming
        on ({" and ".join(f"known.{k} = incoming.{k}" for k in table.key)})
        when matched then update set {", ".join(f"{n} = incoming.{n}" for n in names)}
        when not matched then insert ({", ".join(names)})
            values ({", ".join(f"incoming.{n}" for n in names)})
    """  # noqa: S608
