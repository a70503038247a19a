"""What the law files say that the checker measures by, read once for the day of a plan.

Reading the law is shared with the planner; what is made of it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from models.clauses import Frequency
from models.plan_clauses import Amounts, Campaign, ClosedSeason
from models.rules import RuleSet
from pipelines.plan_checker.written import Business

# Levels above the district's own; the law's words, not a number of it.
HIGHER_LEVELS = frozenset({"city", "province", "nation"})
# Checklists that cover all items, and those that repeat none of a full one.
FULL_CHECKLISTS = frozenset({"full", "full_skill"})
FOLLOW_UP, SCHOOL_TERM = "follow_up", "school_term"
# Duties that end on a day of their own, not with the year.
DATED = frozenset({"legal_floor", "new_small", FOLLOW_UP, SCHOOL_TERM})
_WEEKDAYS = 5

# The law rule that a broken rule rests on; a bookkeeping rule rests on none.
ARTICLES: Mapping[str, str] = {
    "two_inspectors": "draw.min_inspectors",
    "conflict": "draw.conflict",
    "inspector_office": "draw.pool",
    "weekly_hours": "plan.field_days_a_week",
    "minutes": "plan.minutes",
    "minimum_gap": "plan.gap_weeks",
    "higher_level": "draw.no_repeat_months",
    "closed_season": "plan.closed.summer",
    "full_checklist": "visits.full_checklist_every_years",
    "legal_floor": "visits.full_checklist_every_years",
    "new_small": "small.first_check_months",
    "follow_up": "plan.follow_up_days",
    "school_term": "plan.term.spring",
    "key_supervision": "plan.key_visits",
    "system_inspection": "plan.system_every_years",
    "skill_check": "plan.skill_every_months",
    "grade_a": "visits.o115",
    "grade_b": "visits.o115",
    "grade_c": "visits.o115",
    "grade_d": "visits.o115",
    "campaign": "plan.priority",
    "random": "plan.random_share",
    "shortage": "plan.priority",
}


@dataclass(frozen=True)
class Window:
    """A campaign or a term in the days of one year."""

    rule: str
    requirement: str
    first: date
    last: date
    campaign: Campaign

    def targets(self, business: Business) -> bool:
        """Tell whether a business is of the group; an empty list names everybody.

        A list of types and a list of subtypes add to each other.
        """
        named = self.campaign
        if named.grades and business.risk_grade not in named.grades:
            return False
        if not (named.business_types or named.subtypes):
            return True
        return (
            business.business_type in named.business_types
            or business.subtype in named.subtypes
        )


@dataclass(frozen=True)
class Limits:
    """The numbers and lists of the law files in force on the day of the plan."""

    law: RuleSet
    year: int

    @cached_property
    def inspectors_a_visit(self) -> int:
        """Give how many go at least."""
        return int(self.law.number("draw.min_inspectors"))

    @cached_property
    def no_repeat_months(self) -> int:
        """Give for how long a higher level's items are not repeated."""
        return int(self.law.number("draw.no_repeat_months"))

    @cached_property
    def floor_years(self) -> int:
        """Give within how many years a full checklist comes back."""
        return int(self.law.number("visits.full_checklist_every_years"))

    @cached_property
    def minutes_a_workday(self) -> float:
        """Give the field minutes that one workday of an inspector stands for.

        1.5 field days of 390 minutes in a week of five workdays are 117 a workday.
        """
        days = self.law.number("plan.field_days_a_week")
        return days * self.law.number("plan.minutes_a_day") / _WEEKDAYS

    def gap_days(self, *requirements: str) -> int:
        """Give the days between two visits; with a follow-up it may be soon."""
        soon = FOLLOW_UP in requirements
        rule = "plan.gap_weeks.follow_up" if soon else "plan.gap_weeks"
        return 7 * int(self.law.number(rule))

    @cached_property
    def visits_by_grade(self) -> Mapping[str, float]:
        """Give the visits a year under each grade: the most any rule in force wants."""
        rules = [r for r in self.law.all(Frequency) if r.kind != "benchmark"]
        return {g: max(r.by_grade()[g] for r in rules) for g in "ABCD"}

    @cached_property
    def small_subtypes(self) -> frozenset[str]:
        """Name the small businesses that are checked soon after they register."""
        return frozenset(self.law.codes("small.subtypes"))

    @cached_property
    def skill_subjects(self) -> frozenset[str]:
        """Name the types and subtypes whose manager is checked."""
        return frozenset(self.law.codes("plan.skill_subjects"))

    @cached_property
    def system_food_classes(self) -> frozenset[str]:
        """Name the food classes whose makers get a system inspection."""
        return frozenset(self.law.codes("plan.system_food_classes"))

    @cached_property
    def priority(self) -> Sequence[str]:
        """List the requirements, the weightiest first."""
        return self.law.codes("plan.priority")

    @cached_property
    def windows(self) -> Sequence[Window]:
        """List the campaigns and terms that fall in the year."""
        return [
            Window(campaign.id, campaign.requirement, *span, campaign)
            for campaign in self.law.all(Campaign)
            if (span := campaign.within(self.year))
        ]

    @cached_property
    def _closed(self) -> Mapping[str, Sequence[tuple[date, date]]]:
        found: dict[str, list[tuple[date, date]]] = {}
        for season in self.law.all(ClosedSeason):
            if span := season.within(self.year):
                for subtype in season.subtypes:
                    found.setdefault(subtype, []).append(span)
        return found

    def is_closed(self, business: Business, day: date) -> bool:
        """Tell whether a kind does not work on a day; a window before term opens it."""
        spans = self._closed.get(business.subtype or "", ())
        return any(first <= day <= last for first, last in spans)

    def full_minutes(self, business: Business) -> float:
        """Give the minutes that a full checklist takes at least."""
        amounts = self.law.get(Amounts, "plan.minutes")
        known = amounts.by_code()
        of_type = known.get(business.business_type, amounts.otherwise)
        return known.get(business.subtype or "", of_type)

    def cite(self, rule: str) -> tuple[str, str]:
        """Cite what a rule rests on, in both languages."""
        law = ARTICLES.get(rule)
        if law is None or law not in self.law.rules:
            return "", ""
        return self.law.citation(law), self.law.citation(law, "en")
