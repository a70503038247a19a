"""A district that answers: outcomes only where somebody went, and told late.

A policy says who is visited on which day; what is found follows from the trouble that
stands there. Whatever does not depend on the visits (complaints, samples, the register,
trouble that begins, who would go and how closely they would look) is drawn once, so that
two policies meet the same district and differ by their own doing alone.
"""

import heapq
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import date

import numpy as np
import polars as pl

from features.schema import Facts, schema
from pipelines.simulate import visits
from pipelines.simulate.columns import Floats, Ints, day_number
from pipelines.simulate.latent import chance, season
from pipelines.simulate.penalties import penalty_table
from pipelines.simulate.troubles import Case
from pipelines.simulate.unvisited import District, month_after
from pipelines.simulate.visits import Visits

# Log-odds that an inspector of usual strictness sees the trouble that stands there.
SEEN_LOG_ODDS = 2.0
PLANNED = ("routine", "random")
PLAN = {
    "business_id": pl.String,
    "visit_on": pl.Date,
    "purpose": pl.String,
    "inclusion_probability": pl.Float64,
}
_NO_COMPLAINT = ""


@dataclass(frozen=True, order=True)
class _Errand:
    """A visit to be made; the earliest first, and always in the same order."""

    day: int
    business: int
    purpose: str
    complaint: str = _NO_COMPLAINT
    inclusion: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class _Doors:
    """What would happen at every door in a month, if somebody knocked."""

    lead: Ints
    second: Ints
    overlooked: Floats  # how much must be seen for trouble to be found
    key: Ints
    general: Ints
    later: Ints  # days until the follow-up, 0 for none
    is_full: np.ndarray

    @classmethod
    def of(cls, district: District, step: int) -> "_Doors":
        rng, block = district.rng(0, step), district.block
        count = len(block.register.kind)
        lead, second = district.people.draw_pair(rng, block.register.street)
        odds = block.truth(step) + season(block.months[step].month)
        odds = odds + district.people.severity[lead]
        follows = rng.random(count) < visits.FOLLOW_UP_SHARE
        return cls(
            lead=lead,
            second=second,
            overlooked=rng.random(count),
            key=1 + rng.poisson(0.35, count),
            general=visits.general_failures(rng, odds),
            later=np.where(follows, rng.integers(10, 40, count), 0),
            is_full=rng.random(count) < visits.FULL_CHECKLIST,
        )


class Environment:
    """A district on its way through time, visited as it is told."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.today = day_number(district.block.months[0])
        self._ahead: list[_Errand] = [
            _Errand(day_number(day), district.place[business], "complaint", number)
            for number, business, day in district.checks.select(
                "complaint_id", "business_id", "verified_on"
            ).iter_rows()
        ]
        heapq.heapify(self._ahead)
        self._mended: dict[int, tuple[int, ...]] = {}
        self._verified: dict[str, bool] = {}
        self._parts = 0
        self._tables: dict[str, tuple[pl.DataFrame, ...]] = dict.fromkeys(
            ("inspection", "inspection_item", "penalty"), ()
        )

    def fork(self) -> "Environment":
        """Give another district with the same past and a future of its own."""
        other = copy(self)
        other._ahead = list(self._ahead)
        other._mended, other._verified = dict(self._mended), dict(self._verified)
        other._tables = dict(self._tables)
        return other

    def advance(self, plan: pl.DataFrame, until: date) -> None:
        """Let time pass up to a day; make the visits of the plan and those of duty.

        The plan has the columns of PLAN. Checks of reports, follow-ups and visits to new
        businesses are made whatever the plan says.
        """
        place, end = self.district.place, day_number(until)
        ids, days, *rest = (plan[name] for name in PLAN)
        for number, day, purpose, inclusion in zip(ids, days, *rest, strict=True):
            errand = _Errand(
                day_number(day), place[number], purpose, _NO_COMPLAINT, inclusion
            )
            heapq.heappush(self._ahead, errand)
        for errand in self._licensing(end):
            heapq.heappush(self._ahead, errand)
        self._keep(self._made(end, is_planned=True))
        self.today = end

    def live_as_usual(self, until: date) -> None:
        """Let officers go where they fear and where the lot falls, as they always did."""
        district, memory = self.district, np.zeros(len(self.district.place))
        for step, month in enumerate(district.block.months):
            if month >= until:
                break
            truth = district.block.truth(step) + season(month.month)
            chosen = visits.chosen(
                district.rng(1, step), district.block.register, truth, memory, month
            )
            for business, day, purpose in zip(
                chosen.business, chosen.day, chosen.purpose, strict=True
            ):
                share = visits.DRAWN_A_MONTH if purpose == "random" else None
                heapq.heappush(
                    self._ahead,
                    _Errand(int(day), int(business), str(purpose), "", share),
                )
            end = day_number(month_after(month, 1))
            made = self._made(end, is_planned=False)
            memory *= visits.MEMORY_KEPT
            np.add.at(memory, made[0].business, made[0].serious.astype(float))
            self._keep(made)
            self.today = end

    def facts(self) -> Facts:
        """Give what is on record today: nothing that happened or was told later."""
        tables = {
            **self.district.tables,
            "complaint": self._complaints(),
            **{
                name: pl.concat(parts) if parts else _mart(name, None)
                for name, parts in self._tables.items()
            },
        }
        today = pl.lit(self.today, pl.Int32).cast(pl.Date)
        return Facts(
            **{
                table.name: _on_record(_mart(table.name, tables.get(table.name)), today)
                for table in fields(Facts)
            }
        )

    def hands(self) -> dict[str, pl.DataFrame]:
        """Give who may go: inspectors, offices, leave (nobody's) and conflicts."""
        tables = self.district.tables
        streets = pl.Series(np.unique(self.district.block.register.street_code))
        here = tables["office"].filter(pl.col("street_code").is_in(streets.implode()))
        staff_here = tables["inspector"].join(here, on="office_id", how="semi")
        return {
            "staff": _mart("inspector", staff_here),
            "offices": _mart("office", here),
            "leave": _mart("inspector_leave", None),
            "conflicts": _mart("conflict_of_interest", tables["conflict_of_interest"]),
        }

    def propensity(self) -> pl.DataFrame:
        """Tell the truth of this month: how prone to trouble each business is."""
        step = min(self.district.step(self.today), len(self.district.block.months) - 1)
        month = self.district.block.months[step].month
        odds = self.district.block.truth(step) + season(month)
        return self._told(probability=pl.Series(chance(odds)))

    def would_find(self) -> pl.DataFrame:
        """Tell what a visit to everybody today would find, by usual inspectors."""
        seen = float(chance(np.array(SEEN_LOG_ODDS)))
        standing = [
            seen * (self._standing(business, self.today) is not None)
            for business in range(len(self.district.place))
        ]
        return self._told(probability=pl.Series(standing))

    def cases(self, begin: date) -> list[Case]:
        """List the trouble that stood from a day to today, by the truth."""
        first = day_number(begin)
        return [
            replace(case, begin=case.begin, end=min(case.end, self.today))
            for business in range(len(self.district.place))
            for case in self.district.troubles.cases(
                business, self._mended.get(business, ())
            )
            if case.end > first and case.begin < self.today
        ]

    def visits(self) -> pl.DataFrame:
        """List every visit made, recorded or not."""
        return pl.concat(self._tables["inspection"])

    def _told(self, **columns: pl.Series) -> pl.DataFrame:
        ids = self.district.block.register.ids
        return pl.DataFrame({"business_id": ids, **columns})

    def _licensing(self, end: int) -> Iterable[_Errand]:
        """See most new businesses within a month of their opening."""
        register = self.district.block.register
        rng = self.district.rng(2)
        is_seen = rng.random(len(register.kind)) < visits.LICENSING_SHARE
        day = register.opened + rng.integers(1, 28, len(register.kind))
        due = is_seen & (day >= self.today) & (day < end)
        return [
            _Errand(int(day[at]), int(at), "licensing") for at in np.flatnonzero(due)
        ]

    def _standing(self, business: int, day: int) -> tuple[int, int] | None:
        last = self._mended.get(business, (0,))[-1]
        return self.district.troubles.standing(business, day, last)

    def _made(self, end: int, *, is_planned: bool) -> tuple[Visits, list[float | None]]:
        """Make the visits due before a day, one after the other."""
        doors: dict[int, _Doors] = {}
        errands: list[_Errand] = []
        serious: list[bool] = []
        while self._ahead and self._ahead[0].day < end:
            errand = heapq.heappop(self._ahead)
            if not self._is_open(errand):
                continue
            step = self.district.step(errand.day)
            if step not in doors:
                doors[step] = _Doors.of(self.district, step)
            errands.append(errand)
            serious.append(self._finds(errand, doors[step]))
        made = self._visits(errands, serious, doors, is_planned=is_planned)
        return made, [errand.inclusion for errand in errands]

    def _is_open(self, errand: _Errand) -> bool:
        register = self.district.block.register
        opened, closed = register.opened, register.closed
        return bool(opened[errand.business] <= errand.day < closed[errand.business])

    def _finds(self, errand: _Errand, doors: _Doors) -> bool:
        """Look for trouble; what is found is mended, and mostly looked after."""
        at = errand.business
        seen = chance(SEEN_LOG_ODDS + self.district.people.severity[doors.lead[at]])
        stands = self._standing(at, errand.day) is not None
        found = bool(stands and doors.overlooked[at] < seen)
        if found:
            self._mended[at] = (*self._mended.get(at, ()), errand.day)
            if doors.later[at]:
                again = errand.day + int(doors.later[at])
                heapq.heappush(self._ahead, _Errand(again, at, "follow_up"))
        if errand.complaint:
            self._verified[errand.complaint] = found
        return found

    def _visits(
        self,
        errands: list[_Errand],
        serious: list[bool],
        doors: dict[int, _Doors],
        *,
        is_planned: bool,
    ) -> Visits:
        """Write down what was found at each door."""
        business = np.array([e.business for e in errands], dtype=np.int64)
        day = np.array([e.day for e in errands], dtype=np.int64)
        purpose = np.array([e.purpose for e in errands], dtype=np.str_)
        at = [doors[self.district.step(e.day)] for e in errands]

        def met(name: str) -> np.ndarray:
            pairs = zip(at, business, strict=True)
            return np.array([getattr(d, name)[b] for d, b in pairs], dtype=np.int64)

        found = np.array(serious, dtype=bool)
        key = np.where(found, met("key"), 0)
        is_full = met("is_full").astype(bool) | is_planned
        rng = self.district.rng(3, self._parts)
        return Visits(
            business=business,
            day=day,
            purpose=purpose,
            lead=met("lead"),
            second=met("second"),
            serious=found,
            key=key,
            general=met("general"),
            scored=is_full & np.isin(purpose, PLANNED),
            points=visits.checklist_points(rng, key, met("general")),
        )

    def _keep(self, made: tuple[Visits, list[float | None]]) -> None:
        """Put visits on record, with what follows from them."""
        found, inclusion = made
        district, rng = self.district, self.district.rng(4, self._parts)
        block = replace(district.block, number=self._parts)
        self._parts += 1
        inspection = visits.inspection_table(
            rng, block, found, district.people
        ).with_columns(inclusion_probability=pl.Series(inclusion, dtype=pl.Float64))
        # Habits are drawn first and from the same chance, so that they stay.
        items = visits.item_table(district.rng(5), found, inspection)
        nothing = district.tables["sampling_result"].clear()
        samples = nothing if self._parts > 1 else district.tables["sampling_result"]
        penalty = penalty_table(rng, block, found, samples)
        new = {"inspection": inspection, "inspection_item": items, "penalty": penalty}
        for name, frame in new.items():
            self._tables[name] = (*self._tables[name], _mart(name, frame))

    def _complaints(self) -> pl.DataFrame:
        """Give the complaints with what their checks found, where somebody checked."""
        checked = pl.DataFrame(
            {
                "complaint_id": list(self._verified),
                "is_true": list(self._verified.values()),
            },
            schema={"complaint_id": pl.String, "is_true": pl.Boolean},
        )
        return (
            self.district.tables["complaint"]
            .join(checked, on="complaint_id", how="left", maintain_order="left")
            .with_columns(
                is_verified="is_true",
                verified_on=pl.when(pl.col("is_true").is_not_null()).then(
                    "verified_on"
                ),
            )
        )


def _mart(name: str, frame: pl.DataFrame | None) -> pl.DataFrame:
    """Arrange a frame in the columns and types of a mart table."""
    table = schema()[f"mart.{name}"]
    if frame is None:
        return table.empty()
    return frame.select(
        (pl.col(c.name) if c.name in frame.columns else pl.lit(None))
        .cast(c.dtype)
        .alias(c.name)
        for c in table.columns.values()
    )


def _on_record(frame: pl.DataFrame, today: pl.Expr) -> pl.DataFrame:
    """Keep what was recorded before today; nobody knows yet who will close."""
    known = frame
    if "recorded_at" in frame.columns:
        known = known.filter(pl.col("recorded_at") < today)
    for later in ("closed_on", "withdrawn_on", "disposed_on", "final_on"):
        if later in frame.columns:
            known = known.with_columns(pl.when(pl.col(later) < today).then(later))
    return known
