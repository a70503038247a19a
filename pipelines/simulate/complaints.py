"""What people complain about and report; much of it says nothing about the food."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.block import Block, Events
from pipelines.simulate.columns import (
    Bools,
    Floats,
    Ints,
    Text,
    dates,
    numbered,
    only_where,
)
from pipelines.simulate.grievances import grievances
from pipelines.simulate.latent import chance
from pipelines.simulate.words import people

# An average shop is complained about once in three and a half years.
COMPLAINTS_A_MONTH = 0.024
TYPICAL_AREA_M2 = 150
SHARES = {
    "foreign_matter": 0.14,
    "spoiled": 0.12,
    "illness": 0.06,
    "expired": 0.10,
    "hygiene": 0.12,
    "pests": 0.07,
    "licence": 0.04,
    "label": 0.07,
    "price": 0.14,
    "service": 0.10,
    "other": 0.04,
}
# Complaints about the food itself follow the truth; those about prices do not.
ABOUT_THE_FOOD = {
    "foreign_matter",
    "spoiled",
    "illness",
    "expired",
    "hygiene",
    "pests",
}
REPORT_SHARE, CHECKED_SHARE = 0.3, 0.9
# Some name a shop that nobody can find.
UNKNOWN_SHARE = 0.05


def complaint_table(
    rng: np.random.Generator, block: Block, business: pl.DataFrame
) -> pl.DataFrame:
    """Invent complaints and reports, with who made them."""
    register = block.register
    made = _made(rng, block)
    count, at = len(made), made.business
    category = _categories(rng, made.excess)
    is_report = rng.random(count) < REPORT_SHARE
    is_verified = _findings(rng, is_report, made.excess)
    is_checked = is_verified.is_not_null().to_numpy()
    is_known = rng.random(count) >= UNKNOWN_SHARE
    person, phone = people(rng, count)
    frame = pl.DataFrame(
        {
            "business_id": only_where(is_known, register.ids.gather(at)),
            "received_on": dates(made.day),
            "recorded_at": dates(made.day + rng.integers(0, 5, count)),
            "kind": np.where(is_report, "report", "complaint"),
            "category": category,
            "text": grievances(rng, category, register, at),
            "street_code": register.street_code[at],
            "lon": business["lon"].gather(at),
            "lat": business["lat"].gather(at),
            "is_verified": is_verified,
            "verified_on": only_where(
                is_checked, dates(made.day + rng.integers(7, 30, count))
            ),
            "complainant_name": person,
            "complainant_phone": phone,
        }
    )
    return numbered(frame, "complaint_id", block.prefix("C"), "received_on")


def _made(rng: np.random.Generator, block: Block) -> Events:
    """Let people complain, more where the truth is worse and the shop larger."""
    register = block.register
    size = np.clip((register.area / TYPICAL_AREA_M2) ** 0.4, 0.4, 4)

    def struck(excess: Floats, month: date) -> Ints:
        rate = COMPLAINTS_A_MONTH * size * np.exp(np.clip(0.55 * excess, -2, 2))
        times = rng.poisson(rate * register.trades_in(month))
        return np.repeat(np.arange(len(rate)), times)

    return block.events(rng, struck)


def _categories(rng: np.random.Generator, excess: Floats) -> Text:
    """Draw what each is about: the worse the shop, the more often its food."""
    names = np.array(list(SHARES))
    follows = np.isin(names, list(ABOUT_THE_FOOD))
    weight = np.array(list(SHARES.values())) * np.exp(
        np.clip(excess, -2, 2)[:, None] * 0.5 * follows
    )
    cut = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    at = (rng.random((len(excess), 1)) > cut).sum(axis=1)
    category: Text = names[at.clip(0, len(names) - 1)]
    return category


def _findings(rng: np.random.Generator, is_report: Bools, excess: Floats) -> pl.Series:
    """Check most reports and no mere complaint; true more often of the worse shops."""
    is_checked = is_report & (rng.random(len(excess)) < CHECKED_SHARE)
    is_true = rng.random(len(excess)) < chance(-0.9 + 0.8 * excess)
    return only_where(is_checked, is_true)
