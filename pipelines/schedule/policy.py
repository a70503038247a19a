"""The rules of models/law that a plan follows, read once for its year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from models.clauses import Rule
from models.plan_clauses import Amounts, Campaign, ClosedSeason
from models.rules import RuleSet

Row = Mapping[str, Any]

# What each requirement rests on; key supervision and campaigns cite their own rule.
BASIS: Mapping[str, str] = {
    "legal_floor": "visits.full_checklist_every_years",
    "new_small": "small.first_check_months",
    "follow_up": "plan.follow_up_days",
    "key_supervision": "plan.key_visits",
    "system_inspection": "plan.system_every_years",
    "skill_check": "plan.skill_subjects",
    "grade_a": "visits.o115",
    "grade_b": "visits.o115",
    "grade_c": "visits.o115",
    "grade_d": "visits.o115",
    "random": "draw.credit",
    "extra": "plan.extra_share",
}
_PLAN = "plan."
# How long a business was not seen matters to a quarter-year: finer steps would make
# classes of few businesses, and their dates easier to guess.
_YEAR = 365.0
_QUARTER = _YEAR / 4


@dataclass(frozen=True)
class Policy:
    """The numbers and lists of the plan."""

    law: RuleSet
    year: int

    def whole(self, rule_id: str) -> int:
        """Give a number that counts."""
        return int(self.law.number(rule_id))

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """Rank the requirements: 0 is dropped last."""
        order = self.law.codes("plan.priority")
        return {name: rank for rank, name in enumerate(order)}

    @cached_property
    def campaigns(self) -> tuple[tuple[Campaign, date, date], ...]:
        """List the campaigns and terms of the year with their first and last day."""
        return tuple(
            (campaign, *span)
            for campaign in self.law.all(Campaign)
            if (span := campaign.within(self.year))
        )

    def closed(self, subtype: str | None) -> tuple[tuple[date, date], ...]:
        """List the days on which a kind does not work."""
        return tuple(
            span
            for season in self.law.all(ClosedSeason)
            if subtype in season.subtypes and (span := season.within(self.year))
        )

    def amount(self, rule_id: str, business: Row) -> float:
        """Give an amount by subtype, else by type, else the one for the others."""
        amounts = self._amounts[rule_id]
        by_code = amounts.by_code()
        of_type = by_code.get(business["business_type"], amounts.otherwise)
        return by_code.get(business["subtype"] or "", of_type)

    @cached_property
    def _amounts(self) -> Mapping[str, Amounts]:
        return {rule.id: rule for rule in self.law.all(Amounts)}

    @cached_property
    def minutes_a_workday(self) -> float:
        """Give the field minutes an inspector has for the plan on a workday."""
        days = self.law.number("plan.field_days_a_week") / 5
        return days * self.law.number("plan.minutes_a_day")

    def names(self, campaign: Campaign, business: Row) -> bool:
        """Tell whether a campaign is about a business; types and subtypes add up."""
        if campaign.grades and business["risk_grade"] not in campaign.grades:
            return False
        if not (campaign.business_types or campaign.subtypes):
            return True
        return (
            business["business_type"] in campaign.business_types
            or business["subtype"] in campaign.subtypes
        )

    def quarters_unseen(self, business: Row, day: date) -> float:
        """Give the days since the last inspection, or the opening, to a quarter-year.

        Beyond the legal floor none are counted: the law wants a visit by then.
        """
        last = business["last_regular"] or business["opened_on"]
        most = self.law.number("visits.full_checklist_every_years") * _YEAR
        waited = (day - last).days if last else most
        return round(min(max(waited, 0), most) / _QUARTER) * _QUARTER

    def basis(self, requirement: str, business: Row, campaign: str | None) -> str:
        """Cite what a visit rests on, in Chinese, with its marks."""
        if requirement == "key_supervision" and business["key_article"]:
            return str(business["key_article"])
        if campaign is not None and requirement in {"campaign", "school_term"}:
            rule = self.law.get(Rule, campaign)
            return f"{self.law.citation(campaign)}：{rule.zh}"
        return self._cited[requirement]

    @cached_property
    def _cited(self) -> Mapping[str, str]:
        return {
            requirement: self.law.citation(rule_id)
            for requirement, rule_id in BASIS.items()
            if rule_id in self.law.rules
        }

    def defaults(self) -> list[Rule]:
        """List the rules of the plan that are ours and not the law's."""
        return [
            rule
            for rule in self.law.rules.values()
            if rule.id.startswith(_PLAN) and rule.kind == "policy_default"
        ]
