"""Opening, refusing, writing all or nothing, and publishing a snapshot."""

import multiprocessing
from pathlib import Path

import duckdb
import polars as pl
import pytest

from features.errors import NotFoundError, WarehouseError
from features.schema import sql_text
from features.warehouse import Warehouse, create_warehouse, open_warehouse


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def office(number: str) -> pl.DataFrame:
    return pl.DataFrame({"office_id": [number], "name": ["清波市场监管所"]})


def offices(path: Path) -> list[str]:
    with open_warehouse(path, read_only=True) as warehouse:
        return warehouse.table("mart.office").collect()["office_id"].to_list()


def test_making_it_twice_keeps_its_rows(path: Path) -> None:
    create_warehouse(path)
    with open_warehouse(path) as warehouse:
        warehouse.insert("mart.office", office("1"))
        before = warehouse.sql("select * from duckdb_columns() where not internal")
        codes = warehouse.table("mart.code").collect()
    create_warehouse(path)
    with open_warehouse(path) as warehouse:
        after = warehouse.sql("select * from duckdb_columns() where not internal")
        assert warehouse.table("mart.code").collect().equals(codes)
    assert after.drop("database_oid", "table_oid", "schema_oid").equals(
        before.drop("database_oid", "table_oid", "schema_oid")
    )
    assert offices(path) == ["1"]


def test_the_schema_text_can_be_run_by_hand_twice() -> None:
    with duckdb.connect() as connection:
        connection.execute(sql_text())
        connection.execute(sql_text())


def test_every_table_and_view_has_a_comment_in_the_database(path: Path) -> None:
    with open_warehouse(path) as warehouse:
        silent = warehouse.sql(
            "select table_name as name from duckdb_tables() where comment is null "
            "union all select view_name from duckdb_views() "
            "where not internal and comment is null"
        )
    assert silent["name"].to_list() == []


def test_every_column_of_every_table_has_a_comment_and_raw_says_what_mart_says(
    path: Path,
) -> None:
    with open_warehouse(path) as warehouse:
        columns = warehouse.sql(
            "select schema_name, table_name, column_name, comment from duckdb_columns() "
            "where not internal and (schema_name, table_name) in "
            "(select (schema_name, table_name) from duckdb_tables())"
        )
    assert columns.filter(pl.col("comment").is_null()).is_empty()
    mart = columns.filter(schema_name="mart")
    raw = columns.filter(schema_name="raw").join(
        mart, on=["table_name", "column_name"], suffix="_mart"
    )
    assert raw.height > 100
    assert raw["comment"].equals(raw["comment_mart"])


def test_a_missing_warehouse_says_how_to_make_one(path: Path) -> None:
    with (
        pytest.raises(WarehouseError, match="shian init"),
        open_warehouse(path, read_only=True),
    ):
        pass


def test_a_file_that_is_no_warehouse_is_refused(path: Path) -> None:
    path.write_text("经营者编号,名称\n")
    with pytest.raises(WarehouseError, match="cannot be opened"), open_warehouse(path):
        pass
    assert path.read_text() == "经营者编号,名称\n"


def test_another_duckdb_file_is_refused(path: Path) -> None:
    duckdb.connect(path).close()
    with (
        pytest.raises(WarehouseError, match="not a Shian warehouse"),
        open_warehouse(path),
    ):
        pass


def as_version(path: Path, version: int) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("update mart.schema_version set version = ?", [version])


def test_an_older_version_is_refused_until_it_is_brought_up(path: Path) -> None:
    create_warehouse(path)
    with open_warehouse(path) as warehouse:
        warehouse.insert("mart.office", office("1"))
    with duckdb.connect(path) as connection:
        connection.execute("alter table mart.office drop column street_code")
    as_version(path, 0)
    with pytest.raises(WarehouseError, match="shian init"), open_warehouse(path):
        pass
    create_warehouse(path)
    assert offices(path) == ["1"]
    with open_warehouse(path) as warehouse:
        assert "street_code" in warehouse.table("mart.office").collect().columns
        assert warehouse.table("mart.code").collect().is_unique().all()
    assert path.with_name("warehouse.duckdb.version0").exists()


@pytest.mark.parametrize("name", ["old", "snapshot", "shian", "main", "经营 者"])
def test_any_file_name_can_be_brought_up_and_published(
    tmp_path: Path, name: str
) -> None:
    path, snapshot = tmp_path / f"{name}.duckdb", tmp_path / "published" / "x.duckdb"
    snapshot.parent.mkdir()
    create_warehouse(path)
    with open_warehouse(path) as warehouse:
        warehouse.insert("mart.office", office("1"))
    as_version(path, 0)
    create_warehouse(path)
    with open_warehouse(path) as warehouse:
        warehouse.publish(snapshot)
    assert offices(path) == offices(snapshot) == ["1"]


@pytest.mark.parametrize("name", ["mart", "raw", "output", "temp"])
def test_a_file_named_like_one_of_its_schemas_is_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(WarehouseError, match=r"shian\.duckdb"):
        create_warehouse(tmp_path / f"{name}.duckdb")


def test_an_older_version_without_a_required_value_stays_as_it_was(path: Path) -> None:
    create_warehouse(path)
    with open_warehouse(path) as warehouse:
        warehouse.insert("mart.office", office("1"))
    with duckdb.connect(path) as connection:
        connection.execute("alter table mart.office drop column name")
    as_version(path, 0)
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match="load your sources again"):
        create_warehouse(path)
    assert path.read_bytes() == before


def test_a_newer_version_is_refused(path: Path) -> None:
    create_warehouse(path)
    as_version(path, 99)
    with pytest.raises(WarehouseError, match="newer than"):
        create_warehouse(path)


def write_and_fail(warehouse: Warehouse) -> None:
    warehouse.insert("mart.office", office("1"))
    _ = 1 / 0


def test_a_failure_inside_a_transaction_leaves_nothing(path: Path) -> None:
    create_warehouse(path)
    with (
        pytest.raises(ZeroDivisionError),
        open_warehouse(path) as warehouse,
        warehouse.transaction(),
    ):
        write_and_fail(warehouse)
    assert offices(path) == []


def test_an_unknown_table_is_named(path: Path) -> None:
    with (
        open_warehouse(path) as warehouse,
        pytest.raises(NotFoundError, match=r"mart\.bakery"),
    ):
        warehouse.table("mart.bakery")


def test_a_run_that_is_written_again_replaces_itself_only(path: Path) -> None:
    def drawn(run: str, business: str) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "run_id": [run],
                "business_id": [business],
                "stratum": ["A"],
                "inclusion_probability": [0.5],
                "draw_order": [1],
            }
        )

    with open_warehouse(path) as warehouse:
        warehouse.replace_run("output.draw", drawn("r1", "a"), "r1")
        warehouse.replace_run("output.draw", drawn("r2", "b"), "r2")
        warehouse.replace_run("output.draw", drawn("r1", "c"), "r1")
        rows = warehouse.table("output.draw", "run_id", "business_id").collect()
    assert sorted(rows.rows()) == [("r1", "c"), ("r2", "b")]


def hold(path: Path, held: "multiprocessing.synchronize.Event") -> None:
    with open_warehouse(path):
        held.set()
        multiprocessing.Event().wait(20)


def test_a_second_writer_is_told_to_wait_and_a_snapshot_stays_readable(
    path: Path,
) -> None:
    snapshot = path.with_name("published.duckdb")
    with open_warehouse(path) as warehouse:
        warehouse.insert("mart.office", office("1"))
        warehouse.publish(snapshot)
    spawn = multiprocessing.get_context("spawn")
    held = spawn.Event()
    writer = spawn.Process(target=hold, args=(path, held))
    writer.start()
    try:
        assert held.wait(20)
        with (
            pytest.raises(WarehouseError, match="another process"),
            open_warehouse(path),
        ):
            pass
        assert offices(snapshot) == ["1"]
    finally:
        writer.kill()
        writer.join()


def test_facts_come_sorted_by_key(path: Path) -> None:
    with open_warehouse(path) as warehouse:
        warehouse.insert(
            "mart.street",
            pl.DataFrame({"street_code": ["2", "1"], "name": ["乙", "甲"]}),
        )
        assert warehouse.facts().street["name"].to_list() == ["甲", "乙"]


def test_a_table_that_an_older_file_lacks_is_added_by_init(path: Path) -> None:
    with open_warehouse(path) as warehouse:
        warehouse.execute("drop table mart.kitchen_connection")
        with pytest.raises(WarehouseError, match="shian init"):
            warehouse.facts()
    create_warehouse(path)
    with open_warehouse(path, read_only=True) as warehouse:
        assert warehouse.facts().kitchen_connection.is_empty()
