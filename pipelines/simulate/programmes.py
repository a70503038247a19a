"""Certificates, insurance, training, and decisions of officers."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import (
    Floats,
    Ints,
    codes,
    dates,
    day_number,
    drawn,
)
from pipelines.simulate.latent import chance
from pipelines.simulate.places import (
    COMMUNITIES_A_STREET,
    STREETS,
    community_name,
)
from pipelines.simulate.register import Register

_CERTIFIED_SHARE = 0.35
_CERTIFIED = {
    "food_producer",
    "health_food_producer",
    "central_kitchen",
    "restaurant_xl",
    "school_canteen",
}
_STANDARDS = {"HACCP": 0.4, "ISO22000": 0.35, "GMP": 0.1, "ISO9001": 0.15}
_WITH_POLICY = {
    "school_canteen": 0.95,
    "eldercare_canteen": 0.85,
    "farm_market": 0.8,
    "central_kitchen": 0.7,
    "collective_delivery": 0.7,
    "restaurant_xl": 0.4,
    "food_producer": 0.5,
    "health_food_producer": 0.8,
}
_CHECKED_A_MONTH = 0.008


def certificate_table(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Give some producers, canteens and large kitchens a certificate."""
    who = _of(block.register, _CERTIFIED)
    who = who[rng.random(len(who)) < _CERTIFIED_SHARE]
    start = day_number(block.months[0]) + rng.integers(-300, 1200, len(who))
    return pl.DataFrame(
        {
            "certificate_id": _numbers(block.register, who, "-C"),
            "business_id": block.register.ids.gather(who),
            "kind": drawn(rng, _STANDARDS, len(who)),
            "valid_from": dates(start),
            "valid_to": dates(start + 1095),
            "recorded_at": dates(start + rng.integers(1, 40, len(who))),
        }
    )


def policy_table(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Write yearly policies; a few are not renewed."""
    first = block.months[0].year
    parts = []
    for subtype, share in _WITH_POLICY.items():
        who = _of(block.register, {subtype})
        is_public = subtype.endswith(("canteen", "market"))
        kind = "public_interest" if is_public else "commercial"
        for passed in range(len(block.months) // 12):
            year = first + passed
            insured = who[rng.random(len(who)) < share * (0.8 + 0.05 * passed)]
            start = day_number(date(year, 1, 1)) + rng.integers(0, 90, len(insured))
            parts.append(
                pl.DataFrame(
                    {
                        "policy_id": _numbers(block.register, insured, f"-P{year}"),
                        "business_id": block.register.ids.gather(insured),
                        "kind": pl.repeat(kind, len(insured), eager=True),
                        "valid_from": dates(start),
                        "valid_to": dates(start + 364),
                        "recorded_at": dates(start + rng.integers(0, 20, len(insured))),
                    }
                )
            )
    return pl.concat(parts)


def training_table(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Write manager checks of businesses, and publicity and lessons in communities."""
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(7)
    return (
        pl.concat(
            [_skill_checks(rng, block), _publicity(rng, block.months)],
            how="diagonal_relaxed",
        )
        .sort("held_on", maintain_order=True)
        .select(
            pl.concat_str(pl.lit(block.prefix("T")), number).alias("event_id"),
            pl.all(),
        )
    )


def _skill_checks(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    register = block.register

    def struck(excess: Floats, month: date) -> Ints:
        first = day_number(month)
        is_open = (register.opened < first) & (register.closed > first + 28)
        return np.flatnonzero((rng.random(len(excess)) < _CHECKED_A_MONTH) & is_open)

    held = block.events(rng, struck)
    is_passed = rng.random(len(held)) < chance(1.9 - 0.5 * held.excess)
    return pl.DataFrame(
        {
            "business_id": register.ids.gather(held.business),
            "held_on": dates(held.day),
            "recorded_at": dates(held.day + rng.integers(0, 6, len(held))),
            "kind": pl.repeat("skill_check", len(held), eager=True),
            "is_passed": is_passed,
        }
    )


def decision_table(
    rng: np.random.Generator, penalty: pl.DataFrame, until: date
) -> pl.DataFrame:
    """Let officers decide on some recommendations of the last year."""
    grave = penalty.filter(
        "is_intentional",
        pl.col("withdrawn_on").is_null(),
        pl.col("decided_on") >= date(until.year - 1, 1, 1),
        pl.col("decided_on") < date(until.year - 1, 11, 1),
    ).unique("business_id", keep="first", maintain_order=True)
    grave = grave.filter(pl.Series(rng.random(grave.height) < 0.6))
    shift = rng.choice([0, 1, 2], grave.height, p=[0.15, 0.65, 0.2])
    decided = grave["recorded_at"].to_physical().to_numpy() + rng.integers(
        10, 40, grave.height
    )
    return pl.DataFrame(
        {
            "business_id": grave["business_id"],
            "ground": pl.repeat("R29-1", grave.height, eager=True),
            "decided_on": dates(decided),
            "recorded_at": dates(decided),
            "grade_year": pl.repeat(until.year, grave.height, eager=True),
            "shift": shift,
            "officer": codes("OFFICER", rng.integers(1, 9, grave.height), 1),
            "reason": np.where(
                shift == 0, "情节较轻，不予上调", "处罚决定认定为故意，按规定上调"
            ),
        }
    )


def _publicity(rng: np.random.Generator, months: list[date]) -> pl.DataFrame:
    rows = []
    for month in months[::3]:
        for street in STREETS:
            for number in rng.choice(COMMUNITIES_A_STREET, 8, replace=False):
                day = day_number(month) + int(rng.integers(0, 85))
                community = community_name(street.name, int(number))
                rows.append((day, day + 3, "publicity", street.code, community))
    schema = {
        "held_on": pl.Int32,
        "recorded_at": pl.Int32,
        "kind": pl.String,
        "street_code": pl.String,
        "community": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.col("held_on", "recorded_at").cast(pl.Date)
    )


def _of(register: Register, subtypes: set[str]) -> Ints:
    return np.flatnonzero(np.isin(register.subtype, list(subtypes)))


def _numbers(register: Register, who: Ints, ending: str) -> np.ndarray:
    return np.char.add(register.ids.gather(who).to_numpy().astype(str), ending)
