"""Penalties that follow from serious visits and from failed samples."""

import numpy as np
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import (
    Floats,
    Ints,
    Text,
    dates,
    drawn,
    numbered,
    only_where,
)
from pipelines.simulate.visits import Visits

# A serious visit mostly ends with an order, a failed sample mostly with a penalty.
PENALISED_VISITS, PENALISED_SAMPLES = 0.10, 0.6
# Acts and the articles of the Food Safety Law that punish them.
ACTS = (
    ("经营不符合食品安全标准的食品", "fsl:124"),
    ("经营超过保质期的食品", "fsl:124"),
    ("采购不符合食品安全标准的食品原料", "fsl:125"),
    ("未按规定进行进货查验", "fsl:126"),
    ("餐饮具清洗消毒不合格", "fsl:126"),
    ("超范围经营", "fsl:122"),
)
KINDS = {
    "warning": 0.18,
    "fine": 0.47,
    "fine+confiscation": 0.32,
    "fine+stop_business": 0.025,
    "fine+revocation": 0.005,
}
DISCRETION = {"mitigated": 0.2, "lighter": 0.3, "ordinary": 0.42, "heavier": 0.08}
WITHDRAWN_SHARE, ANNULLED_SHARE = 0.05, 0.3


def penalty_table(
    rng: np.random.Generator, block: Block, visits: Visits, samples: pl.DataFrame
) -> pl.DataFrame:
    """Invent the decisions on what visits and samples found."""
    business, happened = _causes(rng, block, visits, samples)
    count = len(business)
    decided = happened + rng.integers(25, 95, count)
    discretion = drawn(rng, DISCRETION, count)
    kinds = drawn(rng, KINDS, count)
    fine = _fines(rng, kinds)
    is_withdrawn = rng.random(count) < WITHDRAWN_SHARE
    acts, articles = np.array(ACTS)[rng.integers(0, len(ACTS), count)].T
    frame = pl.DataFrame(
        {
            "business_id": block.register.ids.gather(business),
            "decided_on": dates(decided),
            "recorded_at": dates(decided + rng.integers(1, 12, count)),
            "act": acts,
            "law_article": articles,
            "kinds": kinds,
            "discretion_grade": discretion,
            "procedure": np.where(fine > 3000, "ordinary", "simple"),
            "fine_yuan": fine,
            "confiscated_yuan": _confiscated(rng, kinds),
            "goods_value_yuan": np.round(rng.lognormal(7, 1.2, count), 2),
            "duration_days": rng.integers(1, 200, count),
            "is_intentional": rng.random(count) < 0.05,
            "has_bad_social_effect": rng.random(count) < 0.01,
            "withdrawn_on": only_where(
                is_withdrawn, dates(decided + rng.integers(60, 400, count))
            ),
            "withdrawal": only_where(is_withdrawn, _withdrawals(rng, count)),
        }
    )
    return _with_document_no(
        numbered(frame, "penalty_id", block.prefix("P"), "decided_on")
    )


def _causes(
    rng: np.random.Generator, block: Block, visits: Visits, samples: pl.DataFrame
) -> tuple[Ints, Ints]:
    """Choose what is punished: the businesses, and the days on which it was found."""
    hit = np.flatnonzero(
        visits.serious & (rng.random(len(visits.day)) < PENALISED_VISITS)
    )
    failed = samples.filter("is_failed", pl.col("final_on").is_not_null())
    failed = failed.filter(pl.Series(rng.random(failed.height) < PENALISED_SAMPLES))
    place = {b: i for i, b in enumerate(block.register.ids)}
    sampled = np.array([place[b] for b in failed["business_id"]], dtype=np.int64)
    final = failed["final_on"].to_physical().cast(pl.Int64).to_numpy()
    return np.r_[visits.business[hit], sampled], np.r_[visits.day[hit], final]


def _fines(rng: np.random.Generator, kinds: Text) -> Floats:
    amount = np.round(rng.lognormal(9.0, 1.0, len(kinds)), -2)
    return np.where(np.char.startswith(kinds, "fine"), amount, 0)


def _confiscated(rng: np.random.Generator, kinds: Text) -> Floats:
    amount = np.round(rng.lognormal(6, 1, len(kinds)), 2)
    return np.where(np.char.find(kinds, "confiscation") >= 0, amount, 0)


def _withdrawals(rng: np.random.Generator, count: int) -> Text:
    return np.where(rng.random(count) < ANNULLED_SHARE, "annulled", "repaired")


def _with_document_no(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        document_no=pl.concat_str(
            pl.lit("杭上市监罚处〔"),
            pl.col("decided_on").dt.year().cast(pl.String),
            pl.lit("〕"),
            pl.col("penalty_id").str.tail(6),
            pl.lit("号"),
        )
    )
