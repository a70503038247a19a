"""The catalogue: every declaration complete, and about something that is computed."""

import re
from pathlib import Path

import pytest

from features import complaints, conduct, inspections, profile, sampling
from features.catalogue import (
    FAMILIES,
    METRICS,
    Feature,
    catalogue,
    feature_names,
    read_features,
)
from features.matrix import STREAMS
from features.neighbourhood import GROUPS
from features.profile import profile_features
from features.schema import labels
from models.explain import STORIES
from tests.worked import facts

each = pytest.mark.parametrize("feature", catalogue(), ids=feature_names())


def columns(stream: str) -> set[str]:
    return set(STREAMS[stream](facts()).columns)


def test_no_two_features_share_a_name_or_a_label() -> None:
    for names in (
        feature_names(),
        [feature.zh for feature in catalogue()],
        [feature.en for feature in catalogue()],
    ):
        assert len(set(names)) == len(names)


@each
def test_a_feature_is_labelled_in_both_languages_with_its_unit(
    feature: Feature,
) -> None:
    assert re.search(r"[\u4e00-\u9fff]", feature.zh)
    assert re.search(r"[a-z]", feature.en)
    assert not re.search(r"[{}]", feature.name + feature.zh + feature.en)
    zh, en = feature.unit.split("|")
    # A wave has no unit; everything else says what it counts.
    assert bool(zh) == bool(en) == (feature.story != "season")


@each
def test_a_feature_has_a_family_a_metric_a_direction_and_a_story(
    feature: Feature,
) -> None:
    assert feature.family in FAMILIES
    assert feature.metric in METRICS
    assert feature.direction in {-1, 0, 1}
    assert isinstance(feature.actionable, bool)
    assert feature.story in STORIES


@each
def test_a_feature_asks_for_columns_that_its_stream_has(feature: Feature) -> None:
    if feature.metric == "profile":
        assert feature.name in profile_features(facts(), no_pairs()).columns
        return
    wanted = {feature.quantity, feature.per, feature.where} - {""}
    assert wanted <= columns(feature.stream)


@each
def test_a_feature_has_what_its_metric_needs(feature: Feature) -> None:
    is_share = feature.metric in {"mean", "shrunk", "trend", "group", "near"}
    assert bool(feature.per) == is_share
    assert (feature.half_life > 0) == (feature.metric == "decayed")
    assert (feature.group in GROUPS) == (feature.metric == "group")
    if is_share:
        assert (feature.shrinkage > 0) == (feature.metric != "mean")


@each
def test_only_a_sum_follows_a_withdrawal(feature: Feature) -> None:
    """The engine finds a last event, and ages one, without regard to withdrawals."""
    if feature.metric in {"last", "days_since", "decayed"}:
        assert "withdrawn" not in columns(feature.stream)


@each
def test_a_business_is_never_scored_by_who_inspected_it(feature: Feature) -> None:
    assert "inspector" not in feature.quantity + feature.where + feature.group


def test_windows_are_spelt_out_in_name_and_words() -> None:
    by_name = {feature.name: feature for feature in catalogue()}
    year = by_name["serious_365d"]
    assert (year.zh, year.window) == ("近一年严重不合格次数", 365)
    assert year.en == "serious findings in the last year"
    assert by_name["certificates"].window is None


def test_of_all_time_is_said_as_people_say_it(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[[feature]]\nname = "n_{w}"\nzh = "近{w}次数"\nen = "visits in the last {w}"\n'
        'unit = "次|visit"\nmetric = "count"\nstream = "inspection"\nwindows = ["all"]\n'
    )
    (feature,) = read_features(own)
    assert (feature.zh, feature.en) == ("有记录以来次数", "visits on record")


def test_every_stream_is_used_and_every_family_has_a_feature() -> None:
    assert {feature.stream for feature in catalogue()} - {""} == set(STREAMS)
    assert {feature.family for feature in catalogue()} == set(FAMILIES)


@pytest.mark.parametrize(
    ("used", "kind"),
    [
        (complaints.HAZARD_CATEGORIES, "complaint_category"),
        (conduct.CLOSING_KINDS, "penalty_kind"),
        (inspections.OUTCOME_PURPOSES, "purpose"),
        (inspections.STOPPING_RESULTS, "result"),
        (sampling.NOT_FAILED, "reinspection"),
        (profile.STATIC_SUMS, "static_factor"),
    ],
)
def test_codes_written_in_features_are_codes_of_the_warehouse(
    used: object, kind: str
) -> None:
    named = sum(used.values(), ()) if isinstance(used, dict) else used
    assert set(named) <= set(labels(kind))


def test_every_story_that_can_be_told_has_a_feature() -> None:
    assert {feature.story for feature in catalogue()} == set(STORIES)


def test_groups_are_columns_of_the_register() -> None:
    register = set(facts().business.columns)
    assert {column for columns in GROUPS.values() for column in columns} <= register


def no_pairs():
    return facts().business.select("business_id", as_of="valid_from")
