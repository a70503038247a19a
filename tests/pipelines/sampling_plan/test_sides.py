"""抽检分离: no side's file tells the other side, and none tells the whole."""

import csv
from pathlib import Path

import pytest

from features.errors import InputError, UsageError
from models.blind_codes import Laboratory, blind_code
from pipelines.sampling_plan.files import write_files
from pipelines.sampling_plan.planning import Plan
from pipelines.sampling_plan.sides import (
    drawn_laboratories,
    read_laboratories,
    write_sides,
)


@pytest.fixture(scope="module")
def folder(
    planned: tuple[Path, Plan], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give the folder of a plan, written whole."""
    out = tmp_path_factory.mktemp("sides") / "plan"
    write_files(planned[1], out, "zh")
    write_sides(planned[1], out)
    return out


def rows(folder: Path) -> list[dict[str, str]]:
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def words(found: list[dict[str, str]]) -> set[str]:
    return {value for row in found for value in row.values()}


def test_what_officers_hold_names_no_laboratory_and_none_of_its_codes(
    folder: Path, planned: tuple[Path, Plan]
) -> None:
    plan = planned[1]
    held = rows(folder / "samplers")
    assert len(held) == len(plan.batches)
    assert not words(held) & {lab.laboratory_id for lab in plan.laboratories}
    tested = {
        blind_code(plan.request.key, "laboratory", b.batch_no) for b in plan.batches
    }
    assert not words(held) & tested


def test_what_a_laboratory_holds_names_no_business_street_officer_or_programme(
    folder: Path, planned: tuple[Path, Plan]
) -> None:
    plan = planned[1]
    held = rows(folder / "laboratories")
    assert len(held) == len(plan.batches)
    assert set(held[0]) == {"检验码", "收样月份", "样品品种", "检验项目"}
    register = plan.known.register
    for column in ("business_id", "name", "address", "street", "street_code"):
        assert not words(held) & set(register[column].drop_nulls())
    assert not words(held) & {who for pair in plan.samplers.values() for who in pair}
    assert not words(held) & {"监督抽检", "评价性抽检", "风险监测"}


def test_the_two_sides_share_no_code_by_which_they_could_be_joined(
    folder: Path,
) -> None:
    officers = {row["抽样码"] for row in rows(folder / "samplers")}
    laboratories = {row["检验码"] for row in rows(folder / "laboratories")}
    assert not officers & laboratories


def test_the_reception_links_codes_and_knows_no_business(
    folder: Path, planned: tuple[Path, Plan]
) -> None:
    held = rows(folder / "reception")
    register = planned[1].known.register
    for column in ("business_id", "name", "address", "street"):
        assert not words(held) & set(register[column].drop_nulls())
    assert {r["抽样码"] for r in held} == {
        r["抽样码"] for r in rows(folder / "samplers")
    }
    tested = {row["检验码"] for row in rows(folder / "laboratories")}
    assert {r["检验码"] for r in held} == tested


def test_who_steers_the_plan_sees_businesses_but_neither_code_nor_laboratory(
    folder: Path, planned: tuple[Path, Plan]
) -> None:
    plan = planned[1]
    codes = {
        blind_code(plan.request.key, side, batch.batch_no)
        for side in ("sampler", "laboratory")
        for batch in plan.batches
    }
    names = {lab.laboratory_id for lab in plan.laboratories}
    for name in ("plan.csv", "plan.html", "plan.en.html"):
        text = (folder / name).read_text("utf-8")
        assert [word for word in codes | names if word in text] == []


def test_the_order_of_no_file_gives_the_plan_away(folder: Path) -> None:
    for place in ("samplers", "laboratories", "reception"):
        for path in (folder / place).glob("*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                first = [row[0] for row in csv.reader(file)][1:]
            assert first == sorted(first)


def test_only_the_key_brings_both_sides_together(
    folder: Path, planned: tuple[Path, Plan]
) -> None:
    plan = planned[1]
    key = bytes.fromhex((folder / "sealed" / "key.txt").read_text("utf-8"))
    tested = {row["检验码"] for row in rows(folder / "laboratories")}
    opened = {blind_code(key, "laboratory", b.batch_no) for b in plan.batches}
    assert opened == tested
    wrong = bytes([key[0] ^ 1]) + key[1:]
    assert (
        not {blind_code(wrong, "laboratory", b.batch_no) for b in plan.batches} & tested
    )
    reception = {r["检验码"]: r["检验机构"] for r in rows(folder / "reception")}
    for batch, laboratory in drawn_laboratories(plan).items():
        assert reception[blind_code(key, "laboratory", batch)] == laboratory


def test_each_file_is_its_owners_alone(folder: Path) -> None:
    for place in ("samplers", "laboratories", "reception", "sealed"):
        assert (folder / place).stat().st_mode & 0o077 == 0
        for path in (folder / place).iterdir():
            assert path.stat().st_mode & 0o077 == 0


def test_a_plan_whose_codes_may_stand_on_samples_is_not_replaced(
    folder: Path, planned: tuple[Path, Plan]
) -> None:
    with pytest.raises(UsageError, match="another folder"):
        write_sides(planned[1], folder)


def test_a_table_of_laboratories_is_read_in_either_language(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text("检验机构,每月承检批次\nLAB1,300\nLAB2,120\n", "utf-8")
    assert read_laboratories(path) == (Laboratory("LAB1", 300), Laboratory("LAB2", 120))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("laboratory_id\nLAB1\n", "batches_a_month is missing"),
        ("laboratory_id,batches_a_month\nLAB1,many\n", "whole number"),
        ("laboratory_id,batches_a_month\nLAB1,0\n", "whole number"),
    ],
)
def test_a_table_that_says_no_capacity_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=said):
        read_laboratories(path)
