"""Rosters of other departments: large producers, homes with beds, tourist spots."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import Ints, dates

# Large firms keep a certificate, small ones seldom have one.
_ABOVE_SCALE = {True: 0.95, False: 0.05}
_BEDS, _BEDS_SPREAD = 170, 0.45
_LISTED_WITHIN = 60
# The streets on the lake and around the old palace; a share of their caterers stands in
# what tourists come for. Invented.
_TOURIST_STREETS = ("330102001", "330102003", "330102008")
_TOURIST_SHARE = 0.12


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
    # Chance of its own, so that the other rosters of a seed do not hang on this one.
    tourism = rng.spawn(1)[0]
    return pl.concat(
        [
            _entries(rng, block, large, "above_scale_producer"),
            _entries(rng, block, homes, "care_home").with_columns(
                amount=pl.Series(beds)
            ),
            _entries(tourism, block, _in_spots(tourism, block), "scenic_caterer"),
        ],
        how="diagonal_relaxed",
    )


def _in_spots(rng: np.random.Generator, block: Block) -> Ints:
    register = block.register
    may = np.isin(register.street_code, _TOURIST_STREETS)
    may &= register.business_type == "catering"
    return np.flatnonzero(may & (rng.random(len(may)) < _TOURIST_SHARE))


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
