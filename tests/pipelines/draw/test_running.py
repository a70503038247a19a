"""A draw from the warehouse: committed to, drawn once, kept, and refilled."""

import hmac
import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.errors import (
    InputError,
    NotFoundError,
    RuleError,
    ShianError,
    UsageError,
)
from features.warehouse import open_warehouse
from models.double_random import Withdrawal
from pipelines.draw.bundle import Bundle, Commitment, Frozen, read, render
from pipelines.draw.freezing import ALL, Request
from pipelines.draw.running import Drawn, commit, run, withdraw
from pipelines.draw.verify import verify
from tests.pipelines.draw.conftest import DAY, DRAWN_ON, ENDS, SEED


def undirected(**changes: object) -> Request:
    usual = {"name": "抽查", "committed_on": DAY, "as_of": DAY, "ends": ENDS}
    usual["kind"] = "undirected"
    return Request(**{**usual, **changes})  # type: ignore[arg-type]


def frozen_for(warehouse: Path, request: Request) -> Frozen:
    out = warehouse.with_name("frozen")
    return commit(warehouse, request, seed=SEED, out=out)[1]


def drawn_for(warehouse: Path, request: Request) -> Drawn:
    frozen_for(warehouse, request)
    return run(warehouse.with_name("frozen"), warehouse, on=DRAWN_ON)


def test_the_warehouse_holds_the_visits_with_their_chances(
    drawn: tuple[Path, Bundle],
) -> None:
    folder, bundle = drawn
    with open_warehouse(folder.parent / "own.duckdb", read_only=True) as warehouse:
        rows = warehouse.table("output.draw").sort("draw_order").collect().to_dicts()
        made = warehouse.table("output.run").filter(pl.col("kind") == "draw").collect()
    assert len(rows) == len(bundle.standing) > 20
    for row, visit in zip(rows, bundle.standing, strict=True):
        pair = (row["inspector_id"], row["second_inspector_id"])
        assert (row["business_id"], pair) == (visit.business_id, visit.inspectors)
        assert row["inclusion_probability"] == float(visit.inclusion_probability)
    parameters = json.loads(made["parameters"].item())
    assert parameters["bundle"] == bundle.digest
    assert parameters["score_run"] == "scored"


def test_everybody_known_is_either_in_the_library_or_left_out_with_a_reason(
    drawn: tuple[Path, Bundle], graded_warehouse: Path
) -> None:
    frozen = drawn[1].frozen
    held = [s.business_id for s in frozen.businesses]
    out = [e.number for e in frozen.excluded if e.what == "business"]
    with open_warehouse(graded_warehouse, read_only=True) as warehouse:
        known = warehouse.table("output.score").collect()["business_id"]
    assert sorted(held + out) == sorted(known)


def test_the_same_seed_and_records_give_the_same_bytes(
    warehouse: Path, tmp_path: Path
) -> None:
    made = []
    for name in ("one", "other"):
        out = tmp_path / name
        commit(warehouse, undirected(), seed=SEED, out=out)
        run(out, warehouse, on=DRAWN_ON)
        made.append((out / "bundle.json").read_bytes())
    assert made[0] == made[1]


def test_an_undirected_draw_gives_everybody_the_same_chance_and_needs_no_grades(
    small_warehouse: Path, tmp_path: Path
) -> None:
    own = Path(shutil.copyfile(small_warehouse, tmp_path / "own.duckdb"))
    bundle = drawn_for(own, undirected(ratio=0.1)).bundle
    assert {s.weight for s in bundle.frozen.businesses} == {1}
    assert {v.stratum for v in bundle.visits} == {ALL}
    assert {str(v.inclusion_probability) for v in bundle.visits} == {"1/10"}
    assert len(bundle.visits) in {
        len(bundle.frozen.businesses) // 10 + extra for extra in (0, 1)
    }
    assert "本任务自定抽查比例" in bundle.frozen.policy.rests_on[-1].zh


def test_the_types_and_streets_of_the_task_bound_the_library(warehouse: Path) -> None:
    with open_warehouse(warehouse, read_only=True) as opened:
        street = opened.table("mart.office").collect()["street_code"].sort()[0]
    request = undirected(business_types=("catering",), streets=(street,))
    frozen = frozen_for(warehouse, request)
    assert {s.business_type for s in frozen.businesses} == {"catering"}
    assert len({s.office_id for s in frozen.businesses}) == 1
    assert Counter(e.reason for e in frozen.excluded)["outside_task"] > 100


def test_whom_a_higher_level_inspected_within_three_months_is_left_out(
    warehouse: Path,
) -> None:
    free = frozen_for(warehouse, undirected()).businesses
    one, other, third = (s.business_id for s in free[:3])
    days = {one: date(2025, 10, 1), other: date(2025, 9, 30)}
    rows = [
        {
            "inspection_id": f"above {business}",
            "business_id": business,
            "inspected_on": day,
            "recorded_at": day,
            "purpose": "flying",
            "level": "province",
        }
        for business, day in days.items()
    ]
    rows.append({**rows[0], "inspection_id": "own", "business_id": third})
    rows[-1]["level"] = "district"
    with open_warehouse(warehouse) as opened:
        opened.insert("mart.inspection", pl.DataFrame(rows))
    shutil.rmtree(warehouse.with_name("frozen"))
    excluded = frozen_for(warehouse, undirected()).excluded
    reasons = {e.number: e.reason for e in excluded}
    assert reasons[one] == "higher_level_recent"
    assert not {other, third} & reasons.keys()


def test_whom_no_two_inspectors_may_visit_is_left_out_before_the_draw(
    warehouse: Path,
) -> None:
    free = frozen_for(warehouse, undirected())
    subject = free.businesses[0]
    for_it = free.library.eligible(subject)[1:]
    rows = [
        {
            "inspector_id": inspector,
            "business_id": subject.business_id,
            "reason": "interest",
            "valid_from": DAY,
        }
        for inspector in for_it
    ]
    with open_warehouse(warehouse) as opened:
        opened.insert("mart.conflict_of_interest", pl.DataFrame(rows))
    shutil.rmtree(warehouse.with_name("frozen"))
    frozen = frozen_for(warehouse, undirected())
    reasons = {e.number: e.reason for e in frozen.excluded}
    assert reasons[subject.business_id] == "no_pair"
    kept = {
        c.inspector_id for c in frozen.conflicts if c.business_id == subject.business_id
    }
    assert set(for_it) <= kept


def test_whoever_leaves_before_the_task_ends_is_not_in_the_library(
    warehouse: Path,
) -> None:
    with open_warehouse(warehouse) as opened:
        opened.execute(
            "update mart.inspector set left_on = ? where inspector_id = 'INS0003'",
            [ENDS],
        )
    frozen = frozen_for(warehouse, undirected())
    assert "INS0003" not in {i.inspector_id for i in frozen.inspectors}
    assert ("INS0003", "not_in_service") in {
        (e.number, e.reason) for e in frozen.excluded
    }


def test_an_officers_list_leaves_out_businesses_and_inspectors(
    warehouse: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "不入库.csv"
    sheet.write_text(
        "编号,事由,说明\nSC00000007,under_investigation,案号一\nINS0003,leave,\n",
        encoding="gb18030",
    )
    frozen = frozen_for(warehouse, undirected(left_out=sheet))
    told = {(e.what, e.number, e.reason, e.note) for e in frozen.excluded}
    assert ("business", "SC00000007", "under_investigation", "案号一") in told
    assert ("inspector", "INS0003", "leave", "") in told
    assert "SC00000007" not in {s.business_id for s in frozen.businesses}
    assert "INS0003" not in {i.inspector_id for i in frozen.inspectors}


@pytest.mark.parametrize(
    ("table", "error", "says"),
    [
        ("number\nSC00000007\n", InputError, "no column reason"),
        ("number,reason\nSC9,closed\n", InputError, "SC9 is neither"),
        ("number,reason\nSC00000007,dislike\n", UsageError, "'dislike' is no reason"),
        ("number,reason\nSC00000007,not_graded\n", UsageError, "is no reason"),
        (
            "number,reason\nINS0003,closed\n",
            UsageError,
            "for this inspector give one of",
        ),
        ("number,reason\nSC00000007,other\n", UsageError, "needs a note"),
    ],
)
def test_a_list_that_gives_no_good_reason_is_refused(
    warehouse: Path, tmp_path: Path, table: str, error: type[ShianError], says: str
) -> None:
    (tmp_path / "out.csv").write_text(table, "utf-8")
    with pytest.raises(error, match=says):
        frozen_for(warehouse, undirected(left_out=tmp_path / "out.csv"))


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"kind": "random"}, UsageError, "directed or undirected"),
        ({"ends": date(2025, 12, 31)}, UsageError, "ends on 2025-12-31"),
        ({"kind": "directed", "ratio": 0.1}, UsageError, "--ratio belongs"),
        ({"ratio": 5.0}, UsageError, "above 0 and up to 1"),
        ({"business_types": ("ship",)}, UsageError, "outside_task"),
        ({"as_of": date(2019, 1, 1)}, RuleError, "in force on 2019-01-01"),
        ({"kind": "directed", "as_of": date(2025, 6, 1)}, NotFoundError, "shian score"),
    ],
)
def test_a_request_that_cannot_be_drawn_is_refused(
    warehouse: Path, changes: dict[str, object], error: type[ShianError], says: str
) -> None:
    with pytest.raises(error, match=says):
        frozen_for(warehouse, undirected(**changes))
    assert not warehouse.with_name("frozen").exists()


def test_a_folder_holds_one_commitment_and_one_draw(warehouse: Path) -> None:
    drawn_for(warehouse, undirected())
    with pytest.raises(UsageError, match="holds a commitment already"):
        frozen_for(warehouse, undirected())
    with pytest.raises(UsageError, match="drawn already"):
        run(warehouse.with_name("frozen"), warehouse, on=DRAWN_ON)


def test_the_commitment_does_not_hold_the_seed_and_the_seed_is_for_its_owner(
    warehouse: Path,
) -> None:
    frozen_for(warehouse, undirected())
    folder = warehouse.with_name("frozen")
    assert SEED not in (folder / "commitment.json").read_text("utf-8")
    assert SEED not in (folder / "frozen.json").read_text("utf-8")
    assert (folder / "seed.txt").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("seed", ["", "5eed", "G" * 64, "A" * 64])
def test_what_is_no_seed_is_refused(warehouse: Path, tmp_path: Path, seed: str) -> None:
    with pytest.raises(UsageError, match="64 digits"):
        commit(warehouse, undirected(), seed=seed, out=tmp_path / "x")


def test_a_draw_from_another_seed_or_library_than_committed_is_refused(
    warehouse: Path,
) -> None:
    frozen_for(warehouse, undirected())
    folder = warehouse.with_name("frozen")
    (folder / "seed.txt").write_text("0" * 64)
    with pytest.raises(InputError, match="does not hold the seed"):
        run(folder, warehouse, on=DRAWN_ON)
    (folder / "seed.txt").unlink()
    with pytest.raises(InputError, match="does not hold the seed"):
        run(folder, warehouse, on=DRAWN_ON)
    frozen = folder / "frozen.json"
    frozen.write_text(frozen.read_text("utf-8").replace("SC00000007", "SC00000008"))
    with pytest.raises(InputError, match="changed since the commitment"):
        run(folder, warehouse, on=DRAWN_ON)


@pytest.mark.parametrize(
    ("source", "beacon", "on", "says"),
    [
        ("彩票", "", DRAWN_ON, "announces a public number"),
        ("", "835", DRAWN_ON, "announces no public number"),
        ("", "", date(2025, 12, 31), "would precede"),
    ],
)
def test_a_draw_keeps_to_what_was_announced(
    warehouse: Path, source: str, beacon: str, on: date, says: str
) -> None:
    frozen_for(warehouse, undirected(beacon_source=source))
    with pytest.raises(UsageError, match=says):
        run(warehouse.with_name("frozen"), warehouse, on=on, beacon=beacon)


def test_the_public_number_changes_who_is_drawn(warehouse: Path) -> None:
    frozen_for(warehouse, undirected(beacon_source="彩票"))
    folder = warehouse.with_name("frozen")
    other = Path(shutil.copytree(folder, folder.with_name("other")))
    one = run(folder, warehouse, on=DRAWN_ON, beacon="835").bundle
    two = run(other, warehouse, on=DRAWN_ON, beacon="836").bundle
    assert one.visits != two.visits
    assert read(folder / "commitment.json", Commitment) == two.commitment


def test_a_withdrawal_is_kept_with_its_reason_and_replaced_in_the_warehouse(
    warehouse: Path,
) -> None:
    made = drawn_for(warehouse, undirected())
    out = made.bundle.standing[2]
    act = Withdrawal("2026-02-01", "closed", "", out.business_id)
    after = withdraw(made.path, warehouse, act)
    assert after.bundle.withdrawals == (act,)
    assert after.bundle.visits == made.bundle.visits
    assert after.run_id == made.run_id
    with open_warehouse(warehouse, read_only=True) as opened:
        rows = opened.table("output.draw").sort("draw_order").collect()
    assert rows["business_id"].to_list() == [
        v.business_id for v in after.bundle.standing
    ]
    assert out.business_id not in rows["business_id"]
    assert verify(made.path).is_sound


@pytest.mark.parametrize("reason", ["no_pair", "leave", "whim"])
def test_a_business_is_not_replaced_for_a_reason_that_is_none(
    warehouse: Path, reason: str
) -> None:
    made = drawn_for(warehouse, undirected())
    before = made.path.read_bytes()
    number = made.bundle.visits[0].business_id
    with pytest.raises(UsageError, match="is no reason"):
        withdraw(made.path, warehouse, Withdrawal("2026-02-01", reason, "", number))
    assert made.path.read_bytes() == before


def test_nothing_is_replaced_in_a_bundle_that_does_not_verify(warehouse: Path) -> None:
    made = drawn_for(warehouse, undirected())
    other = replace(made.bundle, visits=made.bundle.visits[1:]).sealed()
    made.path.write_bytes(render(other))
    with pytest.raises(InputError, match="does not verify"):
        withdraw(made.path, warehouse, closed(made, "2026-02-01"))


def test_a_withdrawal_does_not_precede_the_draw_or_the_one_before(
    warehouse: Path,
) -> None:
    made = drawn_for(warehouse, undirected())
    with pytest.raises(UsageError, match="precede what was done on 2026-01-05"):
        withdraw(made.path, warehouse, closed(made, "2026-01-04"))
    after = withdraw(made.path, warehouse, closed(made, "2026-02-01"))
    with pytest.raises(UsageError, match="precede what was done on 2026-02-01"):
        withdraw(made.path, warehouse, closed(after, "2026-01-31"))


def closed(made: Drawn, on: str) -> Withdrawal:
    return Withdrawal(on, "closed", "", made.bundle.standing[0].business_id)


def test_a_bundle_that_is_not_there_is_not_found(warehouse: Path) -> None:
    with pytest.raises(NotFoundError, match="shian draw commit"):
        verify(warehouse.with_name("none.json"))


def test_a_draw_can_be_repeated_without_this_program(warehouse: Path) -> None:
    """Draw once more from the file alone, by the few lines the README describes."""
    path = drawn_for(warehouse, undirected()).path
    bundle = json.loads(path.read_text("utf-8"))
    seed = bytes.fromhex(bundle["seed"])
    key = hmac.digest(seed, b"shian-draw/1\nbeacon\n", "sha256")

    def shuffled(items: list[str], label: str) -> list[str]:
        """Draw one after the other; a number too high to be fair comes once in 2^240."""
        for place in range(len(items) - 1):
            text = f"shian-draw/1\n{label}\n{place}".encode()
            number = int.from_bytes(hmac.digest(key, text, "sha256"), "big")
            other = place + number % (len(items) - place)
            items[place], items[other] = items[other], items[place]
        return items

    frozen = bundle["frozen"]
    office = {b["business_id"]: b["office_id"] for b in frozen["businesses"]}
    kind = {b["business_id"]: b["business_type"] for b in frozen["businesses"]}
    conflicts = {(c["inspector_id"], c["business_id"]) for c in frozen["conflicts"]}
    for drawn, business in zip(
        bundle["visits"], shuffled(sorted(office), "businesses all"), strict=False
    ):
        may_go = [
            i["inspector_id"]
            for i in frozen["inspectors"]
            if i["office_id"] == office[business]
            and (not i["qualifications"] or kind[business] in i["qualifications"])
            and (i["inspector_id"], business) not in conflicts
        ]
        pair = shuffled(sorted(may_go), f"inspectors {business}")[:2]
        assert (drawn["business_id"], drawn["inspectors"]) == (business, pair)
