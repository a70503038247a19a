"""Reasons as an officer reads them: every feature can be told, with its number and day."""

import re
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import catalogue, feature_names
from models.explain import (
    MAX_REASONS,
    MIN_CONTRIBUTION,
    REASONS,
    STORIES,
    model_reasons,
    story_contributions,
)

FEATURES = {feature.name: feature for feature in catalogue()}
AS_OF = date(2026, 1, 1)
# Told by a plain count, mean or date of their story instead.
NOT_TOLD = {f.name for f in catalogue() if f.metric in {"decayed", "trend", "shrunk"}}
# Neither the season nor how often the office came is the business's own doing.
NOT_ITS_OWN = {f.name for f in catalogue() if f.story in {"season", "visits"}}
TOLD = [name for name in FEATURES if name not in NOT_TOLD | NOT_ITS_OWN]


def matrix(*rows):
    """Draw rows of features by name; what a row leaves out is unknown."""
    return pl.DataFrame(
        [{"business_id": f"b{n}", "as_of": AS_OF, **row} for n, row in enumerate(rows)],
        schema={
            "business_id": pl.String,
            "as_of": pl.Date,
            **dict.fromkeys(feature_names(), pl.Float32),
        },
    )


def contributions(*rows):
    """Draw contributions by feature, the base value last."""
    return np.array([[row.get(n, 0.0) for n in FEATURES] + [-2.0] for row in rows])


def told(name, value, moved=0.4, **others):
    found = model_reasons(matrix({name: value, **others}), contributions({name: moved}))
    return found.select("text_zh", "text_en").row(0)


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        (
            "complaints_365d",
            2.0,
            "近一年投诉举报件数：2件，使风险上升",
            "complaints and reports in the last year: 2; raises the risk",
        ),
        (
            "kitchen_online_183d",
            0.9371,
            "近半年阳光厨房在线率：93.7%，使风险上升",
            "share of days the kitchen was online in the last six months: 93.7%; raises the risk",
        ),
        (
            "kitchen_online_183d",
            1.0,
            "近半年阳光厨房在线率：100%，使风险上升",
            "share of days the kitchen was online in the last six months: 100%; raises the risk",
        ),
        (
            "days_since_serious",
            412.0,
            "距上次严重不合格天数：412天（2024-11-15），使风险上升",
            "days since the last serious finding: 412 (2024-11-15); raises the risk",
        ),
        (
            "is_individual",
            1.0,
            "是否个体工商户：是，使风险上升",
            "individual business: yes; raises the risk",
        ),
        (
            "is_individual",
            0.0,
            "是否个体工商户：否，使风险上升",
            "individual business: no; raises the risk",
        ),
        (
            "fines_1826d",
            0.05,
            "近五年罚款合计：0.05万元，使风险上升",
            "fines in the last five years (10,000 yuan): 0.05; raises the risk",
        ),
        (
            "general_failed_mean_730d",
            10 / 3,
            "近两年每次检查一般项目不合格数：3.33项，使风险上升",
            "general items failed per visit in the last two years: 3.33; raises the risk",
        ),
        (
            "near_residual_365d",
            0.0301,
            "周边300米其他经营者近一年严重不合格率与平均之差：高3个百分点，使风险上升",
            "serious findings within 300 m in the last year, against the average: 3 points above; raises the risk",
        ),
        (
            "near_residual_365d",
            -0.125,
            "周边300米其他经营者近一年严重不合格率与平均之差：低12.5个百分点，使风险上升",
            "serious findings within 300 m in the last year, against the average: 12.5 points below; raises the risk",
        ),
        (
            "near_residual_365d",
            0.0001,
            "周边300米其他经营者近一年严重不合格率与平均之差：持平，使风险上升",
            "serious findings within 300 m in the last year, against the average: level; raises the risk",
        ),
        (
            "last_key_failed",
            None,
            "上次日常检查重点项目不合格数：无记录，使风险上升",
            "key items failed at the last routine visit: no record; raises the risk",
        ),
    ],
)
def test_a_reason_is_told_with_its_number(name, value, zh, en):
    assert told(name, value) == (zh, en)


def test_a_count_of_serious_findings_is_dated_by_the_latest():
    assert told("serious_365d", 2.0, days_since_serious=30.0)[0] == (
        "近一年严重不合格次数：2次（最近一次2025-12-02），使风险上升"
    )
    assert told("serious_365d", 0.0, -0.4, days_since_serious=700.0) == (
        "近一年严重不合格次数：0次，使风险下降",
        "serious findings in the last year: 0; lowers the risk",
    )
    assert told("failed_samples_365d", 1.0, days_since_failed_sample=10.0)[1] == (
        "failed samples in the last year: 1 (last on 2025-12-22); raises the risk"
    )


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, 1234.5678, None])
def test_every_feature_can_be_told_in_both_languages(name, value):
    zh, en = told(name, value, -0.3)
    assert zh.endswith("，使风险下降")
    assert en.endswith("; lowers the risk")
    assert re.search("[一-鿿]", en) is None
    assert zh.startswith(f"{FEATURES[name].zh}：")
    assert en.startswith(f"{FEATURES[name].en}: ")
    # Never more than two decimals, none that say nothing, nothing unfilled.
    assert (
        re.search(r"\.\d{3}|\.\d?0(?!\d)|None|null|nan|\{\}|e[+-]\d", zh + en) is None
    )


@pytest.mark.parametrize("name", sorted(NOT_ITS_OWN))
def test_what_is_not_the_business_s_own_is_no_reason(name):
    found = model_reasons(
        matrix({name: 0.5, "complaints_365d": 3.0}),
        contributions({name: 0.9, "complaints_365d": 0.1}),
    )
    assert found["code"].to_list() == ["complaints_365d"]


@pytest.mark.parametrize("name", sorted(NOT_TOLD))
def test_a_weighted_number_is_never_told_and_its_story_is(name):
    story = FEATURES[name].story
    plain = next(n for n in TOLD if FEATURES[n].story == story)
    found = model_reasons(
        matrix({name: 0.5, plain: 3.0}), contributions({name: 0.9, plain: 0.1})
    )
    assert found["code"].to_list() == [plain]
    assert found["contribution"].to_list() == pytest.approx([1.0])


def test_what_can_be_told_never_contradicts_its_story():
    # The story rises by what cannot be told, while the only plain number lowers it.
    found = model_reasons(
        matrix({"serious_decayed": 2.0, "serious_365d": 0.0}),
        contributions({"serious_decayed": 0.9, "serious_365d": -0.1}),
    )
    assert "serious_365d" not in found["code"].to_list()


def test_a_story_is_one_reason_told_by_its_strongest_feature():
    found = model_reasons(
        matrix({"complaints_91d": 1.0, "complaints_365d": 4.0, "age_days": 99.0}),
        contributions(
            {"complaints_91d": 0.2, "complaints_365d": 0.3, "age_days": -0.4}
        ),
    )
    assert found.select("code", "contribution").rows() == [
        ("complaints_365d", pytest.approx(0.5)),
        ("age_days", pytest.approx(-0.4)),
    ]
    assert found.columns == list(REASONS)
    assert found["source"].to_list() == ["model", "model"]
    assert found["article"].null_count() == 2


def test_what_went_the_way_of_the_whole_comes_first_then_how_far_it_moved():
    moved = {
        "age_days": 0.1,
        "complaints_365d": -0.5,
        "serious_365d": 0.7,
        "penalties_365d": -0.2,
        "declared_risk": 0.4,
    }
    found = model_reasons(matrix(dict.fromkeys(moved, 1.0)), contributions(moved))
    assert found["code"].to_list() == [
        "serious_365d",
        "declared_risk",
        "age_days",
        "complaints_365d",
    ]
    assert found.height == MAX_REASONS


def test_what_hardly_moves_the_odds_is_no_reason():
    barely = MIN_CONTRIBUTION - 0.001
    found = model_reasons(
        matrix({"age_days": 5.0}, {"age_days": 5.0}),
        contributions({"age_days": barely}, {"age_days": MIN_CONTRIBUTION}),
    )
    assert found["business_id"].to_list() == ["b1"]


def test_nobody_to_explain_gives_no_reason_in_the_same_columns():
    found = model_reasons(matrix(), np.zeros((0, len(FEATURES) + 1)))
    assert found.schema == pl.Schema(REASONS)
    assert found.height == 0


@given(st.lists(st.floats(-2, 2), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_the_stories_add_up_to_all_that_the_features_moved(moved):
    sums = story_contributions(np.array([[*moved, -2.0]]))
    assert sums.shape == (1, len(STORIES))
    assert sums.sum() == pytest.approx(sum(moved))
    found = model_reasons(
        matrix(dict.fromkeys(FEATURES, 1.0)), np.array([[*moved, -2.0]])
    )
    total = np.sign(sum(moved))
    place = [(np.sign(c) != total, -abs(c)) for c in found["contribution"]]
    assert place == sorted(place)
    assert len(place) <= MAX_REASONS
