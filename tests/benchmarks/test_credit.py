"""The scorecard engine on three public credit sets, beside three known packages.

optbinning, toad and scorecardpy are checks in development and no dependencies. They and
what they need live in an environment of their own, whose Python runs this file:

    python3.11 -m venv peers
    peers/bin/pip install optbinning toad scorecardpy "setuptools<81" "pandas<3" \
        polars==2.1.0 lightgbm==4.7.0 duckdb==2.0.0 pyarrow pytest hypothesis
    SHIAN_DATA=... peers/bin/python -m pytest -m bench -p no:cacheprovider \
        -o addopts="--import-mode=importlib" tests/benchmarks/test_credit.py -s

Where one is not installed its tests are skipped by name. Folds, directions and special
codes are the same for all; every figure is printed, seconds are those of the quickest
fold. `stumps` is the card of stumps that challenges the card of record, `ours`.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from models.bins import Column
from models.metrics import Array, Ranked
from models.scorecard import Scale, Scorecard, fit_scorecard
from models.stumps import fit_stumps
from tests import REAL_DATA

CREDIT = REAL_DATA / "credit"
pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not CREDIT.exists(), reason=f"no credit data in {CREDIT}"),
    # The packages compared warn about their own dependencies.
    pytest.mark.filterwarnings("ignore"),
]

SETS = ("german", "heloc", "taiwan")
FOLDS = 5
# A thousand rows rank differently in every cut: the small set is cut four times.
CUTS = {"german": 4, "heloc": 1, "taiwan": 1}
SCALE = Scale(600, 10, 40)
# What a ranking may lose against the best of the packages, in AUC.
MARGIN = 0.005
# Columns of a card that is still read to its end.
LONGEST = {"ours": 20, "stumps": 23}
# No bureau record, no usable trades, condition not met.
HELOC_CODES = (-9.0, -8.0, -7.0)
# From the data dictionaries: what a credit officer would call worse without the case.
MORE_IS_WORSE: Mapping[str, tuple[str, ...]] = {
    "german": (
        "duration_in_month",
        "installment_rate_in_percentage_of_disposable_income",
    ),
    "heloc": (
        "NumTrades60Ever2DerogPubRec",
        "NumTrades90Ever2DerogPubRec",
        "NumTradesOpeninLast12M",
        "NumInqLast6M",
        "NumInqLast6Mexcl7days",
        "NetFractionRevolvingBurden",
        "NetFractionInstallBurden",
        "NumRevolvingTradesWBalance",
        "NumBank2NatlTradesWHighUtilization",
        "PercentTradesWBalance",
    ),
    "taiwan": ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6"),
}
MORE_IS_BETTER: Mapping[str, tuple[str, ...]] = {
    "german": (),
    "heloc": (
        "ExternalRiskEstimate",
        "MSinceOldestTradeOpen",
        "AverageMInFile",
        "NumSatisfactoryTrades",
        "PercentTradesNeverDelq",
        "MSinceMostRecentDelq",
        "MaxDelq2PublicRecLast12M",
        "MaxDelqEver",
        "MSinceMostRecentInqexcl7days",
    ),
    "taiwan": ("LIMIT_BAL", *(f"PAY_AMT{n}" for n in range(1, 7))),
}
LABEL = {
    "german": "creditability",
    "heloc": "RiskPerformance_bad",
    "taiwan": "default.payment.next.month",
}


@dataclass(frozen=True)
class CreditSet:
    """A public set: frame, bad = 1, and the columns as the engine is told of them."""

    name: str
    frame: pl.DataFrame
    bad: Array
    columns: tuple[Column, ...]
    texts: tuple[str, ...]

    def folds(self) -> list[tuple[Array, Array]]:
        return [
            fold
            for seed in range(CUTS[self.name])
            for fold in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(
                self.bad, self.bad
            )
        ]

    @property
    def numbers(self) -> pl.DataFrame:
        """Give texts as dense codes, for an engine that knows numbers alone."""
        return self.frame.with_columns(
            pl.col(self.texts).rank("dense").cast(pl.Float64)
        )


@dataclass(frozen=True)
class Result:
    """Mean AUC over the folds, and seconds of the quickest: others share the machine."""

    auc: float
    fit: float
    score: float


Scorer = Callable[[pl.DataFrame], Array]
Peer = Callable[[CreditSet, pl.DataFrame, Array], Scorer]


@cache
def credit_set(name: str) -> CreditSet:
    frame = pl.read_parquet(CREDIT / f"{name}.parquet").drop("ID", strict=False)
    label = frame[LABEL[name]]
    bad = (label == "bad") if name == "german" else label
    frame = frame.drop(LABEL[name])
    if name == "heloc":
        # 588 applicants without any record say nothing about any column.
        some = ~pl.all_horizontal(pl.all() == HELOC_CODES[0])
        bad, frame = bad.filter(frame.select(some).to_series()), frame.filter(some)
    texts = tuple(c for c, t in frame.schema.items() if t == pl.String)
    columns = tuple(_column(name, frame, c, c in texts) for c in frame.columns)
    return CreditSet(name, frame, bad.cast(pl.Float64).to_numpy(), columns, texts)


def _column(name: str, frame: pl.DataFrame, column: str, is_text: bool) -> Column:
    if is_text:
        # Every text is a special code: a bin of its own, in no order.
        codes = range(1, frame[column].n_unique() + 1)
        return Column(column, 0, tuple(float(c) for c in codes))
    direction = (column in MORE_IS_WORSE[name]) - (column in MORE_IS_BETTER[name])
    return Column(column, direction, HELOC_CODES if name == "heloc" else ())


WAYS: Mapping[str, Callable[..., Scorecard]] = {
    "ours": fit_scorecard,
    "stumps": fit_stumps,
}


@cache
def cards(name: str, way: str) -> list[Scorecard]:
    data = credit_set(name)
    return [
        WAYS[way](
            data.numbers[train],
            data.bad[train],
            data.columns,
            scale=SCALE,
            trained_until="",
        )
        for train, _ in data.folds()
    ]


def ours(way: str) -> Peer:
    def build(data: CreditSet, train: pl.DataFrame, bad: Array) -> Scorer:
        card = WAYS[way](train, bad, data.columns, scale=SCALE, trained_until="")
        return lambda rows: -card.score(rows).astype(np.float64)

    return build


def by_optbinning(data: CreditSet, train: pl.DataFrame, bad: Array) -> Scorer:
    optbinning = pytest.importorskip("optbinning")
    process = optbinning.BinningProcess(
        train.columns,
        categorical_variables=list(data.texts),
        special_codes=list(HELOC_CODES) if data.name == "heloc" else None,
    )
    card = optbinning.Scorecard(
        binning_process=process, estimator=LogisticRegression(max_iter=1000)
    )
    card.fit(train.to_pandas(), bad)
    return lambda rows: card.predict_proba(rows.to_pandas())[:, 1]


def by_toad_tree(data: CreditSet, train: pl.DataFrame, bad: Array) -> Scorer:
    return _toad(data, train, bad, "dt")


def by_toad_chi(data: CreditSet, train: pl.DataFrame, bad: Array) -> Scorer:
    return _toad(data, train, bad, "chi")


def _toad(data: CreditSet, train: pl.DataFrame, bad: Array, method: str) -> Scorer:
    toad = pytest.importorskip("toad")
    combiner = toad.transform.Combiner()
    weights = toad.transform.WOETransformer()
    combiner.fit(
        _pandas(data, train), bad, method=method, min_samples=0.05, empty_separate=True
    )
    evidence = weights.fit_transform(combiner.transform(_pandas(data, train)), bad)
    model = LogisticRegression(max_iter=1000).fit(evidence, bad)
    return lambda rows: model.predict_proba(
        weights.transform(combiner.transform(_pandas(data, rows)))
    )[:, 1]


def by_scorecardpy(data: CreditSet, train: pl.DataFrame, bad: Array) -> Scorer:
    scorecardpy = pytest.importorskip("scorecardpy")
    labelled = train.to_pandas().assign(bad=bad.astype(int))
    # It compares codes as text: -9.0 is no -9 to it.
    codes = [int(c) for c in HELOC_CODES] if data.name == "heloc" else None
    bins = scorecardpy.woebin(labelled, y="bad", special_values=codes, no_cores=1)
    evidence = scorecardpy.woebin_ply(train.to_pandas(), bins)
    model = LogisticRegression(max_iter=1000).fit(evidence, bad)
    return lambda rows: model.predict_proba(
        scorecardpy.woebin_ply(rows.to_pandas(), bins)[evidence.columns]
    )[:, 1]


def _pandas(data: CreditSet, rows: pl.DataFrame) -> object:
    """Give a pandas frame in which special codes are missing: toad knows no others."""
    if data.name == "heloc":
        known = pl.when(pl.all() > max(HELOC_CODES)).then(pl.all())
        rows = rows.select(known)
    return rows.to_pandas()


PEERS: Mapping[str, Peer] = {
    "optbinning": by_optbinning,
    "toad (tree)": by_toad_tree,
    "toad (chi)": by_toad_chi,
    "scorecardpy": by_scorecardpy,
}


@cache
def result(name: str, engine: str) -> Result:
    data = credit_set(name)
    build, frame = (
        (ours(engine), data.numbers) if engine in WAYS else (PEERS[engine], data.frame)
    )
    auc, fit, score = [], [], []
    for train, test in data.folds():
        start = time.perf_counter()
        scorer = build(data, frame[train], data.bad[train])
        fitted = time.perf_counter()
        scores = scorer(frame[test])
        fit.append(fitted - start)
        score.append(time.perf_counter() - fitted)
        ranked = Ranked(scores, data.bad[test])
        auc.append(float(ranked.auc(np.ones((1, len(test))))[0]))
    found = Result(float(np.mean(auc)), min(fit), min(score))
    print(
        f"\n{name:8} {engine:12} AUC {found.auc:.4f}  "
        f"fit {found.fit:8.3f} s  score {found.score:7.4f} s"
    )
    return found


@pytest.mark.parametrize("engine", PEERS)
@pytest.mark.parametrize("name", SETS)
def test_our_card_ranks_within_half_a_point_of_each_package(
    name: str, engine: str
) -> None:
    """And is fitted, and scores, in less time."""
    peer, own = result(name, engine), result(name, "ours")
    assert own.auc >= peer.auc - MARGIN
    assert own.fit < peer.fit
    assert own.score < peer.score


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SETS)
def test_our_cards_rank_far_better_than_chance_and_stay_short(
    name: str, way: str
) -> None:
    assert result(name, way).auc > 0.75
    sizes = [sum(len(bins.woe) for bins in card.bins) for card in cards(name, way)]
    columns = [len(card.columns) for card in cards(name, way)]
    print(f"\n{name:8} {way:12} {max(columns)} columns, {max(sizes)} bins at most")
    assert max(columns) <= LONGEST[way]
    assert max(sizes) <= 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["heloc", "taiwan"])
def test_no_move_in_the_worse_direction_scores_better(name: str, way: str) -> None:
    """Every declared column of every test row, moved to every worse cut of the card."""
    data = credit_set(name)
    moves = violations = 0
    for card, (_, test) in zip(cards(name, way), data.folds(), strict=True):
        assert card.breaks() == 0
        rows = data.numbers[test]
        before = card.score(rows)
        for bins in card.bins:
            if bins.column.direction:
                for cut in bins.edges:
                    worse, moved = moved_to_worse(rows, bins.column, cut)
                    after = card.score(worse)
                    moves += int(moved.sum())
                    violations += int((after[moved] > before[moved]).sum())
    print(
        f"\n{name:8} {way:12} worse-never-better: {violations} violations in {moves:,} moves"
    )
    assert moves > 100_000
    assert violations == 0


def moved_to_worse(
    rows: pl.DataFrame, column: Column, cut: float
) -> tuple[pl.DataFrame, Array]:
    """Move a column to just past a cut where that is worse than what it was."""
    past = np.nextafter(cut, np.inf) if column.direction > 0 else cut
    value = rows[column.name].cast(pl.Float64)
    is_code = value.is_in(column.specials)
    is_better = (value < past) if column.direction > 0 else (value > past)
    moved = (is_better & ~is_code).to_numpy()
    changed = pl.when(pl.Series(moved)).then(pl.lit(past)).otherwise(value)
    return rows.with_columns(changed.alias(column.name)), moved
