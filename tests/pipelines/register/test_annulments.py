"""An annulment recorded in the register ends everything the penalty did."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.errors import UsageError
from features.labels import cohort
from features.matrix import build
from features.schema import Facts, schema
from features.warehouse import create_warehouse, open_warehouse
from models.grounds import find_grounds
from pipelines.listing import find_candidates, find_worklist, write_annulments
from pipelines.register.decisions import create_register
from tests.register_requests import RULES, recorded
from tests.source_files import BUSINESS, INSPECTION, Books, lines, write

ANNULLED_ON, NEXT_DAY = date(2026, 4, 20), date(2026, 4, 21)
LOADED_ON = date(2026, 6, 30)
PENALTIES = (
    "penalty_id,business_id,decided_on,recorded_at,law_article,kinds,discretion_grade,"
    "fine_yuan,is_intentional,withdrawn_on,withdrawal"
)
P_B = "p-b,b,2026-02-20,2026-02-21,fsl:123,fine,heavier,60000,true"
P_C = "p-c,c,2026-02-20,2026-02-21,fsl:124,fine,heavier,60000,true"


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """Give a warehouse with two businesses, b and c, both heavily fined."""
    return district(tmp_path / "books", f"{P_B},,", f"{P_C},,")


def district(folder: Path, *penalties: str) -> Books:
    shops = [f"{i},2020-01-01,2020-01-02,店{i},catering" for i in "bc"]
    visits = [f"v{i},{i},2026-01-10,2026-01-11,daily" for i in "bc"]
    source = write(
        folder / "source",
        business=lines(BUSINESS, *shops),
        inspection=lines(INSPECTION, *visits),
        penalty=lines(PENALTIES, *penalties),
    )
    create_warehouse(folder / "books.duckdb")
    books = Books(folder / "books.duckdb")
    books.load(source, on=LOADED_ON)
    return books


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Give a register in which b was listed for p-b, and the penalty then annulled."""
    path = tmp_path / "register.sqlite"
    create_register(path)
    recorded(path, ["PUBLISHED", f"{ANNULLED_ON} Li annul"])
    return path


def facts(books: Books) -> Facts:
    with open_warehouse(books.path, read_only=True) as opened:
        return opened.facts()


def features(known: Facts, day: date) -> pl.DataFrame:
    return build(known, cohort(known, day)).sort("business_id")


def test_an_annulled_penalty_leaves_features_grounds_and_candidates(
    books: Books, register: Path, tmp_path: Path
) -> None:
    before = facts(books)
    assert set(
        find_candidates(books.path, as_of=NEXT_DAY).candidates["business_id"]
    ) == {"b", "c"}
    assert write_annulments(register, books.path, tmp_path / "corrections") == 1
    report = books.load(tmp_path / "corrections", on=LOADED_ON)
    assert (report.total.updated, report.total.quarantined) == (1, 0)
    after, never = facts(books), facts(district(tmp_path / "never", f"{P_C},,"))
    # From the day of the annulment on, all is as if the penalty had never been.
    for day in (ANNULLED_ON, NEXT_DAY):
        assert_frame_equal(features(after, day), features(never, day))
        assert not features(after, day).equals(features(before, day))
        law = RULES.in_force(day)
        assert_frame_equal(find_grounds(after, law), find_grounds(never, law))
        assert "b" in find_grounds(before, law)["business_id"]
    # What was known before the annulment stays as it was known then.
    eve = ANNULLED_ON - timedelta(days=1)
    assert_frame_equal(features(after, eve), features(before, eve))
    # A proposal to list falls on the very day, and the business is free again.
    for day in (ANNULLED_ON, NEXT_DAY):
        found = find_candidates(books.path, as_of=day, register=register)
        assert found.candidates["business_id"].to_list() == ["c"]
        assert found.excluded.select("business_id", "exclusion").rows() == [
            ("b", "annulled")
        ]


def test_loading_the_annulment_twice_changes_nothing(
    books: Books, register: Path, tmp_path: Path
) -> None:
    write_annulments(register, books.path, tmp_path / "first")
    books.load(tmp_path / "first", on=LOADED_ON)
    assert write_annulments(register, books.path, tmp_path / "second") == 0
    again = books.load(tmp_path / "first", on=LOADED_ON)
    assert again.total.unchanged == again.total.read == 1


def test_a_listing_annulled_by_itself_leaves_the_penalty(
    books: Books, tmp_path: Path
) -> None:
    path = tmp_path / "other.sqlite"
    create_register(path)
    recorded(path, ["PUBLISHED", f"{ANNULLED_ON} Li annul_listing"])
    assert write_annulments(path, books.path, tmp_path / "corrections") == 0
    found = find_candidates(books.path, as_of=NEXT_DAY, register=path)
    assert found.excluded["exclusion"].to_list() == ["listing_ended"]


def test_an_annulment_the_register_has_not_learnt_is_shown(tmp_path: Path) -> None:
    books = district(tmp_path, f"{P_B},{ANNULLED_ON},annulled")
    path = tmp_path / "register.sqlite"
    create_register(path)
    recorded(path, ["PUBLISHED"])
    items, unknown = find_worklist(path, today=NEXT_DAY, warehouse=books.path)
    assert [item.actions for item in items] == [("expire",)]
    assert unknown.rows() == [("2026-0001", "p-b", ANNULLED_ON)]
    recorded(path, ["PUBLISHED", f"{ANNULLED_ON} Li annul recorded={NEXT_DAY}"])
    items, unknown = find_worklist(path, today=NEXT_DAY, warehouse=books.path)
    assert [item.actions for item in items] == [("withdraw_publication",)]
    assert unknown.is_empty()


def test_the_candidates_come_in_the_order_of_the_newest_score(books: Books) -> None:
    with open_warehouse(books.path) as opened:
        for run, day, scores in [
            ("old", date(2026, 3, 1), {"b": 0.9, "c": 0.1}),
            ("new", date(2026, 4, 1), {"b": 0.2, "c": 0.3}),
            ("later", date(2026, 5, 1), {"b": 0.9, "c": 0.1}),
        ]:
            row = filled("output.run", run_id=run, kind="score", as_of=day)
            opened.insert("output.run", row)
            for business, chance in scores.items():
                chances = {
                    f"probability{end}": chance for end in ("", "_lower", "_upper")
                }
                opened.insert(
                    "output.score",
                    filled(
                        "output.score",
                        run_id=run,
                        business_id=business,
                        risk_grade="A",
                        **chances,
                    ),
                )
    found = find_candidates(books.path, as_of=NEXT_DAY)
    assert found.candidates["business_id"].to_list() == ["c", "b"]


def filled(table: str, **said: object) -> pl.DataFrame:
    """Draw a row of an output table; what must be there and is not said is blank."""
    blank = {pl.String(): "x", pl.Date(): NEXT_DAY, pl.Boolean(): False}
    required = [c for c in schema()[table].columns.values() if not c.nullable]
    return pl.DataFrame([{c.name: blank.get(c.dtype, 0) for c in required} | said])


def test_a_folder_that_cannot_be_written_is_told(
    books: Books, register: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="choose another folder"):
        write_annulments(register, books.path, tmp_path / "file")
