"""Certificates, sunshine kitchens, insurance, training, and decisions of officers."""

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.kinds import KINDS
from pipelines.simulate.places import STREETS
from pipelines.simulate.register import Register

Floats = npt.NDArray[np.float64]

_WITH_KITCHEN = {
    "restaurant_xl",
    "restaurant_l",
    "central_kitchen",
    "collective_delivery",
    "school_canteen",
    "eldercare_canteen",
}
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
_COMMUNITIES_A_STREET = 14


def certificate_table(
    rng: np.random.Generator, register: Register, begin: date
) -> pl.DataFrame:
    """Give some producers, canteens and large kitchens a certificate."""
    who = _of(
        register,
        {
            "food_producer",
            "health_food_producer",
            "central_kitchen",
            "restaurant_xl",
            "school_canteen",
        },
    )
    who = who[rng.random(len(who)) < 0.35]
    start = _day(begin) + rng.integers(-300, 1200, len(who))
    return pl.DataFrame(
        {
            "certificate_id": np.char.add(
                register.ids.gather(who).to_numpy().astype(str), "-C"
            ),
            "business_id": register.ids.gather(who),
            "kind": np.array(["HACCP", "ISO22000", "GMP", "ISO9001"])[
                rng.choice(4, len(who), p=[0.4, 0.35, 0.1, 0.15])
            ],
            "valid_from": _dates(start),
            "valid_to": _dates(start + 1095),
            "recorded_at": _dates(start + rng.integers(1, 40, len(who))),
        }
    )


def connection_table(
    rng: np.random.Generator, register: Register, log_odds: Floats, months: list[date]
) -> pl.DataFrame:
    """Write how many days a month each connected kitchen was online."""
    who = _of(register, _WITH_KITCHEN)
    start = rng.integers(0, 40, len(who))
    parts = []
    for step, month in enumerate(months):
        here = who[
            (start <= step)
            & (register.closed[who] > _day(month))
            & (register.opened[who] < _day(month))
        ]
        truth = log_odds[step // 3][here]
        trading = rng.integers(20, 27, len(here))
        share = 1 / (1 + np.exp(-(2.6 - 0.4 * (truth - log_odds[step // 3].mean()))))
        parts.append(
            pl.DataFrame(
                {
                    "business_id": register.ids.gather(here),
                    "month": pl.Series([month] * len(here), dtype=pl.Date),
                    "online_days": rng.binomial(trading, share),
                    "business_days": trading,
                    "recorded_at": pl.Series(
                        [month] * len(here), dtype=pl.Date
                    ).dt.offset_by("1mo2d"),
                }
            )
        )
    return pl.concat(parts)


def policy_table(
    rng: np.random.Generator, register: Register, begin: date, years: int
) -> pl.DataFrame:
    """Write yearly policies; a few are not renewed."""
    parts = []
    for subtype, share in _WITH_POLICY.items():
        who = _of(register, {subtype})
        for year in range(years):
            insured = who[rng.random(len(who)) < share * (0.8 + 0.05 * year)]
            start = _day(date(begin.year + year, 1, 1)) + rng.integers(
                0, 90, len(insured)
            )
            parts.append(
                pl.DataFrame(
                    {
                        "policy_id": np.char.add(
                            register.ids.gather(insured).to_numpy().astype(str),
                            f"-P{begin.year + year}",
                        ),
                        "business_id": register.ids.gather(insured),
                        "kind": "public_interest"
                        if subtype.endswith(("canteen", "market"))
                        else "commercial",
                        "valid_from": _dates(start),
                        "valid_to": _dates(start + 364),
                        "recorded_at": _dates(
                            start + rng.integers(0, 20, len(insured))
                        ),
                    }
                )
            )
    return pl.concat(parts, how="vertical_relaxed")


def training_table(
    rng: np.random.Generator,
    register: Register,
    log_odds: Floats,
    months: list[date],
    prefix: str,
) -> pl.DataFrame:
    """Write manager checks of businesses, and publicity and lessons in communities."""
    who, day, odds = [], [], []
    for step, month in enumerate(months):
        here = np.flatnonzero(
            (rng.random(len(register.kind)) < 0.008)
            & (register.opened < _day(month))
            & (register.closed > _day(month) + 28)
        )
        who.append(here)
        day.append(_day(month) + rng.integers(0, 28, len(here)))
        odds.append(log_odds[step // 3][here] - log_odds[step // 3].mean())
    business, held = np.concatenate(who), np.concatenate(day)
    passed = rng.random(len(business)) < 1 / (
        1 + np.exp(-(1.9 - 0.5 * np.concatenate(odds)))
    )
    checks = pl.DataFrame(
        {
            "business_id": register.ids.gather(business),
            "held_on": _dates(held),
            "recorded_at": _dates(held + rng.integers(0, 6, len(held))),
            "kind": "skill_check",
            "is_passed": passed,
        }
    )
    return (
        pl.concat([checks, _publicity(rng, months)], how="diagonal_relaxed")
        .sort("held_on", maintain_order=True)
        .select(
            pl.concat_str(
                pl.lit(prefix), pl.int_range(pl.len()).cast(pl.String).str.zfill(7)
            ).alias("event_id"),
            pl.all(),
        )
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
            "ground": "R29-1",
            "decided_on": _dates(decided),
            "recorded_at": _dates(decided),
            "grade_year": until.year,
            "shift": shift,
            "officer": np.char.add(
                "OFFICER", rng.integers(1, 9, grave.height).astype(str)
            ),
            "reason": np.where(
                shift == 0, "情节较轻，不予上调", "处罚决定认定为故意，按规定上调"
            ),
        }
    )


def _publicity(rng: np.random.Generator, months: list[date]) -> pl.DataFrame:
    rows = []
    for month in months[::3]:
        for street in STREETS:
            for number in rng.choice(_COMMUNITIES_A_STREET, 8, replace=False):
                day = _day(month) + int(rng.integers(0, 85))
                community = f"{street.name.replace('街道', '')}第{number + 1}社区"
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


def _of(register: Register, subtypes: set[str]) -> npt.NDArray[np.int64]:
    chosen = np.array([k.subtype in subtypes for k in KINDS])
    return np.flatnonzero(chosen[register.kind])


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _dates(days: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series(days.astype(np.int32)).cast(pl.Date)
