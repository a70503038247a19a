"""What a way of deciding achieved, by the truth that it never saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.clauses import Number
from models.metrics import Array, Ranked
from models.rules import RuleSet
from pipelines.closed_loop.loop import Lived
from pipelines.closed_loop.policies import DAYS_A_YEAR, harm
from pipelines.closed_loop.travel import kilometres
from pipelines.simulate.columns import day_number


@dataclass(frozen=True)
class Measure:
    """A measure's name in both languages, and the digits it is shown with."""

    zh: str
    en: str
    digits: int

    def label(self, lang: str) -> str:
        """Name it."""
        return self.zh if lang == "zh" else self.en


MEASURES: Mapping[str, Measure] = {
    "visits": Measure("计划检查次数", "planned visits", 0),
    "found": Measure("发现的严重问题", "serious cases found", 0),
    "found_by_plan": Measure("其中按计划发现", "of them by planned visits", 0),
    "found_share": Measure("发现比例", "share of cases found", 3),
    "days_to_detection": Measure("发现所需天数", "days to detection", 1),
    "days_stood": Measure("每案存续天数", "days a case stood", 1),
    "harm_days": Measure("每户每年危害日", "harm-days a business a year", 2),
    "coverage": Measure("法定覆盖率", "legal coverage", 3),
    "kilometres": Measure("每次检查里程", "km a visit", 2),
    "auc": Measure("期末模型AUC", "AUC at the end", 3),
    "stated_over_true": Measure("估计与真实之比", "stated / true share", 2),
}


def measured(lived: Lived, law: RuleSet, days: tuple[date, date]) -> dict[str, float]:
    """Measure three things by the truth: what was found, how soon, and what was learned.

    A case is trouble that began in the loop or stood when it began. Days to detection
    are those from its first day to the day it was found, of the cases found; days stood
    count every case to its end, found or not, so that what nobody found weighs too.
    Harm-days are the days in the loop on which trouble stood, weighed by harm.
    """
    begin, end = days
    visits = lived.environment.visits().filter(pl.col("inspected_on") >= begin)
    cases = lived.environment.cases(begin)
    length = np.array([case.end - case.begin for case in cases], dtype=np.float64)
    is_found = np.array([case.is_found for case in cases], dtype=bool)
    by_plan = visits.filter(
        "is_serious", pl.col("purpose").is_in(["routine", "random"])
    )
    return {
        "visits": float(lived.planned.height),
        "found": float(is_found.sum()),
        "found_by_plan": float(by_plan.height),
        "found_share": float(is_found.mean()),
        "days_to_detection": float(length[is_found].mean()),
        "days_stood": float(length.mean()),
        "harm_days": _harm_days(lived, law, days),
        "coverage": _coverage(lived, law, end),
        "kilometres": kilometres(visits, _places(lived)) / max(visits.height, 1),
        "auc": _auc(lived),
        "stated_over_true": _level(lived),
    }


def _harm_days(lived: Lived, law: RuleSet, days: tuple[date, date]) -> float:
    """Weigh the days on which trouble stood, and share them out among all businesses."""
    begin, end = days
    register = lived.environment.facts().business.with_columns(harm=harm(law))
    weight = dict(register.select("business_id", "harm").iter_rows())
    ids, first = lived.environment.district.block.register.ids, day_number(begin)
    total = sum(
        weight.get(ids[case.business], 0.0) * (case.end - max(case.begin, first))
        for case in lived.environment.cases(begin)
    )
    years = (end - begin).days / DAYS_A_YEAR
    return float(total / (years * register.height))


def _coverage(lived: Lived, law: RuleSet, end: date) -> float:
    """Give the share of businesses that had a full checklist within the legal floor.

    Those that opened within it have time left and are not counted.
    """
    rule = law.get(Number, "visits.full_checklist_every_years")
    since = date.fromordinal(end.toordinal() - round(rule.value * DAYS_A_YEAR))
    register = lived.environment.facts().business
    full = (
        lived.environment.visits()
        .filter("is_full_checklist", pl.col("inspected_on") >= since)
        .select("business_id")
    )
    asked = lived.learned.graded.join(register, on="business_id").filter(
        pl.col("opened_on") < since
    )
    return asked.join(full, on="business_id", how="semi").height / asked.height


def _places(lived: Lived) -> pl.DataFrame:
    return lived.environment.facts().business.select(
        "business_id", "street_code", "lon", "lat"
    )


def _auc(lived: Lived) -> float:
    """Rank everybody by the model, and judge it by how prone to trouble each truly is.

    Every business counts as serious with its true probability and as not with the rest.
    """
    both = lived.learned.graded.select("business_id", "probability").join(
        lived.environment.propensity(), on="business_id", suffix="_true"
    )
    score = np.tile(both["probability"].to_numpy(), 2)
    true = both["probability_true"].to_numpy()
    serious = np.repeat([1.0, 0.0], both.height)
    weight: Array = np.concatenate([true, 1 - true])[None, :]
    return float(Ranked(score, serious).auc(weight)[0])


def _level(lived: Lived) -> float:
    """Divide what the model states on average by what a visit to everybody would find."""
    both = lived.learned.graded.select("business_id", "probability").join(
        lived.environment.would_find(), on="business_id", suffix="_true"
    )
    stated, true = both["probability"].mean(), both["probability_true"].mean()
    return float(stated) / float(true)  # type: ignore[arg-type]
