"""Reasons that survive retraining, and those that do not."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from features.catalogue import catalogue, feature_names
from models.explain import STORIES
from models.reason_stability import (
    STABILITY,
    recurrence_of,
    recurrences,
    stability_table,
    stable_share,
    told_directions,
)
from tests.drawn_training import FEATURES, catalogue_model, drawn_matrix


@pytest.fixture(scope="module")
def model():
    return catalogue_model()


@pytest.fixture(scope="module")
def matrix():
    names = feature_names()
    known = drawn_matrix(60, 5).rename(dict(zip(FEATURES, names, strict=False)))
    return known.with_columns(
        pl.lit(None, pl.Float32).alias(name) for name in names[len(FEATURES) :]
    )


def test_a_story_is_told_by_its_direction() -> None:
    moved = np.zeros((1, len(catalogue()) + 1))
    told = [feature.story for feature in catalogue()]
    moved[0, told.index("serious")] = 0.5
    moved[0, told.index("place")] = -0.2
    moved[0, told.index("season")] = 0.9
    found = dict(zip(STORIES, told_directions(moved)[0], strict=True))
    assert (found["serious"], found["place"], found["season"]) == (1, -1, 0)


def test_a_model_resampled_as_itself_tells_every_reason_again(model, matrix) -> None:
    same = replace(model, resamples=(model.text, model.text))
    told = told_directions(same.contributions(matrix))
    assert told.any()
    again = recurrences(same, matrix, told)
    assert (again[told != 0] == 2).all()
    assert (again[told == 0] == 0).all()
    table = stability_table(same, matrix, same.contributions(matrix))
    assert stable_share(table, 0.8)["stable"].item() == 1.0


def test_the_table_counts_every_reason(model, matrix) -> None:
    contributions = model.contributions(matrix)
    table = stability_table(model, matrix, contributions)
    assert table.schema == pl.Schema(STABILITY)
    assert table["reasons"].sum() == np.count_nonzero(told_directions(contributions))
    assert table["again"].max() <= len(model.resamples)


def test_seven_of_eight_are_stable_and_six_are_not() -> None:
    rows = [("serious", 1, 8, 7, 3), ("serious", 1, 8, 6, 1), ("place", -1, 8, 0, 4)]
    table = pl.DataFrame(rows, schema=STABILITY, orient="row")
    assert stable_share(table, 0.8).rows() == [(8, (21 / 8 + 6 / 8) / 8, 3 / 8)]
    by = stable_share(table, 0.8, ["story"])
    assert by.select("story", "stable").rows() == [("serious", 0.75), ("place", 0.0)]


def test_one_business_is_told_how_often_each_of_its_reasons_recurs(
    model, matrix
) -> None:
    contributions = model.contributions(matrix)
    shares = recurrence_of(model, matrix, contributions)
    told = told_directions(contributions[:1])[0]
    assert set(shares) == {s for s, t in zip(STORIES, told, strict=True) if t}
    assert all(0 <= share <= 1 for share in shares.values())
    assert recurrence_of(replace(model, resamples=()), matrix, contributions) == {}
