"""Reasons in words: the few things that moved a business most, with their numbers.

The log-odds of a probability are split exactly among features (SHAP). Features that tell
the same thing form a story; a story is one reason, told by its strongest feature.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from features.catalogue import Feature, catalogue
from models.metrics import Array

# More would not be read; fewer hides a principal one.
MAX_REASONS = 4
# A story that moves the odds by less than a twentieth is not a reason.
MIN_CONTRIBUTION = 0.05

STORIES: Mapping[str, tuple[str, str]] = {
    "serious": ("严重不合格记录", "record of serious findings"),
    "findings": ("检查发现的问题", "findings at inspections"),
    "visits": ("检查间隔与次数", "how often and how lately visited"),
    "complaints": ("投诉举报", "complaints and reports"),
    "sampling": ("抽检结果", "sampling results"),
    "conduct": ("处罚与事件", "penalties and incidents"),
    "care": ("认证、在线与培训", "certificates, kitchen online, training"),
    "chain": ("同一连锁或业主", "same chain or owner"),
    "place": ("所在区域", "surroundings"),
    "kind": ("业态与类别", "kind of business"),
    "size": ("规模与经营范围", "size and range"),
    "age": ("开业时间", "time in business"),
    "season": ("季节", "season"),
}

# Weighted, shrunk and relative numbers are good predictors and poor sentences (one
# serious finding in one visit is shrunk to a third): a reason is told by a plain count,
# mean or date of its story.
_NOT_TOLD = frozenset({"decayed", "trend", "shrunk"})
# Not of the business: the season is the same for everybody on a day, and how often it was
# visited says what the office did. Both move a probability and neither is a reason.
NOT_ITS_OWN = ("season", "visits")
# The feature that dates the latest event of a story.
_LATEST: Mapping[str, str] = {
    "serious": "days_since_serious",
    "sampling": "days_since_failed_sample",
}

REASONS = {
    "business_id": pl.String,
    "source": pl.String,
    "code": pl.String,
    "contribution": pl.Float64,
    "article": pl.String,
    "text_zh": pl.String,
    "text_en": pl.String,
}


def story_contributions(contributions: Array) -> Array:
    """Add up the contributions of each story; shape (rows, stories)."""
    stories = list(STORIES)
    place = np.array([stories.index(f.story) for f in catalogue()])
    sums = np.zeros((len(contributions), len(stories)))
    for column, story in enumerate(place):
        sums[:, story] += contributions[:, column]
    return sums


def model_reasons(
    matrix: pl.DataFrame, contributions: Array, *, most: int = MAX_REASONS
) -> pl.DataFrame:
    """Tell the strongest stories of every row, in the columns of REASONS.

    `matrix` has business_id, as_of and the features; `contributions` is what the model
    gives, base value last. First come the stories that move the odds the way they went
    altogether, then those against, each by how far they move them.
    """
    rows, story, moved = strongest_stories(contributions, most)
    feature = _leading(contributions, rows, story, moved)
    # What can be told must not contradict the story: no reason is better than a false one.
    agrees = contributions[rows, feature] * moved > 0
    rows, moved, feature = rows[agrees], moved[agrees], feature[agrees]
    told = pl.concat(
        [pl.DataFrame(schema={**REASONS, "row": pl.Int64})]
        + [
            _told(matrix, code, rows, moved, feature == code)
            for code in np.unique(feature)
        ]
    )
    total = np.sign(story_contributions(contributions).sum(axis=1))
    toward = pl.Series(total).gather(told["row"])
    return told.sort(
        "row",
        told["contribution"].sign() != toward,
        pl.col("contribution").abs(),
        descending=[False, False, True],
    ).select(list(REASONS))


def strongest_stories(
    contributions: Array, most: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Array]:
    """Choose the stories to tell of every row: row, number of the story, log-odds moved."""
    sums = story_contributions(contributions)
    total = np.sign(sums.sum(axis=1, keepdims=True))
    sums[:, [list(STORIES).index(story) for story in NOT_ITS_OWN]] = 0.0
    against = np.sign(sums) != total
    order = np.lexsort((-np.abs(sums), against), axis=1)[:, :most]
    rows = np.repeat(np.arange(len(sums)), order.shape[1])
    story = order.ravel()
    moved = sums[rows, story]
    kept = np.abs(moved) >= MIN_CONTRIBUTION
    return rows[kept], story[kept], moved[kept]


def _leading(
    contributions: Array,
    rows: npt.NDArray[np.int64],
    story: npt.NDArray[np.int64],
    moved: Array,
) -> npt.NDArray[np.int64]:
    """Find the feature of each story that moved most in the story's own direction."""
    stories = list(STORIES)
    leader = np.zeros(len(rows), dtype=np.int64)
    for code, name in enumerate(stories):
        told = [f.story == name and f.metric not in _NOT_TOLD for f in catalogue()]
        columns = np.flatnonzero(told)
        here = story == code
        signed = (
            contributions[np.ix_(rows[here], columns)] * np.sign(moved[here])[:, None]
        )
        leader[here] = columns[np.argmax(signed, axis=1)]
    return leader


def _told(
    matrix: pl.DataFrame,
    code: np.int64,
    rows: npt.NDArray[np.int64],
    moved: Array,
    here: npt.NDArray[np.bool_],
) -> pl.DataFrame:
    """Write the reasons that one feature leads."""
    feature = catalogue()[int(code)]
    value = pl.col(feature.name)
    zh, en = _value_words(feature, value)
    dates_itself = feature.metric == "days_since" or feature.story not in _LATEST
    latest = feature.name if dates_itself else _LATEST[feature.story]
    return (
        matrix.select(
            pl.col("business_id", "as_of", feature.name),
            pl.col(latest).alias("days_since_latest"),
        )[rows[here]]
        .with_columns(
            row=pl.Series(rows[here]).cast(pl.Int64),
            contribution=pl.Series(moved[here]),
            source=pl.lit("model"),
            code=pl.lit(feature.name),
            article=pl.lit(None, pl.String),
        )
        .with_columns(
            text_zh=_moving(zh, "，使风险上升", "，使风险下降"),
            text_en=_moving(en, "; raises the risk", "; lowers the risk"),
        )
        .select([*REASONS, "row"])
    )


def _moving(words: pl.Expr, up: str, down: str) -> pl.Expr:
    """Add which way the risk is moved."""
    rises = pl.when(pl.col("contribution") > 0)
    return pl.concat_str(words, rises.then(pl.lit(up)).otherwise(pl.lit(down)))


def _value_words(feature: Feature, value: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Say what the feature is and how much of it there is, in both languages."""
    number_zh, number_en = _number(feature, value)
    dated_zh, dated_en = _dated(feature, value)
    zh = pl.concat_str(pl.lit(f"{feature.zh}："), number_zh, dated_zh)
    en = pl.concat_str(pl.lit(f"{feature.en}: "), number_en, dated_en)
    known = pl.when(value.is_not_null())
    return (
        known.then(zh).otherwise(pl.lit(f"{feature.zh}：无记录")),
        known.then(en).otherwise(pl.lit(f"{feature.en}: no record")),
    )


def _dated(feature: Feature, value: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Add the day of the event, or of the latest of those counted, in brackets."""
    if feature.metric == "days_since":
        is_dated, zh, en = value.is_not_null(), "（{}）", " ({})"
    elif feature.metric == "sum" and feature.story in _LATEST:
        is_dated = (value > 0) & pl.col("days_since_latest").is_not_null()
        zh, en = "（最近一次{}）", " (last on {})"
    else:
        return pl.lit(""), pl.lit("")
    days = pl.duration(days=pl.col("days_since_latest").cast(pl.Int64))
    day = (pl.col("as_of") - days).cast(pl.String)
    none = pl.lit("")
    return (
        pl.when(is_dated).then(pl.format(zh, day)).otherwise(none),
        pl.when(is_dated).then(pl.format(en, day)).otherwise(none),
    )


def _number(feature: Feature, value: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Write shares as percentages and counts with their measure word.

    A measure word is needed in Chinese only: the English label says what is counted.
    """
    unit = feature.unit.split("|")[0]
    if unit == "是否":
        yes = pl.when(value > 0)
        return yes.then(pl.lit("是")).otherwise(pl.lit("否")), yes.then(
            pl.lit("yes")
        ).otherwise(pl.lit("no"))
    if feature.quantity == "residual":
        return _against_average(value)
    if unit == "比例":
        percent = pl.concat_str(_digits(value * 100, 1), pl.lit("%"))
        return percent, percent
    number = _digits(value, 2)
    return pl.concat_str(number, pl.lit(unit)), number


def _against_average(value: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Write a difference of shares as percentage points above or below."""
    points = _digits(value.abs() * 100, 1)
    even, above = pl.when(points == "0"), value > 0
    return (
        even.then(pl.lit("持平"))
        .when(above)
        .then(pl.format("高{}个百分点", points))
        .otherwise(pl.format("低{}个百分点", points)),
        even.then(pl.lit("level"))
        .when(above)
        .then(pl.format("{} points above", points))
        .otherwise(pl.format("{} points below", points)),
    )


def _digits(value: pl.Expr, most: int) -> pl.Expr:
    """Write a number with at most so many decimals and none that say nothing."""
    return value.cast(pl.Float64).round(most).cast(pl.String).str.replace(r"\.0$", "")
