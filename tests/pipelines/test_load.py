"""Loading as a whole: every row goes somewhere, nothing twice, the last word counts."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from features.errors import InputError, WarehouseError
from features.schema import loadable
from pipelines.load import Counts, LoadReport, load
from tests.source_files import (
    BUSINESS,
    INSPECTION,
    LOAD_DAY,
    PENALTY,
    Books,
    businesses,
    lines,
    workbook,
    write,
)

VISIT = "V1,B1,2025-03-01,2025-03-02,routine"


def fates(report: LoadReport) -> tuple[int, ...]:
    total = report.total
    return total.loaded, total.updated, total.unchanged, total.quarantined


def assert_same(books: Books, before: dict[str, pl.DataFrame]) -> None:
    for name, frame in books.content().items():
        assert frame.equals(before[name]), name


# Once, twice, and corrected


def test_the_same_files_twice_change_nothing(tmp_path: Path, books: Books) -> None:
    visits = lines(INSPECTION, VISIT, "V2,nobody,2025-03-01,2025-03-02,routine", "V3")
    source = write(tmp_path / "in", business=businesses("B1"), inspection=visits)
    first = books.load(source)
    before = books.content()
    second = books.load(source)
    assert (fates(first), fates(second)) == ((2, 0, 0, 2), (0, 0, 2, 2))
    assert (first.batch_id, second.batch_id) == (1, None)
    assert (
        first.rules == second.rules == {"unknown_business": 1, "wrong_field_count": 1}
    )
    assert_same(books, before)


def test_the_order_of_rows_and_the_kind_of_file_change_nothing(
    tmp_path: Path, books: Books
) -> None:
    books.load(write(tmp_path / "in", business=businesses("B1", "B2")))
    table = pl.read_csv(tmp_path / "in" / "business.csv", infer_schema=False)
    other = tmp_path / "other"
    other.mkdir()
    table.reverse().write_parquet(other / "business.parquet")
    assert fates(books.load(other)) == (0, 0, 2, 0)
    (other / "business.parquet").unlink()
    workbook(other / "business.xlsx", [table.columns, *table.rows()])
    assert fates(books.load(other)) == (0, 0, 2, 0)


def test_a_corrected_row_supersedes_and_the_old_one_stays_visible(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1", "B2"))
    books.load(source)
    write(source, business=businesses("B1", "B2").replace("店B1", "新店"))
    assert fates(books.load(source)) == (0, 1, 1, 0)
    assert books.ask("select name from mart.business order by 1") == [
        ("店B2",),
        ("新店",),
    ]
    assert books.ask(
        "select name, batch_id, line from raw.business where business_id = 'B1' "
        "order by batch_id"
    ) == [("店B1", 1, 2), ("新店", 2, 2)]
    assert books.ask("select name from staging.business order by 1") == [("店B2",), ("新店",)]  # fmt: skip


def test_what_is_loaded_last_counts_even_an_old_file(
    tmp_path: Path, books: Books
) -> None:
    old = write(tmp_path / "old", business=businesses("B1"))
    new = write(tmp_path / "new", business=businesses("B1").replace("店", "新"))
    assert [fates(books.load(s)) for s in (old, new, old, old)] == [
        (1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0),
    ]  # fmt: skip
    assert books.ask("select name from mart.business") == [("店B1",)]


def named(*names: str) -> str:
    return lines(BUSINESS, *(f"B1,2020-01-01,2020-01-02,{n},catering" for n in names))


@pytest.mark.parametrize(
    ("names", "first"),
    [
        pytest.param("AA", (1, 0, 1, 0), id="equal"),
        pytest.param("AB", (1, 1, 0, 0), id="different"),
        pytest.param("ABA", (1, 2, 0, 0), id="there and back"),
        pytest.param("AABBA", (1, 2, 2, 0), id="both"),
    ],
)
def test_a_key_that_comes_several_times_in_a_file(
    tmp_path: Path, books: Books, names: str, first: tuple[int, ...]
) -> None:
    """The last row counts, every version is kept, and a reload changes nothing."""
    source = write(tmp_path / "in", business=named(*names))
    assert fates(books.load(source)) == first
    before = books.content()
    assert fates(books.load(source)) == (0, 0, len(names), 0)
    assert_same(books, before)
    assert books.ask("select name from mart.business") == [(names[-1],)]
    assert books.ask("select name from staging.business") == [(names[-1],)]


def test_a_key_that_comes_in_several_files_of_a_batch(
    tmp_path: Path, books: Books
) -> None:
    """The files are one batch, in the order the mapping names them."""
    table = '[[table]]\nmart = "street"\nfile = "{}"\ntake = {{ street_code = "code", name = "label" }}\n'
    mapping = tmp_path / "two.toml"
    mapping.write_text(table.format("january") + table.format("february"), "utf-8")
    source = write(
        tmp_path / "in",
        january=lines("code,label", "X,pad", "S,A", "T,same"),
        february=lines("code,label", "S,B", "T,same"),
    )
    assert fates(books.load(source, mapping)) == (3, 1, 1, 0)
    before = books.content()
    assert fates(books.load(source, mapping)) == (0, 0, 5, 0)
    assert_same(books, before)
    for schema in ("mart", "staging"):
        assert books.ask(f"select name from {schema}.street order by 1") == [  # noqa: S608
            ("B",), ("pad",), ("same",)
        ]  # fmt: skip


def test_a_mapping_that_was_changed_and_changed_back_leaves_no_trace_in_the_mart(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", areas=lines("code,label", "S,A"))
    mapping = tmp_path / "m.toml"
    text = '[[table]]\nmart = "street"\nfile = "areas"\ntake = {{ street_code = "code" }}\ncompute = {{ name = "{}" }}\n'
    for sql, name in (("label", "A"), ("upper('b')", "B"), ("label", "A")):
        mapping.write_text(text.format(sql), "utf-8")
        assert fates(books.load(source, mapping)) in {(1, 0, 0, 0), (0, 1, 0, 0)}
        assert books.ask("select name from mart.street") == [(name,)]


# Rows that contradict themselves, the day, or what is known


def test_each_row_rule_sets_its_row_aside_with_the_values(
    tmp_path: Path, books: Books
) -> None:
    source = write(
        tmp_path / "in",
        business=lines(
            f"{BUSINESS},lon,lat,opened_on,closed_on",
            "B1,2020-01-01,2020-01-02,店,catering,120.17,30.25,2019-01-01,2025-01-31",
            "B2,2020-01-01,2020-01-02,店,catering,30.25,120.17,,",
            "B3,2020-01-01,2020-01-02,店,catering,220.1,30.25,,",
            "B4,2020-01-01,2020-01-02,店,catering,120.1,,,",
            "B5,2020-01-01,2020-01-02,店,catering,,,2021/5/1,2020-01-01",
            "B6,2020-01-01,2026-01-02,店,catering,,,,",
            "B7,2020-01-01,2026-01-01,店,catering,,,,2027-01-01",
        ),
        inspection=lines(
            f"{INSPECTION},items_checked,key_failed,inspector_id,second_inspector_id",
            "V1,B1,2025-03-01,2025-03-02,routine,,,,",
            "V2,B1,2025-03-03,2025-03-03,routine,,,,",
            "V3,B1,2026-02-01,2026-02-01,routine,,,,",
            "V4,B1,2025-01-02,2025-01-01,routine,,,,",
            "V5,nobody,2025-01-02,2025-01-02,routine,,,,",
            "V6,B1,2025-01-02,2025-01-02,routine,-1,,,",
            "V7,B1,2025-01-02,2025-01-02,routine,,,I1,I1",
            "V8,B1,2025-01-02,2025-01-02,routine,10000000,,,",
        ),
        inspection_item=lines(
            "inspection_id,item_code,severity,occurrences", "V1,1.1,key,1", "V3,1.1,key,1"
        ),
        penalty=lines(
            PENALTY,
            "P1,B1,2025-01-02,2025-01-02,fine,-500",
            "P2,B1,2025-01-02,2025-01-02,fine,99999999999",
            "P3,B1,2025-01-02,2025-01-02,fine,999999999999999999",
            "P4,B1,2025-06-02,2025-06-02,fine,500",
        ),
    )  # fmt: skip
    report = books.load(source)
    assert books.quarantine() == [
        ("business.csv", 3, "coordinates_swapped", "", "lon=30.25, lat=120.17"),
        ("business.csv", 4, "lon_in_range", "lon", "220.1"),
        ("business.csv", 5, "coordinates_complete", "", "lon=120.1, lat="),
        ("business.csv", 6, "closed_after_opened", "", "closed_on=2020-01-01, opened_on=2021/5/1"),
        ("business.csv", 7, "after_load_day", "recorded_at", "2026-01-02"),
        ("inspection.csv", 3, "after_business_closed", "inspected_on", "2025-03-03"),
        ("inspection.csv", 4, "after_load_day", "inspected_on", "2026-02-01"),
        ("inspection.csv", 5, "inspected_not_after_record", "", "recorded_at=2025-01-01, inspected_on=2025-01-02"),
        ("inspection.csv", 6, "unknown_business", "business_id", "nobody"),
        ("inspection.csv", 7, "counts_not_negative", "", "items_checked=-1, key_failed="),
        ("inspection.csv", 8, "two_different_inspectors", "", "second_inspector_id=I1, inspector_id=I1"),
        ("inspection.csv", 9, "absurd_amount", "items_checked", "10000000"),
        ("inspection_item.csv", 3, "unknown_inspection", "inspection_id", "V3"),
        ("penalty.csv", 2, "amounts_not_negative", "", "fine_yuan=-500"),
        ("penalty.csv", 3, "absurd_amount", "fine_yuan", "99999999999"),
        ("penalty.csv", 4, "bad_number", "fine_yuan", "999999999999999999"),
    ]  # fmt: skip
    assert report.total == Counts(read=21, loaded=5, quarantined=16)


def test_a_business_that_opened_again_may_be_visited(
    tmp_path: Path, books: Books
) -> None:
    source = write(
        tmp_path / "in",
        business=lines(
            f"{BUSINESS},closed_on",
            "B1,2015-01-01,2015-01-02,旧,catering,2018-01-01",
            "B1,2020-01-01,2020-01-02,新,catering,",
        ),
        inspection=lines(INSPECTION, VISIT),
    )
    assert fates(books.load(source)) == (3, 0, 0, 0)


def test_formula_like_text_is_data(tmp_path: Path, books: Books) -> None:
    content = businesses("B1").replace("店B1", "\"=cmd('x')\"")
    books.load(write(tmp_path / "in", business=content))
    assert books.ask("select name from mart.business") == [("=cmd('x')",)]


def test_a_workbook_whose_codes_became_numbers(tmp_path: Path, books: Books) -> None:
    """The lost digits cannot be had back; the row says so, and the others are loaded."""
    rows = [
        BUSINESS.split(","),
        [913502030001234567, "2020-01-01", "2020-01-02", "店", "catering"],
        ["913502030001234567", "2020-01-01", "2020-01-02", "店", "catering"],
    ]
    (tmp_path / "in").mkdir()
    workbook(tmp_path / "in" / "business.xlsx", rows)
    report = books.load(tmp_path / "in")
    assert fates(report) == (1, 0, 0, 1)
    assert books.quarantine() == [
        ("business.xlsx", 2, "digits_lost_in_spreadsheet", "business_id", "913502030001234560")
    ]  # fmt: skip


def test_an_error_or_long_number_in_a_column_nobody_reads_costs_no_row(
    tmp_path: Path, books: Books
) -> None:
    rows = [
        [*BUSINESS.split(","), "法人身份证"],
        ["B1", "2020-01-01", "2020-01-02", "店", "catering", 330102198001011234],
    ]
    (tmp_path / "in").mkdir()
    workbook(tmp_path / "in" / "business.xlsx", rows)
    assert fates(books.load(tmp_path / "in")) == (1, 0, 0, 0)


@pytest.mark.parametrize("name", sorted(loadable()))
def test_a_table_with_no_rows_loads_as_nothing(
    tmp_path: Path, books: Books, name: str
) -> None:
    source = write(tmp_path / "in", **{name: lines(",".join(loadable()[name].columns))})
    report = books.load(source)
    assert (report.total, report.batch_id) == (Counts(), None)


def test_a_refused_file_leaves_the_others_of_its_batch_unloaded(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), office=b"\xff\xff\n")
    before = books.content()
    with pytest.raises(InputError, match=r"office\.csv"):
        books.load(source)
    assert_same(books, before)


def test_progress_names_each_file_and_the_share_done(
    tmp_path: Path, books: Books
) -> None:
    source = write(
        tmp_path / "in", business=businesses("B1"), street="street_code,name\n"
    )
    seen: list[tuple[str, float]] = []
    load(
        source, mapping="shian", warehouse=books.path, loaded_on=LOAD_DAY,
        progress=lambda name, share: seen.append((name, share)),
    )  # fmt: skip
    assert seen == [("business.csv", 0.0), ("street.csv", 0.5)]


def test_the_report_is_plain_values_for_a_program(tmp_path: Path, books: Books) -> None:
    report = books.load(write(tmp_path / "in", business=businesses("B1"))).as_dict()
    assert report["loaded_on"] == "2026-01-01"
    assert report["total"] == {
        "read": 1, "loaded": 1, "updated": 0, "unchanged": 0, "quarantined": 0
    }  # fmt: skip


def test_the_batch_and_its_files_are_on_record(tmp_path: Path, books: Books) -> None:
    source = write(tmp_path / "in", business=businesses("B1") + "x\n")
    books.load(source)
    assert books.ask(
        "select batch_id, source, mapping, rows_read, rows_loaded, rows_quarantined "
        "from raw.batch"
    ) == [(1, "in", "shian", 2, 1, 1)]
    size = (source / "business.csv").stat().st_size
    assert books.ask("select path, table_name, bytes, rows_read from raw.file") == [
        ("business.csv", "business", size, 2)
    ]


def test_a_warehouse_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    source = write(tmp_path / "in", business=businesses("B1"))
    with pytest.raises(WarehouseError, match=r"w\.duckdb cannot be made"):
        Books(tmp_path / "file" / "w.duckdb").load(source)


# Any mess whatever

FIELD = st.sampled_from(
    ["B1", "B2", "", " ", "2020-01-01", "2025/2/30", "2099-01-01", "catering", "-5",
     "店", "１", "a,b", 'q"', "x\ny", "=1+1", "13812345678", "NULL", "1e9", "\ufdd0"]
)  # fmt: skip
ROW = st.lists(FIELD, min_size=1, max_size=7) | st.just(
    ["B1", "2020-01-01", "2020-01-02", "店", "catering"]
)


def quoted(field: str) -> str:
    return (
        f'"{field.replace(chr(34), chr(34) * 2)}"'
        if set(field) & set(',"\n')
        else field
    )


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(rows=[["", ""]], end="\n", raw="")
@example(rows=[[""], ["B1"]], end="\r\n", raw="")
@given(
    rows=st.lists(ROW, max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    raw=st.sampled_from(["", '"x"y,1', "\n", ",,,,"]),
)
def test_every_row_of_any_mess_is_accounted_for_and_a_reload_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    books: Books,
    rows: list[list[str]],
    end: str,
    raw: str,
) -> None:
    folder = tmp_path_factory.mktemp("mess")
    own = books.copy(folder / "w.duckdb")
    body = [",".join(map(quoted, row)) for row in rows]
    content = end.join([BUSINESS, *body, raw, ""])
    source = write(folder / "in", business=content.encode())
    first = own.load(source)
    # A line of nothing but a comma is a row of two empty fields, and is set aside.
    blank = sum(row == [""] for row in rows)
    assert first.total.read == len(rows) - blank + (raw not in {"", "\n"})
    kept = own.ask("select count(*) from raw.business")[0][0]
    assert kept == first.total.loaded + first.total.updated
    aside = own.ask("select count(distinct line) from output.quarantine")[0][0]
    assert aside == first.total.quarantined
    again = own.load(source)
    assert (again.total.loaded, again.total.updated, again.batch_id) == (0, 0, None)
    assert again.rules == first.rules
