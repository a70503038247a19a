"""Food samples in three programmes and four levels, with their re-inspections."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import (
    Bools,
    Floats,
    Ints,
    Text,
    codes,
    dates,
    drawn,
    numbered,
    only_where,
)
from pipelines.simulate.latent import chance

SAMPLES_A_MONTH = 0.020
PROGRAMMES = {"supervision": 0.7, "evaluation": 0.2, "monitoring": 0.1}
LEVELS = {"district": 0.72, "city": 0.18, "province": 0.07, "nation": 0.03}
# Who failed may ask for a second look, which seldom helps.
REINSPECTED_SHARE = 0.15
REINSPECTIONS = {"upheld": 0.8, "overturned": 0.12, "pending": 0.08}
# Classes 1 to 31 are packed food; what a kitchen serves has a class of its own.
PACKED_CLASSES, SERVED_CLASS = 31, "90"
SAMPLERS, LABORATORIES = 250, 6
FAILED_ITEMS = (
    "菌落总数",
    "大肠菌群",
    "苯甲酸及其钠盐",
    "农药残留（毒死蜱）",
    "恩诺沙星",
    "铝的残留量",
    "过氧化值",
    "阴离子合成洗涤剂",
    "防腐剂混合使用之和",
)


def sample_table(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Invent samples: drawn blindly, failed more often where the truth is worse."""
    register = block.register

    def struck(excess: Floats, month: date) -> Ints:
        rate = SAMPLES_A_MONTH * register.trades_in(month)
        return np.flatnonzero(rng.random(len(excess)) < rate)

    taken = block.events(rng, struck)
    count = len(taken)
    is_failed = rng.random(count) < chance(-4.0 + 0.75 * taken.excess)
    reported = taken.day + rng.integers(12, 30, count)
    state = _reinspections(rng, is_failed)
    final = reported + _days_until_final(rng, is_failed, state)
    disposed = final + rng.integers(15, 85, count)
    packed_class = codes("", rng.integers(1, PACKED_CLASSES + 1, count), 2)
    frame = pl.DataFrame(
        {
            "business_id": register.ids.gather(taken.business),
            "sampled_on": dates(taken.day),
            "recorded_at": dates(reported),
            "programme": drawn(rng, PROGRAMMES, count),
            "level": drawn(rng, LEVELS, count),
            "food_class": np.where(
                register.cooks[taken.business], SERVED_CLASS, packed_class
            ),
            "sampler_id": codes("INS", rng.integers(0, SAMPLERS, count), 4),
            "laboratory_id": codes("LAB", rng.integers(1, LABORATORIES + 1, count), 1),
            "is_failed": is_failed,
            "failed_item": only_where(is_failed, _failed_items(rng, count)),
            "reinspection": state,
            "final_on": only_where(state != "pending", dates(final)),
            "disposed_on": only_where(is_failed & (state == "none"), dates(disposed)),
        }
    )
    return numbered(frame, "sample_id", block.prefix("S"), "sampled_on")


def _reinspections(rng: np.random.Generator, is_failed: Bools) -> Text:
    asks = is_failed & (rng.random(len(is_failed)) < REINSPECTED_SHARE)
    return np.where(asks, drawn(rng, REINSPECTIONS, len(asks)), "none")


def _days_until_final(rng: np.random.Generator, is_failed: Bools, state: Text) -> Ints:
    """Count the days in which a failure may be, or is, contested; a pass is final."""
    contested = rng.integers(20, 45, len(state))
    return np.where(state != "none", contested, np.where(is_failed, 10, 0))


def _failed_items(rng: np.random.Generator, count: int) -> Text:
    return np.array(FAILED_ITEMS)[rng.integers(0, len(FAILED_ITEMS), count)]
