"""The gates between a trained model and its use; each says what it found.

Every limit is policy data of models/law and is passed in. A gate judges by intervals:
what chance alone could have made is neither held against a model nor counted for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from models import metrics
from models.evaluate import Visits, compare
from models.metrics import Array
from models.probe import Probe
from models.random_visits import MIN_DRAWN
from models.scorecard import EVIDENCE, STUMPS

# Draws of outcomes by which a right model shows the error that chance gives it.
_DRAWS = 200
_SEED = 20260101
_CHANCE = 95
# As many names as can be read in a line.
_NAMED = 5
QUALITY, CALIBRATION, MONOTONE = "quality", "calibration", "monotone"
FAIRNESS, STABILITY, LAW, CREDIT = "fairness", "stability", "law", "credit"
NAMES: Mapping[str, tuple[str, str]] = {
    QUALITY: ("排序质量", "quality"),
    CALIBRATION: ("校准", "calibration"),
    MONOTONE: ("单调方向", "monotone directions"),
    FAIRNESS: ("公平", "fairness"),
    STABILITY: ("理由和等级的稳定", "stability of reasons and grades"),
    LAW: ("规则版本", "law version"),
    CREDIT: ("企业信用评分卡", "scorecard of enterprises"),
}

# Ways of fitting a scorecard; the second takes the first's place only if it ranks as well.
CARDS: Mapping[str, tuple[str, str]] = {
    EVIDENCE: ("证据权重卡", "card of weights of evidence"),
    STUMPS: ("树桩卡", "card of stumps"),
}


@dataclass(frozen=True)
class Gate:
    """One gate: whether it lets the model pass, and what was found."""

    name: str
    passed: bool
    zh: str
    en: str

    def label(self, lang: str) -> str:
        """Name the gate."""
        zh, en = NAMES[self.name]
        return zh if lang == "zh" else en

    def found(self, lang: str) -> str:
        """Say what was found."""
        return self.zh if lang == "zh" else self.en


def visits_of(held: pl.DataFrame) -> Visits:
    """Arrange held-out visits for the metrics."""
    return Visits(
        window=_codes(held["window"]),
        day=held["day"].to_numpy(),
        business=_codes(held["business_id"]),
        inspector=_codes(held["inspector_id"]),
        serious=held["is_serious"].cast(pl.Float64).to_numpy(),
    )


def quality(held: pl.DataFrame, rival: str, margin: float) -> Gate:
    """Compare the AUC with a rival's on the same visits, draw by draw.

    `rival` names a column of scores: the champion's, or what a first model must beat.
    """
    zh, en = (
        ("现行模型", "the champion")
        if rival == "champion"
        else ("“以往严重不合格次数”", "counting past serious findings")
    )
    if held.height == 0 or held["is_serious"].n_unique() < 2:  # noqa: PLR2004  both outcomes
        return Gate(
            QUALITY,
            passed=False,
            zh="没有可供检验的留出检查",
            en="there are no held-out visits to judge by",
        )
    scores = {name: held[name].to_numpy() for name in ("probability", rival)}
    table = compare(visits_of(held), scores, model="probability").overall
    auc = table.filter(metric="auc")
    own = auc.filter(ranker="probability").row(0, named=True)
    gain = auc.filter(ranker=rival).row(0, named=True)
    return Gate(
        QUALITY,
        passed=gain["gain_lower"] >= -margin,
        zh=f"{held.height:,}次留出检查上AUC {own['value']:.3f}，比{zh}"
        f"{_signed(gain)}，区间下限不得低于{-margin:+.3f}",
        en=f"AUC {own['value']:.3f} on {held.height:,} held-out visits, {_signed(gain)} "
        f"against {en}; the lower end must not lie below {-margin:+.3f}",
    )


def _signed(gain: Mapping[str, float]) -> str:
    return f"{gain['gain']:+.3f} ({gain['gain_lower']:+.3f}, {gain['gain_upper']:+.3f})"


def calibration(held: pl.DataFrame, limit: float) -> Gate:
    """Hold the calibration error against the limit, or against what chance would give.

    The level stated is the one found by lot, so it is judged on visits drawn with a
    known chance, each weighted by its inverse; where they are too few, on all.
    """
    if held.is_empty():
        return Gate(
            CALIBRATION,
            passed=False,
            zh="没有可供检验的留出检查",
            en="there are no held-out visits to judge by",
        )
    zh, en, judged, weight = by_lot(held)
    error, chance = calibration_and_chance(judged, weight)
    return Gate(
        CALIBRATION,
        passed=error <= max(limit, chance),
        zh=f"{judged.height:,}次{zh}上校准误差{error:.3f}，上限{limit:.3f}（完全准确的模型"
        f"在同样次数下的误差95%不超过{chance:.3f}）",
        en=f"calibration error {error:.3f} on {judged.height:,} {en}, limit {limit:.3f} "
        f"(a right model would stay below {chance:.3f} in 95% of such samples)",
    )


def by_lot(held: pl.DataFrame) -> tuple[str, str, pl.DataFrame, Array]:
    """Give the visits drawn by lot with their weights, or all where these are too few."""
    drawn = held.filter(pl.col("inclusion_probability") > 0)
    if drawn.height < MIN_DRAWN or not drawn["is_serious"].any():
        return "留出检查", "held-out visits", held, np.ones(held.height)
    weight = 1 / drawn["inclusion_probability"].to_numpy()
    return "双随机检查", "visits drawn by lot", drawn, weight


def calibration_and_chance(held: pl.DataFrame, weight: Array) -> tuple[float, float]:
    """Give the calibration error, and what a right model would rarely exceed."""
    serious = held["is_serious"].cast(pl.Float64).to_numpy()
    probability = held["probability"].to_numpy()
    rng = np.random.default_rng(_SEED)
    drawn = rng.random((_DRAWS, len(serious))) < probability
    found, *errors = (
        metrics.calibration_error(outcome, probability, weight[None, :])[0]
        for outcome in (serious, *drawn.astype(np.float64))
    )
    return float(found), float(np.percentile(errors, _CHANCE))


def monotone(probed: Probe) -> Gate:
    """Refuse a model in which something worse lowered a risk."""
    named = probed.breaks["feature"].unique(maintain_order=True).to_list()
    broken = ", ".join(named[:_NAMED])
    return Gate(
        MONOTONE,
        passed=probed.holds,
        zh=f"{probed.features}个有方向的特征，在含缺失值的实际记录上试探{probed.questions:,}"
        + (f"步，违背方向：{broken}" if broken else "步，无一违背方向"),
        en=f"{probed.questions:,} steps of {probed.features} features probed in rows as "
        "recorded, missing values among them: "
        + (f"broken by {broken}" if broken else "none against its direction"),
    )


def fairness(judged: int, off: pl.DataFrame) -> Gate:
    """Refuse a model that treats a group unlike the others beyond the limits."""
    named = [
        f"{row['attribute']}={row['group']} ({row['why']})" for row in off.to_dicts()
    ]
    told = ", ".join(named[:_NAMED])
    return Gate(
        FAIRNESS,
        passed=judged > 0 and not named,
        zh=f"可检验的{judged}组中，{len(named)}组超限" + (f"：{told}" if told else ""),
        en=f"{len(named)} of {judged} groups large enough to judge exceed a limit"
        + (f": {told}" if told else ""),
    )


@dataclass(frozen=True)
class Steadiness:
    """What keeps: the share of stable reasons, and of grades that change."""

    stable: float
    least_stable: float
    changed: float | None
    most_changed: float


def stability(found: Steadiness) -> Gate:
    """Refuse a model whose reasons or grades would not keep."""
    changed = found.changed or 0.0
    first = found.changed is None
    zh = "首个模型，无等级可比" if first else f"{changed:.1%}的经营者等级变动"
    en = (
        "no grades to compare for a first model"
        if first
        else f"{changed:.1%} of grades change"
    )
    return Gate(
        STABILITY,
        passed=found.stable >= found.least_stable and changed <= found.most_changed,
        zh=f"{found.stable:.0%}的理由在重抽样重训后稳定（下限{found.least_stable:.0%}）；"
        f"{zh}（上限{found.most_changed:.0%}）",
        en=f"{found.stable:.0%} of reasons are stable over resamples (least "
        f"{found.least_stable:.0%}); {en} (most {found.most_changed:.0%})",
    )


def law(trained: str, today: str) -> Gate:
    """Refuse a model that was trained under other rules than those in use."""
    same = trained == today
    return Gate(
        LAW,
        passed=same,
        zh=f"规则版本{today}"
        + ("" if same else f"，而模型按{trained}训练，须重新训练"),
        en=f"rules {today}"
        + ("" if same else f", but trained under {trained}: train again"),
    )


def credit(trial: pl.DataFrame, asked: str, margin: float) -> Gate:
    """Judge the scorecard that would go with the model.

    In none may worse score better; the challenging one must rank no worse than the one
    of evidence on a year that neither had seen, beyond the margin by interval.
    """
    if trial.is_empty():
        zh, en = "没有企业信用评分卡", "there is no scorecard of enterprises"
        return Gate(CREDIT, passed=True, zh=zh, en=en)
    card = trial.filter(card=asked).row(0, named=True)
    rival = trial.filter(pl.col("gain").is_not_null()).to_dicts()
    ranks = asked == EVIDENCE or any(r["gain_lower"] >= -margin for r in rival)
    told = f"{card['columns']}项{card['bins']}档，违背方向{card['breaks']}处"
    tale = f"{card['columns']} columns, {card['bins']} bins, {card['breaks']} against direction"
    zh, en = CARDS[asked]
    # Only the challenging card has to rank as well as the other.
    least = "" if asked == EVIDENCE else f"，区间下限不得低于{-margin:+.3f}"
    lowest = "" if asked == EVIDENCE else f"; the lower end not below {-margin:+.3f}"
    compared = "；".join(_rival_zh(row) for row in rival) or "尚无更早的一年可比"
    beside = (
        "; ".join(_rival_en(row) for row in rival) or "no earlier year to compare on"
    )
    return Gate(
        CREDIT,
        passed=card["breaks"] == 0 and ranks,
        zh=f"采用{zh}（{told}）；{compared}{least}",
        en=f"uses the {en} ({tale}); {beside}{lowest}",
    )


def _rival_zh(row: Mapping[str, float]) -> str:
    return f"树桩卡在其后一年{row['cases']:,}家企业上AUC比证据权重卡{_signed(row)}"


def _rival_en(row: Mapping[str, float]) -> str:
    return (
        f"on {row['cases']:,} enterprises of the year after, the card of stumps ranks "
        f"{_signed(row)} in AUC against that of evidence"
    )


def _codes(values: pl.Series) -> metrics.Codes:
    """Number the distinct values; what is unknown is -1."""
    ranked = values.rank("dense").cast(pl.Int64) - 1
    return ranked.fill_null(-1).to_numpy()
