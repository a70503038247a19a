"""A city is a TOML file: what one may say, and what is refused before a row is read."""

import os
import tempfile
from pathlib import Path

import polars as pl
import pytest

from features.errors import InputError
from features.schema import loadable
from pipelines.mapping import read_mapping
from tests.source_files import BUSINESS, Books, businesses, lines, write

STREET = """
[[table]]
mart = "street"
file = "areas"
take = { street_code = "code", name = "label" }
"""
VISITS = """
[[table]]
mart = "inspection"
file = "visits"
recorded = { after = "inspected_on", days = 3 }
take = { inspection_id = "no", business_id = "shop", inspected_on = "day" }
compute = { purpose = "'routine'" }
"""
SHOPS = """
[[table]]
mart = "business"
file = "shops"
take = { business_id = "licence", name = "trade name" }
compute = { valid_from = "'2000-01-01'", recorded_at = "'2000-01-01'" , business_type = "'catering'" }
"""
SHOPS_CSV = lines("licence,trade name", "L1,Alpha", "L2,Beta")
VISITS_CSV = lines("no,shop,day", "V1,L1,2025-03-01", "V2,L2,2025-03-02")


def mapping(folder: Path, text: str) -> Path:
    path = folder / "springfield.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", ["nyc", "toronto", "chicago", "london", "shian"])
def test_the_mappings_that_ship_are_read_by_name(name: str) -> None:
    found = read_mapping(name)
    assert found.name == name
    assert {entry.mart for entry in found.entries} <= set(loadable())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tabel = []", "does not know tabel; did you mean 'table'"),
        ("", r"needs either own_format = true or at least one \[\[table\]\]"),
        ("own_format = true\n" + STREET, "needs either own_format"),
        ("own_format = 'yes'", "own_format: must be true or false, not 'yes'"),
        ("table = 'street'", "table: must be a list"),
        ("table = [1]", r"each table is written as \[\[table\]\]"),
        ("[[table]]\nfile = 'areas'", r"table \?: needs mart \(one of business, "),
        ("[[table]]\nmart = 'street'", "table street: needs mart"),
        ("[[table]]\nmart = 'shop'\nfile = 'x'", "table shop: needs mart"),
        (STREET.replace("take", "takes"), "does not know takes; did you mean 'take'"),
        (STREET.replace("street_code", "stret_code"), "stret_code is not a column of mart.street; did you mean 'street_code'"),
        (STREET.replace("street_code = \"code\", ", ""), "nothing feeds street_code; take or compute it"),
        (STREET + "codes = { lon = { a = 'b' } }", "nothing feeds lon"),
        (STREET + "codes = { name = 'b' }", "codes.name: must be a table, not 'b'"),
        (STREET + "codes = { name = { a = 1 } }", "codes.name.a: must be text, not 1"),
        (STREET + "compute = { population = 5 }", "compute.population: must be text"),
        (STREET + "compute = { name = \"'x'\" }", "name is both taken and computed"),
        (STREET.replace('"label"', "7"), "take.name: must be text, not 7"),
        (STREET + "where = 1", "where: must be text"),
        (STREET + "joins = ['codes']", "joins: must be a table"),
        (STREET + "joins = [{ file = 'codes' }]", "joins: lacks on"),
        (STREET + "joins = [{ file = 'codes', on = 'a', how = 'left' }]", "joins: does not know how"),
        (STREET + "dates = ['%Q']", "'%Q' is no form of a day"),
        ("dates = [1]\n" + STREET, "dates: must be text"),
        ("encoding = 1\n" + STREET, "encoding: must be text"),
        (VISITS.replace("days = 3", "day = 3"), "recorded: does not know day; did you mean 'days'"),
        (VISITS.replace(", days = 3", ""), "recorded: lacks days"),
        (VISITS.replace("days = 3", "days = '3'"), "recorded: days: must be a whole number"),
        (VISITS.replace("days = 3", "days = true"), "recorded: days: must be a whole number"),
        (VISITS.replace("days = 3", "days = -1"), "nothing is known before it happens"),
        (VISITS.replace('after = "inspected_on"', 'after = "day"'), "day is not a column of mart.inspection"),
        (VISITS.replace('"day" }', '"day", recorded_at = "day" }'), "recorded_at is mapped, so recorded must go"),
        ("a = ", "springfield.toml: Invalid value"),
    ],
)  # fmt: skip
def test_a_mapping_that_says_what_it_may_not_is_refused(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read_mapping(mapping(tmp_path, text))


def test_a_mapping_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="use one of chicago, london, nyc, shian, toronto"
    ):
        read_mapping("new-york")
    with pytest.raises(InputError, match="Is a directory"):
        read_mapping(tmp_path)


def test_a_mapping_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_bytes("# 城市\n".encode("gb18030"))
    with pytest.raises(InputError, match=r"mapping m\.toml"):
        read_mapping(path)


def test_parents_are_loaded_first_whatever_their_order(tmp_path: Path) -> None:
    found = read_mapping(mapping(tmp_path, VISITS + SHOPS))
    assert [entry.mart for entry in found.entries] == ["business", "inspection"]


def test_a_new_city_is_one_toml_file_and_no_python(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", shops=SHOPS_CSV, visits=VISITS_CSV)
    report = books.load(source, mapping(tmp_path, VISITS + SHOPS))
    assert (report.mapping, report.total.loaded) == ("springfield", 4)
    assert books.ask(
        "select inspection_id, visit.recorded_at::varchar, name "
        "from mart.inspection visit join mart.business using (business_id) order by 1"
    ) == [("V1", "2025-03-04", "Alpha"), ("V2", "2025-03-05", "Beta")]


@pytest.mark.parametrize("day", ["2025-03-01", "2025/3/1", "20250301", "2025年3月1日"])
def test_a_recording_delay_holds_however_the_day_is_written(
    tmp_path: Path, books: Books, day: str
) -> None:
    """A delay that is lost lets the model look into the future."""
    visits = lines("no,shop,day", f"V1,L1,{day}")
    source = write(tmp_path / "in", shops=SHOPS_CSV, visits=visits)
    books.load(source, mapping(tmp_path, SHOPS + VISITS))
    ((known,),) = books.ask("select recorded_at::varchar from mart.inspection")
    assert known == "2025-03-04"


def test_a_day_that_cannot_be_read_is_not_delayed_but_set_aside(
    tmp_path: Path, books: Books
) -> None:
    visits = lines("no,shop,day", "V1,L1,soon")
    source = write(tmp_path / "in", shops=SHOPS_CSV, visits=visits)
    books.load(source, mapping(tmp_path, SHOPS + VISITS))
    assert ("visits.csv", 2, "bad_date", "inspected_on", "soon") in books.quarantine()


def test_a_mapping_may_state_encoding_and_forms_of_days(
    tmp_path: Path, books: Books
) -> None:
    source = write(
        tmp_path / "in",
        shops=lines("licence,trade name", "L1,Café").encode("latin-1"),
        visits=lines("no,shop,day", "V1,L1,03/02/2025"),
    )
    stated = "encoding = 'latin-1'\ndates = ['%d/%m/%Y', '%Y-%m-%d']\n"
    books.load(source, mapping(tmp_path, stated + SHOPS + VISITS))
    assert books.ask("select name from mart.business") == [("Café",)]
    assert books.ask(
        "select inspected_on::varchar, recorded_at::varchar from mart.inspection"
    ) == [("2025-02-03", "2025-02-06")]


# Columns and expressions


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (STREET.replace('"label"', '"lable"'), "areas.csv: has no column 'lable' for name of mart.street; did you mean 'label'"),
        (STREET + "where = 'code >'", "the mapping for street cannot be computed"),
        (STREET + "where = 'pop > 1'", "cannot be computed"),
        (STREET + "compute = { population = 'nope(code)' }", "unsupported function 'nope'"),
        (STREET + "compute = { population = 'select 1' }", "cannot be computed"),
        (STREET + "joins = [{ file = 'codes', on = 'code' }]", "has no file codes that areas is joined with"),
        (STREET + "joins = [{ file = 'people', on = 'kode' }]", "people.csv: has no column 'kode' to join on; did you mean 'code'"),
        (STREET + "joins = [{ file = 'people', on = 'heads' }]", "areas: has no column 'heads' to join on"),
        (STREET + "joins = [{ file = 'doubt', on = 'code' }]", "doubt.csv: explains code A in more than one way"),
        (STREET + "joins = [{ file = 'clash', on = 'code' }]", "clash.csv: label is also a column of areas"),
    ],
)  # fmt: skip
def test_what_cannot_be_found_or_computed_is_named(
    tmp_path: Path, books: Books, text: str, says: str
) -> None:
    source = write(
        tmp_path / "in",
        areas=lines("code,label", "A,Alpha"),
        people=lines("code,heads", "A,5"),
        doubt=lines("code,heads", "A,5", "A,6"),
        clash=lines("code,label", "A,Other"),
    )
    before = books.content()
    with pytest.raises(InputError, match=says):
        books.load(source, mapping(tmp_path, text))
    after = books.content()
    assert all(after[name].equals(frame) for name, frame in before.items())


def test_a_joined_file_explains_a_code(tmp_path: Path, books: Books) -> None:
    source = write(
        tmp_path / "in",
        areas=lines("code,label", "A,Alpha", "B,Beta"),
        people=lines("code,heads", "A,5", "A,5"),
    )
    joined = (
        "joins = [{ file = 'people', on = 'code' }]\ncompute = { population = 'heads' }"
    )
    report = books.load(source, mapping(tmp_path, STREET + joined))
    assert books.ask("select street_code, population from mart.street order by 1") == [
        ("A", 5),
        ("B", None),
    ]
    assert report.unused_files == []


def test_codes_translate_and_a_star_stands_for_any_other(
    tmp_path: Path, books: Books
) -> None:
    source = write(
        tmp_path / "in",
        shops=SHOPS_CSV,
        visits=lines("no,shop,day,why", *(f"V{n},L1,2025-03-01,{why}" for n, why in enumerate(["Canvass", " Fire ", "", "routine"]))),
    )  # fmt: skip
    text = VISITS.replace("compute = { purpose = \"'routine'\" }", "").replace(
        '"day" }', '"day", purpose = "why" }'
    )
    known = text + "codes = { purpose = { Canvass = 'routine' } }"
    books.load(source, mapping(tmp_path, SHOPS + known))
    assert [row[1:] for row in books.quarantine()] == [
        (3, "unknown_code", "purpose", "Fire"),
        (4, "missing_value", "purpose", None),
    ]
    books.load(source, mapping(tmp_path, SHOPS + text + "codes = { purpose = { Canvass = 'routine', routine = 'routine', '*' = 'other' } }"))  # fmt: skip
    assert books.ask("select purpose from mart.inspection order by inspection_id") == [
        ("routine",), ("other",), ("routine",)
    ]  # fmt: skip


def test_a_value_an_expression_cannot_take_costs_its_row_and_no_other(
    tmp_path: Path, books: Books
) -> None:
    rows = [f"A{n},Alpha,{'13812345678x' if n in {3, 70} else n}" for n in range(100)]
    source = write(tmp_path / "in", areas=lines("code,label,heads", *rows))
    strict = "compute = { population = 'cast(heads as int) + 1' }"
    report = books.load(source, mapping(tmp_path, STREET + strict))
    assert (report.total.loaded, report.rules) == (98, {"cannot_be_computed": 2})
    assert books.quarantine()[0] == (
        "areas.csv", 5, "cannot_be_computed", "population", "heads=***x",
    )  # fmt: skip


def test_an_expression_that_looks_at_other_rows_sees_all_that_are_good(
    tmp_path: Path, books: Books
) -> None:
    rows = [f"A{n},Alpha,{'x' if n == 5 else n}" for n in range(10)]
    source = write(tmp_path / "in", areas=lines("code,label,heads", *rows))
    lagged = "compute = { population = 'lag(cast(heads as int)) over (order by code)' }"
    books.load(source, mapping(tmp_path, STREET + lagged))
    found = books.ask("select population from mart.street order by street_code")
    assert [n for (n,) in found] == [None, 0, 1, 2, 3, 4, 6, 7, 8]


def test_rows_a_condition_cannot_judge_are_set_aside(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", areas=lines("code,label", "1,A", "x,B", "3,C"))
    text = STREET + "where = 'cast(code as int) > 1'"
    report = books.load(source, mapping(tmp_path, text))
    assert (report.total.loaded, report.left_out) == (1, {"street": 1})
    assert books.quarantine() == [("areas.csv", 3, "cannot_be_computed", "", "code=x")]


def test_an_expression_that_fails_everywhere_is_at_fault_itself(
    tmp_path: Path, books: Books
) -> None:
    rows = [f"A{n},13812345678" for n in range(3000)]
    source = write(tmp_path / "in", areas=lines("code,label", *rows))
    text = STREET + "compute = { population = 'cast(code as int)' }"
    with pytest.raises(
        InputError, match=r"areas\.csv: the mapping for street"
    ) as error:
        books.load(source, mapping(tmp_path, text))
    assert "13812345678" not in str(error.value)


# Which file is meant


def test_rows_and_files_that_are_not_read_are_reported(
    tmp_path: Path, books: Books
) -> None:
    source = write(
        tmp_path / "in",
        areas=lines("code,label", "A,Alpha", "B,Beta"),
        area=lines("code,label", "C,Gamma"),
    )
    report = books.load(source, mapping(tmp_path, STREET + "where = \"code <> 'B'\""))
    assert (report.left_out, report.unused_files) == ({"street": 1}, ["area.csv"])


def test_a_file_in_two_forms_is_not_chosen_between(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", areas=lines("code,label"))
    (source / "areas.XLSX").write_bytes(b"")
    with pytest.raises(InputError, match=r"holds areas\.XLSX and areas\.csv; keep one"):
        books.load(source, mapping(tmp_path, STREET))


def test_a_suffix_may_be_in_capitals(tmp_path: Path, books: Books) -> None:
    source = write(tmp_path / "in", areas=lines("code,label", "A,Alpha"))
    (source / "areas.csv").rename(source / "areas.CSV")
    assert books.load(source, mapping(tmp_path, STREET)).total.loaded == 1


def test_a_single_file_is_a_source_too(tmp_path: Path, books: Books) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), office="never read")
    assert books.load(source / "business.csv").total.loaded == 1


def test_a_source_that_is_not_there_is_refused(tmp_path: Path, books: Books) -> None:
    source = write(tmp_path / "in", shops=SHOPS_CSV)
    with pytest.raises(InputError, match=r"nothing\.csv does not exist; give a file"):
        books.load(source / "nothing.csv", mapping(tmp_path, STREET))


@pytest.mark.parametrize("name", ["shops.csv", "empty"])
def test_a_source_without_the_files_of_its_mapping_is_refused(
    tmp_path: Path, books: Books, name: str
) -> None:
    source = write(tmp_path / "in", shops=SHOPS_CSV)
    (source / "empty").mkdir()
    with pytest.raises(InputError, match="holds none of the files that mapping springfield knows: areas"):  # fmt: skip
        books.load(source / name, mapping(tmp_path, STREET))


# Our own format


HEADERS = {
    "English": BUSINESS,
    "Chinese": "经营者编号,有效期起,记录日（监管部门知悉之日）,名称,业态大类",
    "Chinese without remarks": "经营者编号,有效期起,记录日,名称,业态大类",
}


@pytest.mark.parametrize("language", HEADERS)
def test_our_own_format_is_read_by_english_and_by_chinese_headers(
    tmp_path: Path, books: Books, language: str
) -> None:
    content = businesses("B1").replace(BUSINESS, HEADERS[language])
    source = write(tmp_path / "in", business=content.encode("gb18030"))
    report = books.load(source)
    assert (report.total.loaded, report.extra_columns) == (1, {})
    assert books.ask("select name, valid_from::varchar from mart.business") == [
        ("店B1", "2020-01-01")
    ]


@pytest.mark.parametrize("table", loadable())
def test_every_chinese_header_means_one_column(table: str) -> None:
    columns = loadable()[table].columns.values()
    labels = [column.zh.split("（")[0] for column in columns]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (BUSINESS.replace("business_id", "bussiness_id"), r"has no column business_id \(经营者编号\) that mart\.business needs; did you mean 'bussiness_id'"),
        (BUSINESS.replace("name", "店名称"), r"has no column name \(名称\).*; did you mean '店名称'"),
        (BUSINESS.replace("recorded_at", "x"), r"has no column recorded_at \(记录日\)"),
    ],
)  # fmt: skip
def test_a_missing_or_renamed_column_is_named_with_the_likeliest(
    tmp_path: Path, books: Books, header: str, says: str
) -> None:
    content = businesses("B1").replace(BUSINESS, header)
    with pytest.raises(InputError, match=says):
        books.load(write(tmp_path / "in", business=content))


def test_an_extra_column_is_reported_and_not_read(tmp_path: Path, books: Books) -> None:
    content = lines(f"{BUSINESS},备注", "B1,2020-01-01,2020-01-02,店,catering,闲话")
    report = books.load(write(tmp_path / "in", business=content))
    assert report.total.loaded == 1
    assert report.extra_columns == {"business.csv": ["备注"]}


@pytest.mark.parametrize("header", ["name", "名称"])
def test_a_column_of_lists_is_named_when_the_table_needs_it(
    tmp_path: Path, books: Books, header: str
) -> None:
    row = {"business_id": "B1", "valid_from": "2020-01-01", "recorded_at": "2020-01-02", header: ["店"], "business_type": "catering"}  # fmt: skip
    (tmp_path / "in").mkdir()
    pl.DataFrame([row]).write_parquet(tmp_path / "in" / "business.parquet")
    with pytest.raises(InputError, match=rf"column '{header}' for name .* holds List"):
        books.load(tmp_path / "in")


def test_a_column_of_lists_that_nobody_needs_is_reported(
    tmp_path: Path, books: Books
) -> None:
    row = {"street_code": "S1", "name": "街", "tags": ["a", "b"]}
    (tmp_path / "in").mkdir()
    pl.DataFrame([row]).write_parquet(tmp_path / "in" / "street.parquet")
    report = books.load(tmp_path / "in")
    assert report.total.loaded == 1
    assert report.extra_columns == {"street.parquet": ["tags"]}


def test_a_folder_we_may_not_look_into_is_named(books: Books) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0)
        before = os.geteuid()
        if before == 0:  # root may look anywhere
            os.seteuid(65534)
        try:
            with pytest.raises(
                InputError, match=r"cannot be read \(Permission denied\)"
            ):
                books.load(Path(folder))
        finally:
            os.seteuid(before)
            Path(folder).chmod(0o755)
