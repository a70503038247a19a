"""Rosters of other departments: producers above the scale, and homes with their beds."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import Ints, dates

# Large firms keep a certificate, small ones seldom have one.
_ABOVE_SCALE = {True: 0.95, False: 0.05}
_BEDS, _BEDS_SPREAD = 170, 0.45
_LISTED_WITHIN = 60


def roster_table(
    rng: np.random.Generator, block: Block, certificate: pl.DataFrame, until: date
) -> pl.DataFrame:
    """Put the larger producers and the homes for the old on their rosters."""
    register = block.register
    makes = np.flatnonzero(register.business_type == "producer")
    lately = certificate.filter(pl.col("valid_to") >= pl.lit(until).dt.offset_by("-1y"))
    has = register.ids.gather(makes).is_in(lately["business_id"].implode()).to_numpy()
    share = np.where(has, _ABOVE_SCALE[True], _ABOVE_SCALE[False])
    large = makes[rng.random(len(makes)) < share]
    homes = np.flatnonzero(register.subtype == "eldercare_canteen")
    beds = np.round(_BEDS * rng.lognormal(0, _BEDS_SPREAD, len(homes)), 0)
    return pl.concat(
        [
            _entries(rng, block, large, "above_scale_producer"),
            _entries(rng, block, homes, "care_home").with_columns(
                amount=pl.Series(beds)
            ),
        ],
        how="diagonal_relaxed",
    )


def _entries(
    rng: np.random.Generator, block: Block, who: Ints, roster: str
) -> pl.DataFrame:
    listed = block.register.opened[who] + rng.integers(1, _LISTED_WITHIN, len(who))
    return pl.DataFrame(
        {
            "business_id": block.register.ids.gather(who),
            "roster": pl.repeat(roster, len(who), eager=True),
            "valid_from": dates(listed),
            "amount": pl.repeat(None, len(who), dtype=pl.Float64, eager=True),
            "document": pl.repeat("模拟名册", len(who), eager=True),
            "recorded_at": dates(listed + rng.integers(1, 20, len(who))),
        }
    )
