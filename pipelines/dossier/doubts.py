"""Why what the system says of a business might be wrong, found in its own record.

Written for the person who decides: each doubt names what to check. A doubt weighs
nothing by itself and lowers no number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from features.schema import Facts
from models.clauses import GradeBands
from models.grading import BANDS
from models.rules import RuleSet

# Fewer visits than this leave a share of serious findings that one visit more would turn.
FEW_VISITS = 3
# A year: by then every season and most staff have changed once.
OLD_DAYS = 365
# Points from the edge of a band that one general item more or less would cross.
NEAR_POINTS = 2.0
# A tenth: about what weighing goods or dating the beginning of a breach leaves open.
NEAR_SHARE = 0.1
_GOOD_NUMBER = ("ok", "whitelisted")
_MEASURED = {
    "goods_value_yuan": "gravity.goods_value_yuan",
    "duration_days": "gravity.duration_days",
}


@dataclass(frozen=True)
class Doubt:
    """A reason to look again, of one of the kinds below, in both languages."""

    kind: str
    zh: str
    en: str


@dataclass(frozen=True)
class Asked:
    """The business and day that are doubted, its grade, and the penalties relied on."""

    business_id: str
    as_of: date
    grade: dict[str, Any]
    penalties: tuple[str, ...]


def doubts(facts: Facts, asked: Asked, law: RuleSet) -> list[Doubt]:
    """List what may be wrong, in the order in which it is to be checked."""
    relied_on = facts.penalty.filter(pl.col("penalty_id").is_in(asked.penalties))
    return [
        *_identity(facts, asked, relied_on),
        *_under_challenge(facts, asked),
        *_near_gravity(relied_on, law),
        *_few_or_old(facts, asked, relied_on),
        *_near_band(asked, law),
    ]


def _known(frame: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    return frame.filter(
        pl.col("business_id") == asked.business_id, pl.col("recorded_at") < asked.as_of
    )


def _identity(facts: Facts, asked: Asked, relied_on: pl.DataFrame) -> Iterator[Doubt]:
    """Doubt that the business of the record is the party of the penalty."""
    versions = _known(facts.business, asked).sort("valid_from", "recorded_at")
    if versions.is_empty():
        return
    now = versions.row(-1, named=True)
    if now["usci_flag"] not in _GOOD_NUMBER:
        yield Doubt(
            "identity",
            f"统一社会信用代码未通过校验（{now['usci_flag']}），须与决定书核对主体",
            f"the identifier did not pass its check ({now['usci_flag']}); compare the party with the decision",
        )
    yield from _shared_number(facts, asked, now["usci"])
    if now["closed_on"] is not None and now["closed_on"] <= asked.as_of:
        yield Doubt(
            "identity",
            f"该经营者已于{now['closed_on']}注销或停业",
            f"the business closed on {now['closed_on']}",
        )
    for penalty in relied_on.sort("decided_on").iter_rows(named=True):
        yield from _changed_since(versions, penalty)


def _shared_number(facts: Facts, asked: Asked, usci: str | None) -> Iterator[Doubt]:
    others = facts.business.filter(
        pl.col("recorded_at") < asked.as_of,
        pl.col("usci") == usci,
        pl.col("business_id") != asked.business_id,
    )["business_id"].n_unique()
    if usci is not None and others:
        yield Doubt(
            "identity",
            f"另有{others}家登记使用同一统一社会信用代码，须确认处罚对应哪一处经营场所",
            f"{others} other premises use the same identifier; find out which one was punished",
        )


def _changed_since(versions: pl.DataFrame, penalty: dict[str, Any]) -> Iterator[Doubt]:
    decided, latest = penalty["decided_on"], versions.row(-1, named=True)
    then = versions.filter(pl.col("valid_from") <= decided)
    name = then["name"][-1] if then.height else None
    if name is not None and name != latest["name"]:
        yield Doubt(
            "identity",
            f"处罚{penalty['penalty_id']}决定时名称为“{name}”，现为“{latest['name']}”，经营者可能已变更",
            f"when penalty {penalty['penalty_id']} was decided the name was '{name}'; the operator may have changed",
        )
    opened = latest["opened_on"]
    if opened is not None and opened > decided:
        yield Doubt(
            "identity",
            f"开业日{opened}晚于处罚{penalty['penalty_id']}的决定日{decided}",
            f"opened on {opened}, after penalty {penalty['penalty_id']} of {decided}",
        )


def _under_challenge(facts: Facts, asked: Asked) -> Iterator[Doubt]:
    """Doubt a failed sample whose result can still change."""
    known = _known(facts.sampling_result, asked)
    is_open = pl.col("final_on").is_null() | (pl.col("final_on") >= asked.as_of)
    for row in known.filter("is_failed", is_open).sort("sampled_on").rows(named=True):
        yield Doubt(
            "under_reinspection",
            f"抽检{row['sample_id']}（{row['sampled_on']}）初检不合格，复检或异议结果未定",
            f"sample {row['sample_id']} of {row['sampled_on']} failed first, and is not final",
        )
    overturned = known.filter("is_failed", pl.col("reinspection") == "overturned")
    for row in overturned.sort("sampled_on").rows(named=True):
        yield Doubt(
            "under_reinspection",
            f"抽检{row['sample_id']}（{row['sampled_on']}）复检合格，不得作为不利依据",
            f"sample {row['sample_id']} of {row['sampled_on']} passed on re-inspection and may not be held against it",
        )


def _near_gravity(relied_on: pl.DataFrame, law: RuleSet) -> Iterator[Doubt]:
    """Doubt an amount so close to a threshold that measuring again may cross it."""
    for row in relied_on.sort("decided_on").iter_rows(named=True):
        for column, rule_id in _MEASURED.items():
            threshold, value = law.number(rule_id), row[column]
            if value is None or abs(float(value) - threshold) > NEAR_SHARE * threshold:
                continue
            rule = law.rules[rule_id]
            yield Doubt(
                "near_threshold",
                f"处罚{row['penalty_id']}：{float(value):g}接近界限{threshold:g}（{rule.zh}）",
                f"penalty {row['penalty_id']}: {float(value):g} is close to {threshold:g} ({rule.en})",
            )
        if row["is_intentional"] is None:
            yield Doubt(
                "few_data",
                f"处罚{row['penalty_id']}未记载主观故意的认定，当事人证明没有主观故意的不予列入",
                f"penalty {row['penalty_id']} does not say whether it was on purpose; who proves it was not is not listed",
            )


def _few_or_old(facts: Facts, asked: Asked, relied_on: pl.DataFrame) -> Iterator[Doubt]:
    visits = _known(facts.inspection, asked)
    if visits.height < FEW_VISITS:
        yield Doubt(
            "few_data",
            f"记录在案的检查只有{visits.height}次，概率主要来自同类经营者",
            f"only {visits.height} visits are on record: the chance is mostly that of its kind",
        )
    last = visits["inspected_on"].max()
    border = asked.as_of - timedelta(days=OLD_DAYS)
    if isinstance(last, date) and last < border:
        yield Doubt(
            "old_data",
            f"最近一次检查在{last}，超过一年，现状可能已改变",
            f"last visited on {last}, more than a year ago; things may have changed",
        )
    for row in relied_on.filter(pl.col("decided_on") < border).rows(named=True):
        yield Doubt(
            "old_data",
            f"处罚{row['penalty_id']}决定于{row['decided_on']}，已超过一年；列入应当与行政处罚决定一并作出",
            f"penalty {row['penalty_id']} was decided on {row['decided_on']}, over a year ago; a listing is decided together with the penalty",
        )


def _near_band(asked: Asked, law: RuleSet) -> Iterator[Doubt]:
    """Doubt a grade that a point or two would change; no ground rests on the grade."""
    points = asked.grade["total_points"]
    for band in law.get(GradeBands, BANDS).bands[:-1]:
        if abs(points - band.up_to) <= NEAR_POINTS:
            yield Doubt(
                "near_threshold",
                f"总分{points:.1f}距等级界限{band.up_to:g}分不超过{NEAR_POINTS:g}分；等级不是列入依据",
                f"{points:.1f} points are within {NEAR_POINTS:g} of the border at {band.up_to:g}; a grade is no ground",
            )
    if asked.grade["notes"]:
        yield Doubt(
            "few_data",
            f"等级说明：{asked.grade['notes']}",
            f"about the grade: {asked.grade['notes_en']}",
        )
