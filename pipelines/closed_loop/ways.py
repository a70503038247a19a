"""The ways of deciding that are compared, by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.closed_loop.annual import by_annual_plan, by_annual_plan_of_as_many
from pipelines.closed_loop.policies import (
    Plan,
    by_grade,
    by_harm_days,
    by_lot,
    by_risk,
    by_turn,
    ordered,
)

HALF_YEAR, YEAR = 6, 12


@dataclass(frozen=True)
class Policy:
    """A way to decide, with its name in both languages, and how often it plans anew."""

    plan: Plan
    label_zh: str
    label_en: str
    months: int = HALF_YEAR


def _ours(share: int) -> Policy:
    label = (
        f"概率×危害×天数，随机{share}%",
        f"probability x harm x days, {share}% random",
    )
    return Policy(ordered(by_harm_days, share / 100), *label)


POLICIES: Mapping[str, Policy] = {
    "fixed": Policy(ordered(by_turn), "固定轮查", "fixed schedule"),
    "grade": Policy(ordered(by_grade), "按等级均匀检查", "by grade, evenly"),
    "annual": Policy(
        by_annual_plan_of_as_many,
        "年度计划（shian schedule）",
        "annual plan (shian schedule)",
        YEAR,
    ),
    "risk": Policy(ordered(by_risk), "只按风险排序", "pure risk ranking"),
    "random": Policy(ordered(by_lot, 1.0), "全部随机", "pure random"),
    **{f"ours_{share}": _ours(share) for share in (0, 5, 10, 20, 40)},
    # As many as there are hands for, and so more than the others.
    "annual_extra": Policy(
        by_annual_plan,
        "年度计划，增加检查用足余力",
        "annual plan, extra visits for all spare hands",
        YEAR,
    ),
}
