"""Versions of a row: which are new, which differ, and what raw and mart then hold.

A batch says nothing new about a key when the versions it brings are the last ones of
that key's history, in the same order. So the same files twice change nothing, even when
they contradict themselves, and whatever was loaded last is what counts.
"""

from features.schema import Table
from features.warehouse import Warehouse

_PLACE = ("seq", "file_id", "line", "is_repeated")


def store(warehouse: Warehouse, table: Table, mart: str, batch_id: int) -> None:
    """Append new and different versions to raw, and bring the mart up to the last."""
    warehouse.execute(_append(table, mart), [batch_id])
    warehouse.execute(_merge(table, mart))


def tell_fates(table: Table, mart: str) -> str:
    """Make the table incoming_version: each incoming row, and whether it is news.

    Reads the frame `good`: the columns of the table, a running number `seq`, where the
    row came from, and `is_repeated` when another row of the batch has its key.
    """
    typed = ", ".join(
        f"{c.name}::{c.sql_type} as {c.name}" for c in table.columns.values()
    )
    return f"""
        create temp table incoming_version as
        with typed as (
            select {", ".join(_PLACE)}, {typed} from good
        ),
        compared as (
            select typed.*,
                known.{table.key[0]} is not null as is_known,
                {_same(table, "known", "typed")} as is_same
            from typed left join mart.{mart} known on {_same_key(table, "known", "typed")}
        )
        select * exclude (is_known, is_same),
            case
                when not is_known then 'loaded'
                when is_same then 'unchanged'
                else 'updated'
            end as fate
        from compared
    """  # noqa: S608


def settle_repeated(table: Table, mart: str) -> str:
    """Tell the fates of keys that come several times in a batch, by their history."""
    key = ", ".join(table.key)
    return f"""
        with repeated as (
            select *, {_hash(table)} as row_hash,
                lag(row_hash) over (partition by {key} order by seq) as earlier
            from incoming_version where is_repeated
        ),
        brought as (
            select {key}, list(row_hash order by seq) as versions
            from repeated where earlier is distinct from row_hash group by {key}
        ),
        history as (
            select {key}, list(row_hash order by rowid) as versions
            from raw.{mart} semi join brought using ({key}) group by {key}
        ),
        old as (
            select {key} from brought join history using ({key})
            where history.versions[-len(brought.versions):] = brought.versions
        ),
        settled as (
            select seq, case
                when earlier = row_hash or old.{table.key[0]} is not null
                    then 'unchanged'
                when earlier is null then fate
                else 'updated'
            end as fate
            from repeated left join old using ({key})
        )
        update incoming_version set fate = settled.fate
        from settled where settled.seq = incoming_version.seq
    """  # noqa: S608


def _append(table: Table, mart: str) -> str:
    names = ", ".join(table.columns)
    return f"""
        insert into raw.{mart} ({names}, batch_id, file_id, line, row_hash)
        select {names}, ?, file_id, line, {_hash(table)}
        from incoming_version where fate <> 'unchanged' order by seq
    """  # noqa: S608


def _merge(table: Table, mart: str) -> str:
    key = ", ".join(table.key)
    names = list(table.columns)
    return f"""
        merge into mart.{mart} known
        using (
            select * from incoming_version where fate <> 'unchanged'
            qualify not is_repeated
                or row_number() over (partition by {key} order by seq desc) = 1
        ) incoming
        on ({_same_key(table, "known", "incoming")})
        when matched then update set {", ".join(f"{n} = incoming.{n}" for n in names)}
        when not matched then insert ({", ".join(names)})
            values ({", ".join(f"incoming.{n}" for n in names)})
    """  # noqa: S608


def _same_key(table: Table, one: str, other: str) -> str:
    return " and ".join(f"{one}.{k} = {other}.{k}" for k in table.key)


def _same(table: Table, one: str, other: str) -> str:
    return " and ".join(
        f"{one}.{name} is not distinct from {other}.{name}" for name in table.columns
    )


def _hash(table: Table) -> str:
    """Hash the facts of a row; no text holds the control characters between them."""
    parts = ", ".join(f"coalesce({name}::varchar, chr(0))" for name in table.columns)
    return f"md5(concat_ws(chr(1), {parts}))"
