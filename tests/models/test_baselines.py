"""What the naive rankers say of four businesses drawn as a table."""

import polars as pl
import pytest

from models.baselines import LABELS, rankers

COLUMNS = (
    "days_since_visit",
    "serious_1826d",
    "last_score",
    "last_key_failed",
    "last_general_failed",
    "last_minor_failed",
)


def matrix(*rows):
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.Float32), orient="row")


#   visited  serious  score  key  general  minor
FOUR = matrix(
    (30.0, 2.0, None, 1.0, 2.0, 3.0),
    (900.0, 0.0, None, 0.0, 0.0, 4.0),
    (10.0, 1.0, None, 0.0, 5.0, 0.0),
    (None, None, None, None, None, None),  # never visited
)


def test_who_was_never_visited_has_waited_longest():
    waited = rankers(FOUR)["days_since_visit"]
    assert waited.argsort().tolist() == [2, 0, 1, 3]


def test_past_serious_findings_are_counted():
    assert rankers(FOUR)["past_serious"].tolist() == [2.0, 0.0, 1.0, 0.0]


def test_the_last_result_puts_key_items_before_general_before_minor_ones():
    # Never visited stands in the middle: the median of 123, 4 and 50.
    assert rankers(FOUR)["last_result"].tolist() == [123.0, 4.0, 50.0, 50.0]


def test_the_score_a_source_gives_stands_before_the_items():
    scored = matrix((5.0, 0.0, 28.0, 9.0, 9.0, 9.0), (5.0, 0.0, 7.0, 0.0, 0.0, 0.0))
    assert rankers(scored)["last_result"].tolist() == [28.0, 7.0]


def test_where_no_visit_is_known_the_last_result_says_nothing():
    nothing = matrix((None,) * 6, (None,) * 6)
    assert rankers(nothing)["last_result"].tolist() == [0.0, 0.0]


def test_the_random_order_is_the_same_every_time():
    assert rankers(FOUR)["random"].tolist() == rankers(FOUR)["random"].tolist()
    assert len(set(rankers(FOUR)["random"])) == 4


@pytest.mark.parametrize("name", [*rankers(FOUR), "model", "statutory_points"])
def test_every_ranker_has_a_name_in_both_languages(name):
    assert all(LABELS[name])
