"""Who was visited, by whom, and what was found: outcomes only where somebody went."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.latent import chance, season
from pipelines.simulate.register import Register
from pipelines.simulate.staff import Staff

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Visits a month that an officer chooses, for a business of average looks.
ROUTINE_A_MONTH = 0.072
# Officers go where they fear: their view of the truth is blurred, and they remember.
VIEW_WEIGHT, VIEW_NOISE, MEMORY_WEIGHT = 0.30, 1.0, 0.45
# Chance a month of being drawn in the double-random draw; the same for all.
DRAWN_A_MONTH = 0.016
FULL_CHECKLIST = 0.7
# A re-inspection finds the fault mended, mostly.
FOLLOW_UP_SHARE, FOLLOW_UP_LOG_ODDS = 0.75, -1.3
LATE_SHARE = 0.02
KEY_ITEMS, GENERAL_ITEMS = 12, 40


@dataclass(frozen=True)
class Visits:
    """All visits of a block, as arrays in the order of the mart's rows."""

    business: Ints
    day: Ints
    purpose: npt.NDArray[np.str_]
    lead: Ints
    second: Ints
    serious: npt.NDArray[np.bool_]
    key: Ints
    general: Ints
    scored: npt.NDArray[np.bool_]
    points: Floats


def make_visits(
    rng: np.random.Generator,
    register: Register,
    log_odds: Floats,
    staff: Staff,
    months: list[date],
) -> Visits:
    """Walk through the months; each choice of visit depends on what came before."""
    memory = np.zeros(len(register.kind))
    found: list[Visits] = []
    for step, month in enumerate(months):
        truth = log_odds[step // 3] + season(month.month)
        who, purpose = _chosen(rng, register, truth, memory, month)
        day = _day(month) + rng.integers(0, 28, len(who))
        here = _inspected(rng, register, truth, staff, who, day, purpose)
        again = np.flatnonzero(here.serious & (rng.random(len(who)) < FOLLOW_UP_SHARE))
        later = day[again] + rng.integers(10, 40, len(again))
        back = np.full(len(again), "follow_up", dtype="<U10")
        found += [
            here,
            _inspected(
                rng,
                register,
                truth + FOLLOW_UP_LOG_ODDS,
                staff,
                who[again],
                later,
                back,
            ),
        ]
        memory *= 0.97
        np.add.at(memory, who, here.serious.astype(float))
    return _all(found)


def _chosen(
    rng: np.random.Generator,
    register: Register,
    truth: Floats,
    memory: Floats,
    month: date,
) -> tuple[Ints, npt.NDArray[np.str_]]:
    open_now = (register.opened <= _day(month)) & (register.closed > _day(month) + 28)
    view = truth - truth.mean() + rng.normal(0, VIEW_NOISE, len(truth))
    fear = np.exp(np.clip(VIEW_WEIGHT * view + MEMORY_WEIGHT * memory, -1.5, 1.5))
    routine = open_now & (rng.random(len(truth)) < ROUTINE_A_MONTH * fear)
    drawn = open_now & (rng.random(len(truth)) < DRAWN_A_MONTH)
    new = open_now & (register.opened > _day(month) - 31)
    licensed = new & (rng.random(len(truth)) < 0.8)
    special = open_now & (rng.random(len(truth)) < 0.004)
    groups = [
        (routine & ~drawn, "routine"),
        (drawn, "random"),
        (licensed, "licensing"),
        (special, "special"),
    ]
    who = np.concatenate([np.flatnonzero(mask) for mask, _ in groups])
    why = np.concatenate(
        [np.full(int(mask.sum()), text, dtype="<U10") for mask, text in groups]
    )
    return who, why


def _inspected(
    rng: np.random.Generator,
    register: Register,
    truth: Floats,
    staff: Staff,
    who: Ints,
    day: Ints,
    purpose: npt.NDArray[np.str_],
) -> Visits:
    lead, second = staff.draw_pair(rng, register.street[who])
    odds = truth[who] + staff.severity[lead]
    serious = rng.random(len(who)) < chance(odds)
    key = np.where(serious, 1 + rng.poisson(0.35, len(who)), 0)
    general = np.minimum(
        rng.poisson(np.exp(np.clip(1.1 + 0.28 * (odds + 2.4), -2, 2.4))), GENERAL_ITEMS
    )
    scored = (rng.random(len(who)) < FULL_CHECKLIST) & np.isin(
        purpose, ["routine", "random"]
    )
    points = (
        np.round(
            np.clip(5.5 * key + 1.1 * general + rng.normal(0, 1.0, len(who)), 0, 60) * 2
        )
        / 2
    )
    return Visits(
        who, day, purpose, lead, second, serious, key, general, scored, points
    )


def _all(parts: list[Visits]) -> Visits:
    columns = [
        np.concatenate([getattr(p, f) for p in parts])
        for f in Visits.__dataclass_fields__
    ]
    joined = Visits(*columns)
    order = np.lexsort((joined.business, joined.day))
    return Visits(*(getattr(joined, f)[order] for f in Visits.__dataclass_fields__))


def inspection_table(
    rng: np.random.Generator,
    register: Register,
    visits: Visits,
    staff: Staff,
    prefix: str,
) -> pl.DataFrame:
    """Write visits as rows of mart.inspection."""
    count = len(visits.day)
    quick = rng.integers(0, 6, count)
    late = rng.integers(30, 250, count)
    recorded = visits.day + np.where(rng.random(count) < LATE_SHARE, late, quick)
    is_random = visits.purpose == "random"
    code = np.select(
        [visits.key >= 3, visits.key >= 1, visits.general >= 4, visits.general >= 1],
        ["STOP_NOW", "INVESTIGATE", "CORRECT_BY_DATE", "CORRECT_ON_SPOT"],
        "NO_ISSUE",
    )
    return pl.DataFrame(
        {
            "inspection_id": np.char.add(
                prefix, np.char.zfill(np.arange(count).astype(str), 7)
            ),
            "business_id": register.ids.gather(visits.business),
            "inspected_on": _dates(visits.day),
            "recorded_at": _dates(recorded),
            "purpose": visits.purpose,
            "level": np.where(rng.random(count) < 0.02, "city", "district"),
            "office_id": np.char.add(
                "OFF", np.char.zfill(register.street[visits.business].astype(str), 2)
            ),
            "inspector_id": staff.ids[visits.lead],
            "second_inspector_id": staff.ids[visits.second],
            "is_full_checklist": visits.scored,
            "items_checked": np.where(
                visits.scored, KEY_ITEMS + GENERAL_ITEMS, rng.integers(8, 25, count)
            ),
            "key_failed": visits.key,
            "general_failed": visits.general,
            "checklist_points": pl.Series(visits.points).set(
                pl.Series(~visits.scored), None
            ),
            "result_code": code,
            "is_serious": visits.serious,
            "is_refused": rng.random(count) < 0.0004,
            "inclusion_probability": pl.Series(np.full(count, DRAWN_A_MONTH)).set(
                pl.Series(~is_random), None
            ),
        }
    )


def item_table(
    rng: np.random.Generator, visits: Visits, inspection: pl.DataFrame
) -> pl.DataFrame:
    """Write the items that failed; the same item fails again at the same business."""
    habit = rng.integers(0, GENERAL_ITEMS, int(visits.business.max(initial=0)) + 1)
    ids = inspection["inspection_id"]
    parts = []
    for severity, failed, items in (
        ("key", visits.key, KEY_ITEMS),
        ("general", visits.general, GENERAL_ITEMS),
    ):
        visit = np.repeat(np.arange(len(failed)), np.minimum(failed, items))
        first = np.r_[0, np.cumsum(np.minimum(failed, items))[:-1]]
        nth = np.arange(len(visit)) - np.repeat(first, np.minimum(failed, items))
        number = (habit[visits.business[visit]] + nth * 7) % items + 1
        parts.append(
            pl.DataFrame(
                {
                    "inspection_id": ids.gather(visit),
                    "item_code": np.char.add(
                        "Z" if severity == "key" else "Y",
                        np.char.zfill(number.astype(str), 2),
                    ),
                    "severity": severity,
                    "occurrences": 1,
                    "is_corrected": rng.random(len(visit)) < 0.5,
                }
            )
        )
    return pl.concat(parts).unique(
        ["inspection_id", "item_code"], keep="first", maintain_order=True
    )


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _dates(days: Ints) -> pl.Series:
    return pl.Series(days.astype(np.int32)).cast(pl.Date)
