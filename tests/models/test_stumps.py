"""Stumps merged into points: what the trees say, bin by bin, and nothing else."""

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.bins import Bins, Column, fine_bins
from models.metrics import Ranked
from models.scorecard import Scale, Scorecard, fit_scorecard
from models.stumps import asked_of, fit_stumps, grow, merged

SCALE = Scale(base_points=600, base_odds=10, points_to_double=40)
COLUMNS = (
    Column("findings", 1),
    Column("online", -1),
    Column("days_since", -1, absent="never"),
    Column("kind", 0, specials=(1.0, 2.0, 3.0)),
)


def history(rows: int = 3000, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Invent rows with gaps, codes, and a column that counts only past a threshold."""
    rng = np.random.default_rng(seed)
    findings = rng.poisson(1.0, rows).astype(float)
    online = np.where(rng.random(rows) < 0.2, np.nan, rng.random(rows))
    days = np.where(findings > 0, rng.integers(0, 900, rows), np.nan)
    kind = rng.integers(1, 4, rows).astype(float)
    log_odds = 1.4 * (findings > 2) - np.nan_to_num(online) + 0.5 * (kind == 2) - 0.5
    bad = (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return np.column_stack([findings, online, days, kind]), bad


def frame(inputs: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(inputs, schema=[c.name for c in COLUMNS]).fill_nan(None)


@pytest.fixture(scope="module")
def grown() -> tuple[tuple[Bins, ...], str]:
    inputs, bad = history()
    bins = fine_bins(COLUMNS, inputs, bad)
    codes = [b.locate(inputs[:, at]) for at, b in enumerate(bins)]
    return bins, grow(codes, bins, bad)


@pytest.fixture(scope="module")
def card() -> Scorecard:
    inputs, bad = history()
    return fit_stumps(frame(inputs), bad, COLUMNS, scale=SCALE, trained_until="")


VALUE = st.one_of(st.just(np.nan), st.floats(-5, 2000), st.sampled_from([1.0, 2.0]))


@given(st.lists(st.tuples(*[VALUE] * len(COLUMNS)), min_size=2, max_size=20))
@settings(deadline=None)
def test_the_merged_bins_add_up_to_what_the_trees_say(
    grown: tuple[tuple[Bins, ...], str], rows: list[tuple[float, ...]]
) -> None:
    """Up to a constant, which is the level; missing values and codes included."""
    bins, text = grown
    inputs = np.array(rows)
    codes = [b.locate(inputs[:, at]) for at, b in enumerate(bins)]
    told = sum(m[code] for m, code in zip(merged(text, bins), codes, strict=True))
    asked = np.hstack([asked_of(b, code) for b, code in zip(bins, codes, strict=True)])
    said = lgb.Booster(model_str=text).predict(asked, raw_score=True, num_threads=1)
    assert told - told[0] == pytest.approx(said - said[0], abs=1e-12)


def test_every_tree_asks_one_question(grown: tuple[tuple[Bins, ...], str]) -> None:
    leaves = [li for li in grown[1].splitlines() if li.startswith("num_leaves=")]
    assert set(leaves) == {"num_leaves=2"}


def test_points_follow_the_trees_to_half_a_point_a_column(
    grown: tuple[tuple[Bins, ...], str], card: Scorecard
) -> None:
    """Where nobody is held back: ranges of a column that never misses a value."""
    bins, text = grown
    said = merged(text, bins)[0]
    at = card.columns.index("findings")
    values = np.arange(0.0, 6.0)
    lost = np.array(card.lost[at])[card.bins[at].locate(values)]
    exact = SCALE.factor * (said - said[bins[0].first_range :].min())
    assert lost == pytest.approx(exact[bins[0].locate(values)], abs=0.5 + 1e-9)


def test_a_threshold_is_found_and_ranges_that_say_the_same_are_one(
    card: Scorecard,
) -> None:
    table = card.table().filter(feature="findings", kind="range")
    lost = table["points_lost"].to_list()
    assert lost == sorted(set(lost))
    step = table.filter(pl.col("above") >= 2)["points_lost"].min()
    assert step - table.filter(pl.col("above") < 2)["points_lost"].max() > 40


def test_bins_count_every_row_once(card: Scorecard) -> None:
    inputs, bad = history()
    for bins in card.bins:
        assert sum(bins.good) + sum(bins.bad) == len(bad)
        at = [c.name for c in COLUMNS].index(bins.column.name)
        code = bins.locate(inputs[:, at])
        assert np.bincount(code, minlength=len(bins.woe)).tolist() == [
            g + b for g, b in zip(bins.good, bins.bad, strict=True)
        ]


def test_as_many_are_stated_bad_as_were_found(card: Scorecard) -> None:
    inputs, bad = history()
    stated = SCALE.bad_share(card.score(frame(inputs)).astype(float))
    assert stated.mean() == pytest.approx(bad.mean(), abs=0.003)


def test_it_ranks_ahead_of_weights_of_evidence_where_columns_overlap() -> None:
    """Two columns of which each alone hides what the other says."""
    rng = np.random.default_rng(4)
    one, other = rng.random(20_000), rng.random(20_000)
    both = one + other
    log_odds = 3 * (one > 0.8) - 2.5 * both + 1
    bad = (rng.random(20_000) < 1 / (1 + np.exp(-log_odds))).astype(float)
    rows = pl.DataFrame({"one": one, "both": both})
    columns = (Column("one", 1), Column("both", -1))
    auc = [
        Ranked(
            -fit(rows[:10_000], bad[:10_000], columns, scale=SCALE, trained_until="")
            .score(rows[10_000:])
            .astype(float),
            bad[10_000:],
        ).auc(np.ones((1, 10_000)))[0]
        for fit in (fit_stumps, fit_scorecard)
    ]
    assert auc[0] > auc[1]


def test_the_same_rows_give_the_same_card(card: Scorecard) -> None:
    inputs, bad = history()
    again = fit_stumps(frame(inputs), bad, COLUMNS, scale=SCALE, trained_until="")
    assert again.version == card.version


def test_columns_that_hardly_move_the_score_are_left_out() -> None:
    inputs, bad = history()
    rows = frame(inputs).with_columns(
        noise=pl.Series(np.random.default_rng(1).random(len(bad))),
        still=pl.lit(1.0),
    )
    wide = Scale(600, 10, 40, smallest_span=25)
    columns = (*COLUMNS, Column("noise", 1), Column("still", 1))
    card = fit_stumps(rows, bad, columns, scale=wide, trained_until="")
    assert "still" not in card.columns
    assert min(max(lost) for lost in card.lost) >= 24


def test_no_column_that_tells_anything_gives_everybody_the_base_rate() -> None:
    rows = pl.DataFrame({"still": np.ones(1000)})
    bad = np.r_[np.ones(200), np.zeros(800)]
    card = fit_stumps(rows, bad, (Column("still", 1),), scale=SCALE, trained_until="")
    assert card.columns == ()
    assert card.highest == round(SCALE.points(float(np.log(4))))
