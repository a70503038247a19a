"""Quarantine holds exactly the rows that are not loaded: neither fewer nor twice."""

from datetime import date
from pathlib import Path

from features.schema import schema
from features.warehouse import open_warehouse
from pipelines.quarantine import read_quarantine
from tests.source_files import (
    BUSINESS,
    COMPLAINT,
    INSPECTION,
    Books,
    businesses,
    lines,
    write,
)

VISITS = lines(
    INSPECTION,
    "V1,B1,2025-03-01,2025-03-02,routine",
    "V2,B2,2025-03-01,2025-03-02,routine",
    "V3,B1,2026-03-01,2026-03-02,routine",
    "V4,B1,never,,lunch",
)
ORPHAN = ("inspection.csv", 3, "unknown_business", "business_id", "B2")
EARLY = ("inspection.csv", 4, "after_load_day", "inspected_on", "2026-03-01")
BAD = [
    ("inspection.csv", 5, "bad_date", "inspected_on", "never"),
    ("inspection.csv", 5, "missing_value", "recorded_at", None),
    ("inspection.csv", 5, "unknown_code", "purpose", "lunch"),
]


def test_a_row_is_listed_with_file_line_rule_and_value(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    report = books.load(source)
    assert books.quarantine() == [ORPHAN, EARLY, *BAD]
    assert report.rules == {"after_load_day": 1, "bad_date": 1, "unknown_business": 1}
    ((files,),) = books.ask("select count(distinct file_id) from output.quarantine")
    assert files == 1


def test_the_same_row_is_listed_once_however_often_it_comes(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    first = books.load(source)
    before = books.content()
    for _ in range(2):
        again = books.load(source)
        assert (again.rules, again.batch_id) == (first.rules, None)
    assert books.content()["output.quarantine"].equals(before["output.quarantine"])
    key = ", ".join(schema()["output.quarantine"].key)
    assert (
        books.ask(
            f"select {key} from output.quarantine group by all having count(*) > 1"  # noqa: S608
        )
        == []
    )


def test_a_row_whose_business_comes_later_leaves_quarantine_when_it_is_loaded(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    books.load(source)
    write(source, business=businesses("B1", "B2"))
    report = books.load(source)
    assert (report.total.loaded, report.batch_id) == (2, 2)
    assert books.quarantine() == [EARLY, *BAD]


def test_a_day_that_lay_ahead_is_loaded_when_it_has_come(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    books.load(source)
    report = books.load(source, on=date(2026, 4, 1))
    assert report.total.loaded == 1
    assert books.quarantine() == [ORPHAN, *BAD]


def test_a_corrected_file_does_not_hide_what_was_wrong_with_the_old_one(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    books.load(source)
    write(source, inspection=VISITS.replace("never,,lunch", "2025-05-01,2025-05-02,routine"))  # fmt: skip
    assert books.load(source).total.loaded == 1
    ((files, bad),) = books.ask(
        "select count(distinct file_id), count_if(rule = 'bad_date') "
        "from output.quarantine"
    )
    assert (files, bad) == (2, 1)


def test_one_line_may_be_set_aside_for_two_tables(tmp_path: Path, books: Books) -> None:
    """London's file feeds businesses and inspections from the same rows."""
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[[table]]\nmart = "street"\nfile = "a"\ntake = { street_code = "id", name = "n" }\n'
        '[[table]]\nmart = "office"\nfile = "a"\ntake = { office_id = "id", name = "n" }\n',
        "utf-8",
    )
    source = write(tmp_path / "in", a=lines("id,n", ",x", "1,y"))
    report = books.load(source, mapping)
    assert (report.total.read, report.total.quarantined) == (4, 2)
    assert books.ask(
        "select line, table_name, rule from output.quarantine order by all"
    ) == [(2, "office", "missing_value"), (2, "street", "missing_value")]
    assert books.load(source, mapping).batch_id is None


def test_a_long_value_is_cut_and_a_row_of_another_shape_counted(
    tmp_path: Path, books: Books
) -> None:
    source = write(
        tmp_path / "in",
        business=lines(BUSINESS, f"B1,{'9' * 500},2020-01-02,店,catering", "B2,x"),
        complaint=lines(COMPLAINT, "C1,2025-03-01,2025-03-02,rumour,蟑螂"),
    )
    books.load(source)
    assert books.quarantine() == [
        ("business.csv", 2, "bad_date", "valid_from", "9" * 200),
        ("business.csv", 3, "wrong_field_count", "", "2 of 5 fields"),
        ("complaint.csv", 2, "unknown_code", "kind", "rumour"),
    ]


def test_a_changed_mapping_settles_anew_what_a_file_holds(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", a=lines("id,n,heads", "1,x,many", "2,y,7"))
    mapping = tmp_path / "m.toml"
    text = '[[table]]\nmart = "street"\nfile = "a"\ntake = {{ street_code = "id", name = "n" {} }}\n'
    mapping.write_text(text.format(', population = "heads"'), "utf-8")
    books.load(source, mapping)
    assert books.quarantine() == [("a.csv", 2, "bad_number", "population", "many")]
    mapping.write_text(text.format(""), "utf-8")
    books.load(source, mapping)
    assert books.quarantine() == []
    assert books.ask("select count(*) from mart.street") == [(2,)]


def test_every_entry_is_listed_once_the_latest_load_first(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    books.load(source)
    write(source, inspection=VISITS.replace("never", "soon"))
    books.load(source)
    with open_warehouse(books.path, read_only=True) as opened:
        listed = read_quarantine(opened).entries.select("file", "line", "value").rows()
    values = [["B2", "2026-03-01", word, None, "lunch"] for word in ("soon", "never")]
    assert [(file, line) for file, line, _ in listed] == [
        ("inspection.csv", line) for line in (3, 4, 5, 5, 5)
    ] * 2
    assert [value for _, _, value in listed] == [v for load in values for v in load]
