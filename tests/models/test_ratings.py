"""The score-to-grade engine, by worked examples and on London's official ratings."""

import polars as pl
import pytest

from models.clauses import Rating
from models.ratings import rate_by
from models.rules import load_rules
from tests import REAL_DATA
from tests.worked import DAY

RULE = load_rules().in_force(DAY).get(Rating, "rating.fhrs")
LONDON = REAL_DATA / "london_fhrs"


@pytest.mark.parametrize(
    ("scores", "rating", "why"),
    [
        ((0, 0, 0), "5", "nothing wrong"),
        ((5, 5, 5), "5", "both caps reached, none broken"),
        ((10, 0, 0), "4", "the worst breaks the first cap though the sum does not"),
        ((10, 10, 0), "4", "a sum of 20 is the most of a 4"),
        ((10, 10, 5), "3", "a sum of 25"),
        ((10, 10, 10), "3", "a sum of 30"),
        ((15, 0, 0), "2", "a component of 15 is never better than a 2"),
        ((15, 15, 10), "2", "a sum of 40"),
        ((20, 0, 0), "1", "a component of 20 is never better than a 1"),
        ((20, 20, 10), "1", "a sum of 50"),
        ((25, 0, 0), "0", "a component of 25 gives a 0"),
        ((20, 20, 15), "0", "a sum of 55"),
        ((None, 0, 0), None, "a missing score gives no rating"),
    ],
)
def test_three_scores_give_a_rating(scores, rating, why):
    frame = pl.DataFrame([dict(zip(RULE.components, scores, strict=True))])
    frame = frame.cast(pl.Int64)
    assert frame.select(rate_by(RULE)).item() == rating, why


@pytest.mark.skipif(not LONDON.exists(), reason=f"no London ratings in {LONDON}")
def test_londons_rule_gives_every_official_rating_of_london():
    ratings = pl.read_parquet(LONDON / "*.parquet").filter(
        pl.col("scheme") == "FHRS",
        pl.col("rating_value").is_in(["0", "1", "2", "3", "4", "5"]),
        *(pl.col(name).is_not_null() for name in RULE.components),
    )
    wrong = ratings.filter(rate_by(RULE).ne_missing(pl.col("rating_value")))
    assert ratings.height == 58_853
    assert wrong.is_empty()
