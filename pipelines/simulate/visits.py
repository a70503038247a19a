"""Who was visited, by whom, and what was found: outcomes only where somebody went."""

from dataclasses import dataclass
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
    day_number,
    only_where,
)
from pipelines.simulate.latent import chance, season
from pipelines.simulate.register import Register
from pipelines.simulate.staff import Staff

# Visits a month that an officer chooses, for a business of average looks.
ROUTINE_A_MONTH = 0.072
# Officers go where they fear: their view of the truth is blurred, and they remember.
VIEW_WEIGHT, VIEW_NOISE, MEMORY_WEIGHT = 0.30, 1.0, 0.45
# A serious finding counts for half after two years.
MEMORY_KEPT = 0.97
# Chance a month of being drawn in the double-random draw; the same for all.
DRAWN_A_MONTH = 0.016
# Most new businesses are seen when they are licensed; anybody may be in a campaign.
LICENSING_SHARE, SPECIAL_A_MONTH = 0.8, 0.004
CITY_SHARE, REFUSED_SHARE = 0.02, 0.0004
FULL_CHECKLIST = 0.7
# A re-inspection finds the fault mended, mostly.
FOLLOW_UP_SHARE, FOLLOW_UP_LOG_ODDS = 0.75, -1.3
LATE_SHARE = 0.02
# What is written at the door may reach the register within a week, or much later.
PROMPT_DAYS, LATE_DAYS = (0, 6), (30, 250)
KEY_ITEMS, GENERAL_ITEMS = 12, 40
# What a visit ends with: at least so many key and general items failed, worst first.
RESULTS = (
    ("STOP_NOW", 3, 0),
    ("INVESTIGATE", 1, 0),
    ("CORRECT_BY_DATE", 0, 4),
    ("CORRECT_ON_SPOT", 0, 1),
)


@dataclass(frozen=True)
class Errands:
    """Whom to visit, when and what for."""

    business: Ints
    day: Ints
    purpose: Text


@dataclass(frozen=True)
class Visits(Errands):
    """Visits made, as arrays: who went, and what they found."""

    lead: Ints
    second: Ints
    serious: Bools
    key: Ints
    general: Ints
    scored: Bools
    points: Floats


def make_visits(rng: np.random.Generator, block: Block, staff: Staff) -> Visits:
    """Walk through the months; each choice of visit depends on what came before.

    The visits come in the order of the mart's rows.
    """
    register = block.register
    memory = np.zeros(len(register.kind))
    found: list[Visits] = []
    for step, month in enumerate(block.months):
        truth = block.truth(step) + season(month.month)
        mended = truth + FOLLOW_UP_LOG_ODDS
        errands = chosen(rng, register, truth, memory, month)
        visits = _inspected(rng, register, staff, truth, errands)
        returns = _follow_ups(rng, visits)
        found += [visits, _inspected(rng, register, staff, mended, returns)]
        memory *= MEMORY_KEPT
        np.add.at(memory, visits.business, visits.serious.astype(float))
    return _all(found)


def chosen(
    rng: np.random.Generator,
    register: Register,
    truth: Floats,
    memory: Floats,
    month: date,
) -> Errands:
    """Choose the visits of a month: by fear, by lot, and by the calendar."""
    count, begin = len(truth), day_number(month)
    trades = register.trades_in(month)
    view = truth - truth.mean() + rng.normal(0, VIEW_NOISE, count)
    fear = np.exp(np.clip(VIEW_WEIGHT * view + MEMORY_WEIGHT * memory, -1.5, 1.5))
    is_feared = rng.random(count) < ROUTINE_A_MONTH * fear
    is_drawn = rng.random(count) < DRAWN_A_MONTH
    is_new = (register.opened > begin - 31) & (rng.random(count) < LICENSING_SHARE)
    is_special = rng.random(count) < SPECIAL_A_MONTH
    groups = {
        "routine": np.flatnonzero(trades & is_feared & ~is_drawn),
        "random": np.flatnonzero(trades & is_drawn),
        "licensing": np.flatnonzero(trades & is_new),
        "special": np.flatnonzero(trades & is_special),
    }
    who = np.concatenate(list(groups.values()))
    purpose = np.repeat(list(groups), [len(group) for group in groups.values()])
    return Errands(who, begin + rng.integers(0, 28, len(who)), purpose)


def _follow_ups(rng: np.random.Generator, visits: Visits) -> Errands:
    """Return to most places where something serious was found."""
    is_followed = rng.random(len(visits.day)) < FOLLOW_UP_SHARE
    again = np.flatnonzero(visits.serious & is_followed)
    later = visits.day[again] + rng.integers(10, 40, len(again))
    return Errands(visits.business[again], later, np.repeat(["follow_up"], len(again)))


def _inspected(
    rng: np.random.Generator,
    register: Register,
    staff: Staff,
    truth: Floats,
    errands: Errands,
) -> Visits:
    """Let two inspectors find what is there to find, as strictly as the first is."""
    count = len(errands.day)
    lead, second = staff.draw_pair(rng, register.street[errands.business])
    odds = truth[errands.business] + staff.severity[lead]
    serious = rng.random(count) < chance(odds)
    key = np.where(serious, 1 + rng.poisson(0.35, count), 0)
    general = general_failures(rng, odds)
    is_full = rng.random(count) < FULL_CHECKLIST
    return Visits(
        business=errands.business,
        day=errands.day,
        purpose=errands.purpose,
        lead=lead,
        second=second,
        serious=serious,
        key=key,
        general=general,
        scored=is_full & np.isin(errands.purpose, ["routine", "random"]),
        points=checklist_points(rng, key, general),
    )


def general_failures(rng: np.random.Generator, odds: Floats) -> Ints:
    """Draw how many general items fail: more where the log-odds are high."""
    rate = np.exp(np.clip(1.1 + 0.28 * (odds + 2.4), -2, 2.4))
    return np.minimum(rng.poisson(rate), GENERAL_ITEMS)


def checklist_points(rng: np.random.Generator, key: Ints, general: Ints) -> Floats:
    """Score a checklist from 0 to 60 in steps of a half."""
    exact = 5.5 * key + 1.1 * general + rng.normal(0, 1.0, len(key))
    points: Floats = np.round(np.clip(exact, 0, 60) * 2) / 2
    return points


def _all(parts: list[Visits]) -> Visits:
    columns = [
        np.concatenate([getattr(p, f) for p in parts])
        for f in Visits.__dataclass_fields__
    ]
    joined = Visits(*columns)
    order = np.lexsort((joined.business, joined.day))
    return Visits(*(getattr(joined, f)[order] for f in Visits.__dataclass_fields__))


def inspection_table(
    rng: np.random.Generator, block: Block, visits: Visits, staff: Staff
) -> pl.DataFrame:
    """Write visits as rows of mart.inspection."""
    register, at = block.register, visits.business
    count = len(at)
    recorded = visits.day + _delays(rng, count)
    probability = np.full(count, DRAWN_A_MONTH)
    return pl.DataFrame(
        {
            "inspection_id": codes(block.prefix("I"), np.arange(count), 7),
            "business_id": register.ids.gather(at),
            "inspected_on": dates(visits.day),
            "recorded_at": dates(recorded),
            "purpose": visits.purpose,
            "level": np.where(rng.random(count) < CITY_SHARE, "city", "district"),
            "office_id": codes("OFF", register.street[at], 2),
            "inspector_id": staff.ids[visits.lead],
            "second_inspector_id": staff.ids[visits.second],
            "is_full_checklist": visits.scored,
            "items_checked": np.where(
                visits.scored, KEY_ITEMS + GENERAL_ITEMS, rng.integers(8, 25, count)
            ),
            "key_failed": visits.key,
            "general_failed": visits.general,
            "checklist_points": only_where(visits.scored, visits.points),
            "result_code": _result_codes(visits),
            "is_serious": visits.serious,
            "is_refused": rng.random(count) < REFUSED_SHARE,
            "inclusion_probability": only_where(
                visits.purpose == "random", probability
            ),
        }
    )


def _delays(rng: np.random.Generator, count: int) -> Ints:
    prompt = rng.integers(*PROMPT_DAYS, count)
    late = rng.integers(*LATE_DAYS, count)
    return np.where(rng.random(count) < LATE_SHARE, late, prompt)


def _result_codes(visits: Visits) -> Text:
    reached = [
        (visits.key >= key) & (visits.general >= general) for _, key, general in RESULTS
    ]
    return np.select(reached, [code for code, _, _ in RESULTS], "NO_ISSUE")


def item_table(
    rng: np.random.Generator, visits: Visits, inspection: pl.DataFrame
) -> pl.DataFrame:
    """Write the items that failed; the same item fails again at the same business."""
    habit = rng.integers(0, GENERAL_ITEMS, int(visits.business.max(initial=0)) + 1)
    ids = inspection["inspection_id"]
    parts = []
    for severity, letter, failed, items in (
        ("key", "Z", visits.key, KEY_ITEMS),
        ("general", "Y", visits.general, GENERAL_ITEMS),
    ):
        times = np.minimum(failed, items)
        visit = np.repeat(np.arange(len(times)), times)
        first = np.cumsum(times) - times
        nth = np.arange(len(visit)) - np.repeat(first, times)
        number = (habit[visits.business[visit]] + nth * 7) % items + 1
        parts.append(
            pl.DataFrame(
                {
                    "inspection_id": ids.gather(visit),
                    "item_code": codes(letter, number, 2),
                    "severity": pl.repeat(severity, len(visit), eager=True),
                    "occurrences": pl.repeat(1, len(visit), eager=True),
                    "is_corrected": rng.random(len(visit)) < 0.5,
                }
            )
        )
    return pl.concat(parts).unique(
        ["inspection_id", "item_code"], keep="first", maintain_order=True
    )
