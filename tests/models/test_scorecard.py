"""The scorecard: points sum exactly, worse never scores better, SQL says the same."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ModelError
from features.warehouse import open_warehouse
from models.bins import Column
from models.scorecard import (
    Scale,
    Scorecard,
    fit_scorecard,
    non_negative_logistic,
    scorecard_sql,
)
from models.stumps import fit_stumps

SCALE = Scale(base_points=600, base_odds=10, points_to_double=40)
COLUMNS = (
    Column("serious", 1),
    Column("online", -1),
    Column("days_since", -1, absent="never"),
    Column("months", -1, specials=(-9.0, -8.0)),
)


def history(rows: int = 2000, seed: int = 1) -> tuple[pl.DataFrame, np.ndarray]:
    """Invent rows in which more serious findings and less time online go wrong."""
    rng = np.random.default_rng(seed)
    serious = rng.poisson(0.5, rows).astype(float)
    online = np.where(rng.random(rows) < 0.3, np.nan, rng.random(rows))
    days = np.where(serious > 0, rng.integers(0, 1500, rows), np.nan)
    months = rng.choice([-9.0, -8.0, 1.0, 5.0, 20.0, 60.0], rows)
    log_odds = 0.9 * serious - np.nan_to_num(online) - (months > 10) - 0.8
    bad = (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(float)
    columns = {"serious": serious, "online": online, "days_since": days}
    frame = pl.DataFrame({**columns, "months": months}).fill_nan(None)
    return frame.cast(pl.Float32), bad


@pytest.fixture(scope="module", params=[fit_scorecard, fit_stumps])
def card(request: pytest.FixtureRequest) -> Scorecard:
    """Give a card of each way of fitting: what is promised holds for both."""
    matrix, bad = history(rows=6000)
    return request.param(matrix, bad, COLUMNS, scale=SCALE, trained_until="2026-01-01")


@pytest.mark.parametrize(("odds", "points"), [(10, 600), (20, 640), (5, 560)])
def test_the_scale_is_what_the_docstring_works_out(odds: float, points: float) -> None:
    assert SCALE.points(float(np.log(odds))) == pytest.approx(points)
    share = SCALE.bad_share(np.array([float(points)]))[0]
    assert share == pytest.approx(1 / (1 + odds))


def test_points_lost_and_the_start_sum_exactly_to_the_score(card: Scorecard) -> None:
    matrix, _ = history(seed=2)
    lost = card.points_lost(matrix)
    assert lost.dtype == np.int64
    assert (card.score(matrix) == card.highest - lost.sum(axis=1)).all()
    assert lost.min() == 0
    assert card.score(matrix).min() >= card.lowest


def test_the_best_bin_of_every_column_costs_nothing(card: Scorecard) -> None:
    assert [min(points) for points in card.lost] == [0] * len(card.lost)


def test_the_score_says_how_many_go_wrong(card: Scorecard) -> None:
    matrix, bad = history(seed=3, rows=20_000)
    stated = SCALE.bad_share(card.score(matrix).astype(float))
    assert stated.mean() == pytest.approx(bad.mean(), abs=0.015)
    worst = stated > np.quantile(stated, 0.8)
    assert stated[worst].mean() == pytest.approx(bad[worst].mean(), abs=0.04)


def test_the_breaks_of_a_card_are_the_neighbours_in_the_wrong_order(
    card: Scorecard,
) -> None:
    """Known ranges against the direction, and a missing bin below where it may lie."""
    assert card.breaks() == 0
    at = card.columns.index("online")
    first, lost = card.bins[at].first_range, list(card.lost[at])
    lost[first], lost[first + 1] = lost[first + 1], lost[first]
    turned = replace(card, lost=(*card.lost[:at], tuple(lost), *card.lost[at + 1 :]))
    assert turned.breaks() >= 1


@pytest.mark.parametrize("fit", [fit_scorecard, fit_stumps])
def test_what_never_happened_may_lose_nothing(fit: Callable[..., Scorecard]) -> None:
    matrix, bad = history()
    card = fit(matrix, bad, COLUMNS[2:3], scale=SCALE, trained_until="")
    assert card.breaks() == 0
    assert replace(card, lost=((1, *card.lost[0][1:]),)).breaks() == 1


def test_copies_of_one_column_never_get_weights_of_opposite_signs() -> None:
    """An ordinary regression on these two gives the second a negative weight."""
    rng = np.random.default_rng(5)
    true = rng.normal(size=4000)
    noisy = true + 0.1 * rng.normal(size=4000)
    good = (rng.random(4000) < 1 / (1 + np.exp(-(2 * true - noisy)))).astype(float)
    _, weights = non_negative_logistic(np.column_stack([true, noisy]), good)
    assert (weights >= 0).all()
    assert weights[1] == 0
    assert weights[0] == pytest.approx(1.0, abs=0.15)


def test_the_intercept_alone_gives_the_base_rate() -> None:
    intercept, weights = non_negative_logistic(
        np.zeros((1000, 1)), np.r_[np.ones(800), np.zeros(200)]
    )
    assert intercept == pytest.approx(np.log(4))
    assert weights.tolist() == [0.0]


def test_a_column_of_chance_stays_off_a_card_that_asks_for_ten_points() -> None:
    matrix, bad = history(rows=20_000)
    noise = np.random.default_rng(9).random(matrix.height)
    card = fit_scorecard(
        matrix.with_columns(noise=pl.Series(noise)),
        bad,
        [*COLUMNS, Column("noise", 1)],
        scale=Scale(600, 10, 40, smallest_span=10),
        trained_until="",
    )
    assert "noise" not in card.columns
    assert "serious" in card.columns
    assert min(max(points) for points in card.lost) >= 10


ROW = st.fixed_dictionaries(
    {
        "serious": st.one_of(st.none(), st.integers(0, 9).map(float)),
        "online": st.one_of(st.none(), st.floats(0, 1)),
        "days_since": st.one_of(st.none(), st.integers(0, 4000).map(float)),
        "months": st.one_of(st.none(), st.sampled_from([-9.0, -8.0, 1.0, 7.0, 90.0])),
    }
)


@given(ROW, st.sampled_from(COLUMNS), st.floats(0, 5000))
@settings(deadline=None)
def test_worse_never_scores_better_nor_does_becoming_known(
    card: Scorecard, row: dict[str, float | None], column: Column, value: float
) -> None:
    """Each column moved in its worse direction, also from missing."""
    before = row[column.name]
    if before in column.specials:
        return
    moved = {**row, column.name: value}
    scores = card.score(
        pl.DataFrame([row, moved], schema=dict.fromkeys(row, pl.Float64))
    )
    if before is None:
        best = max(
            card.score(pl.DataFrame([{**row, column.name: v}]))[0] for v in (0.0, 1e9)
        )
        is_worse = column.absent == "never" or scores[1] < best
    else:
        is_worse = (value - before) * column.direction >= 0
    if is_worse:
        assert scores[1] <= scores[0]


def test_sql_on_the_frozen_table_gives_the_same_points(
    card: Scorecard, tmp_path: Path
) -> None:
    matrix, _ = history(seed=4, rows=500)
    named = matrix.select(
        pl.format("B{}", pl.int_range(pl.len())).alias("business_id"),
        pl.lit("2026-01-01").str.to_date().alias("as_of"),
        pl.all(),
    )
    card.save(tmp_path)
    frozen = pl.read_csv(tmp_path / "scorecard.csv", schema=card.table().schema)
    assert (tmp_path / "scorecard.sql").read_text("utf-8") == scorecard_sql()
    with open_warehouse(tmp_path / "w.duckdb") as warehouse:
        found = warehouse.sql(scorecard_sql(), matrix=named, scorecard=frozen)
    expected = named.select("business_id", credit_score=pl.Series(card.score(matrix)))
    assert found.select("business_id", pl.col("credit_score").cast(pl.Int64)).equals(
        expected.sort("business_id")
    )


def test_the_table_can_be_read(card: Scorecard) -> None:
    table = card.table().filter(feature="months")
    assert table["kind"].to_list()[:3] == ["missing", "special", "special"]
    assert table["up_to"].to_list()[1:3] == [-9.0, -8.0]
    ranges = table.filter(kind="range")
    assert ranges["above"].to_list()[1:] == ranges["up_to"].to_list()[:-1]
    assert ranges["points_lost"].to_list() == sorted(ranges["points_lost"])[::-1]


def test_a_saved_card_comes_back_as_it_was(card: Scorecard, tmp_path: Path) -> None:
    card.save(tmp_path)
    again = Scorecard.load(tmp_path)
    assert again == card
    assert again.version == card.version


def test_an_empty_folder_holds_no_scorecard(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no scorecard"):
        Scorecard.load(tmp_path)


def test_a_missing_column_is_named(card: Scorecard) -> None:
    matrix, _ = history(rows=5)
    with pytest.raises(ModelError, match="months"):
        card.score(matrix.drop("months"))
