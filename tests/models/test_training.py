"""What the trees learn of a visit: whether it was serious, and how bad among all."""

from dataclasses import replace

import numpy as np
import pytest

from models.risk import fit
from models.training import GRAVITY_SHARES
from tests.drawn_training import DIRECTIONS, FEATURES, drawn_training

SAMPLE = drawn_training(4)


def learnt(serious, gravity):
    return replace(
        SAMPLE,
        serious=np.array(serious, float),
        gravity=np.array(gravity, float),
        gravity_share=GRAVITY_SHARES[-1],
    ).target


def test_of_four_visits_the_serious_one_is_learnt_as_nearly_one():
    """The worked numbers of `Training.target`."""
    assert learnt([1, 0, 0, 0], [5, 1, 1, 1]) == pytest.approx(
        [0.9625, 0.1125, 0.1125, 0.1125]
    )


def test_a_visit_just_short_of_serious_is_learnt_as_worse_than_a_spotless_one():
    target = learnt([1, 0, 0, 0], [28, 27, 5, 0])
    assert (np.diff(target) < 0).all()
    assert target[0] - target[1] > 0.7


def test_a_source_that_tells_no_degrees_is_learnt_by_the_outcome_alone():
    target = learnt([1, 0, 1, 0], [0, 0, 0, 0])
    assert target == pytest.approx([0.85, 0.15, 0.85, 0.15])


def test_the_scale_of_a_source_does_not_matter():
    assert learnt([1, 0, 0, 0], [280, 270, 50, 0]) == pytest.approx(
        learnt([1, 0, 0, 0], [3, 2, 1, 0])
    )


def test_visits_are_kept_with_everything_known_of_them():
    kept = drawn_training(10).only(np.arange(10) % 2 == 0)
    parts = {name: part for name, part in vars(kept).items() if name != "gravity_share"}
    assert {len(part) for part in parts.values()} == {5}


def test_without_a_share_of_gravity_the_outcome_alone_is_learnt():
    assert (SAMPLE.target == SAMPLE.serious).all()


def test_how_bad_a_visit_was_is_learnt_where_it_tells_of_the_next():
    """A gravity that shows the chance itself, against one that is noise."""
    drawn = drawn_training(6_000)
    past = drawn.matrix["past"].to_numpy()
    telling = fit(
        replace(drawn, gravity=past + drawn.serious), FEATURES, DIRECTIONS, resamples=0
    )
    noise = np.random.default_rng(0).random(6_000)
    noisy = fit(replace(drawn, gravity=noise), FEATURES, DIRECTIONS, resamples=0)
    assert telling.gravity_share == GRAVITY_SHARES[-1]
    assert noisy.gravity_share == GRAVITY_SHARES[0]
