"""A plan of a year: its size, its three programmes, its draw, and where it is kept."""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from features.errors import NotFoundError, UsageError
from features.warehouse import open_warehouse
from models.blind_codes import Laboratory
from models.sampling_clauses import MostBatches
from models.sampling_design import EVALUATION, MONITORING, SUPERVISION
from pipelines.sampling_plan.overview import Overview
from pipelines.sampling_plan.planning import (
    Plan,
    Request,
    design_chances,
    items,
    make_plan,
    parameters,
)

Planned = tuple[Path, Plan]


def test_the_batches_are_those_asked_for_and_the_health_system_is_not_among_them(
    planned: Planned,
) -> None:
    _, plan = planned
    assert plan.wanted == len(plan.batches) == 300
    assert sum(len(held) for held in plan.of.values()) == 300
    assert set(plan.of) == {SUPERVISION, EVALUATION, MONITORING}
    assert plan.health_samples == 67
    assert len({batch.batch_no for batch in plan.batches}) == 300


def test_the_same_key_gives_the_same_plan_and_another_key_another(
    planned: Planned, warehouse: Path, request_of_300: Request
) -> None:
    _, plan = planned
    assert make_plan(warehouse, request_of_300).batches == plan.batches
    other = make_plan(warehouse, replace(request_of_300, key=bytes(32)))
    assert other.batches != plan.batches
    assert other.run_id != plan.run_id


def test_every_business_of_a_stratum_has_the_same_chance_of_evaluation(
    planned: Planned,
) -> None:
    _, plan = planned
    drawn = Counter(b.stratum for b in plan.of[EVALUATION])
    for batch in plan.of[EVALUATION]:
        size = len(plan.known.frame.strata[batch.stratum])
        assert batch.chance == Fraction(drawn[batch.stratum], size)
        assert batch.reason == "random"
    businesses = [b.business_id for b in plan.of[EVALUATION]]
    assert len(set(businesses)) == len(businesses)
    assert set(drawn) == set(plan.known.frame.strata)


def test_supervision_goes_where_failures_are_expected_and_to_those_due_every_year(
    planned: Planned,
) -> None:
    _, plan = planned
    outlets = {o.business_id: o for o in plan.known.frame.outlets}
    assert plan.failures[SUPERVISION] > 1.2 * plan.uniform_failures
    due = plan.law.codes("sampling.certain")
    must = {b for b, o in outlets.items() if o.subtype in due}
    reached = {b.business_id for b in plan.of[SUPERVISION]}
    assert must
    assert must <= reached
    most = plan.law.get(MostBatches, "sampling.most_batches")
    for business, count in Counter(b.business_id for b in plan.of[SUPERVISION]).items():
        assert count <= most.of(outlets[business].subtype)


def test_the_chances_of_supervision_add_up_to_its_batches(planned: Planned) -> None:
    _, plan = planned
    found = design_chances(plan)
    assert sum(found.values()) == pytest.approx(len(plan.of[SUPERVISION]))
    assert all(0 < chance <= 1 for chance in found.values())


def test_a_business_is_sampled_in_what_it_carries_and_monitored_in_factors_only(
    planned: Planned,
) -> None:
    _, plan = planned
    outlets = {o.business_id: o for o in plan.known.frame.outlets}
    for batch in plan.batches:
        assert batch.variety.food_class in outlets[batch.business_id].classes
    for batch in plan.of[MONITORING]:
        assert items(batch) == batch.variety.factors != ()
    for batch in plan.of[EVALUATION]:
        assert items(batch) == batch.variety.items


def test_no_month_of_a_street_has_two_batches_more_than_another(
    planned: Planned,
) -> None:
    _, plan = planned
    months = plan.law.codes("sampling.months")
    for held in plan.of.values():
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for batch in held:
            counts[batch.street][batch.month] += 1
            counts["all"][batch.month] += 1
        for by_month in counts.values():
            spread = [by_month[month] for month in months]
            assert max(spread) - min(spread) <= 1


def test_a_street_gets_at_least_half_its_share_by_businesses(planned: Planned) -> None:
    _, plan = planned
    held = Counter(o.street for o in plan.known.frame.outlets)
    found = Counter(b.street for b in plan.of[SUPERVISION])
    total = len(plan.of[SUPERVISION])
    for street, count in held.items():
        # Of its units, which are somewhat more than its businesses.
        assert found[street] >= int(0.4 * total * count / sum(held.values()))


def test_two_officers_who_may_go_there_sample_each_batch(planned: Planned) -> None:
    path, plan = planned
    with open_warehouse(path, read_only=True) as opened:
        conflicts = set(
            opened.table("mart.conflict_of_interest")
            .select("inspector_id", "business_id")
            .collect()
            .rows()
        )
    for batch in plan.batches:
        pair = plan.samplers[batch.batch_no]
        assert len(set(pair)) == 2
        assert not {(who, batch.business_id) for who in pair} & conflicts


def test_the_warehouse_keeps_every_batch_and_no_laboratory(planned: Planned) -> None:
    path, plan = planned
    with open_warehouse(path, read_only=True) as opened:
        rows = opened.sql(
            "select * from output.sample_plan where run_id = ?", [plan.run_id]
        )
        run = opened.sql("select * from output.run where run_id = ?", [plan.run_id])
    assert rows.height == 300
    assert set(rows["sample_month"].dt.month()) <= set(range(1, 12))
    written = rows.cast(pl.String).write_csv() + run.cast(pl.String).write_csv()
    assert plan.request.key.hex() not in written
    for laboratory in plan.laboratories:
        assert laboratory.laboratory_id not in written


def test_the_program_is_told_what_the_plan_promises(planned: Planned) -> None:
    _, plan = planned
    found = parameters(plan)
    assert found["batches"] == {p: len(held) for p, held in plan.of.items()}
    assert found["half_width"] == round(plan.precision, 6)
    assert found["cost_yuan"] == plan.cost_yuan > 0
    assert "key" not in found


def test_a_district_with_too_few_businesses_gets_what_it_can(
    warehouse: Path, request_of_300: Request
) -> None:
    plan = make_plan(
        warehouse,
        replace(
            request_of_300, residents=1_398_000, laboratories=(Laboratory("L", 900),)
        ),
    )
    assert plan.wanted == 6291
    assert len(plan.of[EVALUATION]) <= len(plan.known.frame.outlets)
    assert len(plan.batches) < plan.wanted


def test_without_a_score_run_nobody_knows_where_failures_are_expected(
    small_warehouse: Path, request_of_300: Request
) -> None:
    with pytest.raises(NotFoundError, match="shian score"):
        make_plan(small_warehouse, request_of_300)


def test_laboratories_that_cannot_test_a_month_are_told_before_anything_is_kept(
    warehouse: Path, request_of_300: Request
) -> None:
    small = replace(request_of_300, laboratories=(Laboratory("LAB1", 5),))
    with pytest.raises(UsageError, match="--laboratories"):
        make_plan(warehouse, small)
    with open_warehouse(warehouse, read_only=True) as opened:
        assert opened.sql("from output.sample_plan").is_empty()


def test_without_any_laboratory_on_record_one_must_be_given(
    warehouse: Path, request_of_300: Request
) -> None:
    with open_warehouse(warehouse) as opened:
        opened.execute("update mart.sampling_result set laboratory_id = null")
    with pytest.raises(UsageError, match="laboratory_id"):
        make_plan(warehouse, request_of_300)


def test_a_district_without_officers_cannot_sample(
    warehouse: Path, request_of_300: Request
) -> None:
    with open_warehouse(warehouse) as opened:
        opened.execute("delete from mart.inspector")
    with pytest.raises(UsageError, match=r"mart\.inspector"):
        make_plan(warehouse, request_of_300)


def test_a_later_score_run_is_not_seen(
    warehouse: Path, request_of_300: Request
) -> None:
    with pytest.raises(NotFoundError):
        make_plan(warehouse, replace(request_of_300, as_of=date(2025, 12, 1)))


def test_the_plan_says_whether_caterers_in_tourist_spots_could_come_first(
    planned: Planned, warehouse: Path, request_of_300: Request
) -> None:
    _, plan = planned
    row = Overview(plan, "zh").groups().rows[-1]
    assert row[:3] == ("旅游景区餐饮单位", "是", "抽中机会按3倍")
    trading, reached, batches = row[3:]
    assert 0 < reached <= trading <= len(plan.known.listed or ())
    assert batches >= reached
    assert not any("旅游景区" in said for said in Overview(plan, "zh").cautions())
    with open_warehouse(warehouse) as opened:
        opened.execute("delete from mart.roster_entry where roster = 'scenic_caterer'")
    without = Overview(make_plan(warehouse, request_of_300), "en")
    assert without.groups().rows[-1][2:4] == ("no roster: not applied", "unknown")
    assert any("was not applied" in said for said in without.cautions())
    assert without.plan.run_id != plan.run_id


def test_the_rules_are_told_in_words_and_not_in_codes(planned: Planned) -> None:
    rows = {row[0]: row[1] for row in Overview(planned[1], "zh").rules().rows}
    assert "学校食堂" in str(rows["监督抽检每年必抽的类别"])
    assert rows["抽检重点：旅游景区餐饮（按名册认定）"] == "旅游景区餐饮单位"
    assert str(rows["抽样月份"]).startswith("01、02、03")
    assert all(rows.values())
    assert not any(re.search("[a-z]_[a-z]", str(value)) for value in rows.values())


def test_each_priority_of_the_law_is_told_with_what_the_plan_does_for_it(
    planned: Planned,
) -> None:
    for lang, missing in (("zh", "无记录"), ("en", "not on record")):
        rows = Overview(planned[1], lang).priorities().rows
        assert [row[0] for row in rows] == [str(number) for number in range(1, 8)]
        assert missing in str(rows[-1][2])
