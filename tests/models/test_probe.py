"""The probe finds what breaks its promise, and nothing else."""

from dataclasses import replace

import polars as pl
import pytest

from models.probe import probe
from models.risk import fit
from tests.drawn_training import DIRECTIONS, FEATURES, drawn_matrix, drawn_training

SAMPLE = drawn_matrix(300, seed=8)


@pytest.fixture(scope="module")
def free():
    """Grow a model that promises nothing; past findings raise its score all the same."""
    return fit(drawn_training(), FEATURES, (0,) * len(FEATURES), resamples=0)


@pytest.fixture(scope="module")
def kept():
    return fit(drawn_training(), FEATURES, DIRECTIONS, resamples=0)


def test_a_model_grown_with_its_directions_keeps_them(kept):
    found = probe(kept, SAMPLE)
    assert found.holds
    assert found.features == sum(way != 0 for way in DIRECTIONS)
    assert found.questions > 2_000


def test_directions_that_are_only_declared_are_found_out(free):
    claimed = replace(free, directions=DIRECTIONS)
    found = probe(claimed, SAMPLE)
    assert not found.holds
    assert (found.breaks["fall"] > 0).all()
    assert set(found.breaks["feature"]) <= {"past", "online", "open"}


def test_a_break_can_be_seen_again_from_what_is_told_of_it(free):
    found = probe(replace(free, directions=DIRECTIONS), SAMPLE).breaks.row(
        0, named=True
    )
    row = SAMPLE[int(found["row"])]
    better, worse = (
        free.raw(
            row.with_columns(pl.lit(found[end], pl.Float32).alias(found["feature"]))
        )[0]
        for end in ("better", "worse")
    )
    assert better - worse == pytest.approx(found["fall"])


def test_the_opposite_of_what_was_learnt_breaks_at_the_worst_value(kept):
    opposite = tuple(-way for way in DIRECTIONS)
    found = probe(replace(kept, directions=opposite), SAMPLE).breaks
    past = found.filter(feature="past")
    assert past.height > 0
    assert (past["better"] > past["worse"]).all()


def test_a_model_that_promises_nothing_is_asked_nothing(free):
    found = probe(free, SAMPLE)
    assert (found.features, found.questions, found.holds) == (0, 0, True)


def test_rows_with_gaps_are_asked_too(free):
    gaps = SAMPLE.with_columns(online=pl.lit(None, pl.Float32))
    found = probe(replace(free, directions=DIRECTIONS), gaps, rows=50)
    assert found.breaks["row"].max() < SAMPLE.height
    assert found.breaks["fall"].is_finite().all()
