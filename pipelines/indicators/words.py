"""How an indicator is said: numbers with their units, states, reasons."""

from math import floor

from models.indicators.forecast import Forecast
from pipelines.indicators.running import Indicators, Judged

ATTRIBUTES = {"binding": ("约束性", "binding"), "expected": ("预期性", "expected")}
STATES = {
    True: ("达标", "met"),
    False: ("未达标", "not met"),
    None: ("不适用", "not applicable"),
}
NOT_YET = ("尚未达标", "not met yet")
NOT_BEGUN = ("考核年度尚未开始", "the year has not begun")
NOT_LOADED = ("尚未装载数据表 {}", "nothing was loaded into {}")
# Sentences that every screen of the indicators carries.
CAUTIONS = {
    "zh": (
        "规划只给出指标名称、目标和报送部门，计算口径均为本系统建议（系统默认，非法定），待各报送部门确认；其他口径的结果并列。",
        "只使用数据截止日之前已记录的事实；分母为零时为“不适用”，不按100%计。",
        "趋势：年度指标为截至季末的十二个月，其余为季末状态；预测为阻尼趋势外推，区间为90%。",
    ),
    "en": (
        "The plan gives names, targets and departments alone: how to count is our "
        "proposal [our default, not law] until each department confirms it; other "
        "readings stand beside.",
        "Only facts recorded before the day count; over nothing an indicator is not "
        "applicable, and never 100%.",
        "Trend: the twelve months up to each quarter end, or the state on it. Forecast: "
        "a damped drift, with a 90% interval.",
    ),
}


def number(value: float | None, unit: str = "") -> str:
    """Write a value to two places, and no more than it has: 98.3, 100, 3.68."""
    if value is None:
        return "-"
    text = f"{value:,.2f}".rstrip("0").removesuffix(".")
    return f"{text}%" if unit == "%" else text


def value_text(judged: Judged) -> str:
    """Write the value; one just short of its target is never rounded up to it.

    99.996% of more than 99.99 stays as it is, 99.996% of 100% is 99.99%.
    """
    now, target = judged.assessed, judged.plan.target
    if (
        now.value is not None
        and not now.is_met
        and round(now.value, 2) >= target.target
    ):
        return number(floor(now.value * 100) / 100, target.unit_zh)
    return number(now.value, target.unit_zh)


def amount(value: float) -> str:
    """Write a count or thousands: 5,138 and 1,398 and 74.3."""
    return f"{value:,.1f}".removesuffix(".0")


def target_text(judged: Judged, lang: str) -> str:
    """Write a target as the plan compares: >98.5%, ≥4.5 批次/千人."""
    target = judged.plan.target
    sign = ">" if target.comparison == ">" else "≥"
    unit = target.unit_zh if lang == "zh" else target.unit_en
    after = "" if unit == "%" else f" {unit}"
    return f"{sign}{number(target.target, unit)}{after}"


def state(found: Indicators, judged: Judged, lang: str) -> str:
    """Say whether the target is met; what grows until the year ends is not met yet."""
    is_met = judged.assessed.is_met
    may_grow = judged.plan.definition.grows and found.until < found.forecast_day
    if is_met is False and may_grow:
        return NOT_YET[lang == "en"]
    return STATES[is_met][lang == "en"]


def none_reason(found: Indicators, judged: Judged, lang: str) -> str:
    """Say why there is no value; empty where there is one."""
    now, definition = judged.assessed, judged.plan.definition
    if now.value is not None:
        return ""
    if now.lacks:
        return NOT_LOADED[lang == "en"].format(f"mart.{now.lacks}")
    if now.asked.first >= found.until:
        return NOT_BEGUN[lang == "en"]
    return definition.none_zh if lang == "zh" else definition.none_en


def ahead_text(found: Indicators, judged: Judged, lang: str) -> str:
    """Write the forecast with its interval; of a year that is over there is none."""
    ahead = judged.forecast
    if found.until == found.forecast_day:
        return "年度已结束" if lang == "zh" else "the year is over"
    if ahead is None:
        return "数据不足，不作预测" if lang == "zh" else "too little to forecast from"
    return _span(ahead, judged.plan.target.unit_zh)


def interval_text(judged: Judged) -> str:
    """Write the interval of a sample; empty where every one is counted."""
    now, unit = judged.assessed, judged.plan.target.unit_zh
    if now.lower is None or now.upper is None:
        return ""
    return f"{number(now.lower, unit)}–{number(now.upper, unit)}"


def expected_to_be_met(judged: Judged) -> bool | None:
    """Say whether the forecast reaches the target."""
    ahead = judged.forecast
    return None if ahead is None else judged.plan.target.is_met_by(ahead.value)


def headline(found: Indicators, lang: str) -> str:
    """Say in one sentence how the plan stands."""
    states = [j.assessed.is_met for j in found.judged]
    met, applicable = states.count(True), len(states) - states.count(None)
    short = [
        j.plan.target
        for j in found.judged
        if j.assessed.is_met is False and j.plan.target.attribute == "binding"
    ]
    if lang == "zh":
        listed = "、".join(f"{t.no}.{t.short_zh}" for t in short) or "无"
        return f"{applicable}项可计算的指标中{met}项达标；约束性指标未达标{len(short)}项：{listed}。"
    listed = ", ".join(f"{t.no} {t.short_en}" for t in short) or "none"
    return f"{met} of {applicable} indicators that can be computed are met; binding ones not met: {listed}."


def _span(ahead: Forecast, unit: str) -> str:
    low, high = number(ahead.lower, unit), number(ahead.upper, unit)
    return f"{number(ahead.value, unit)} ({low}–{high})"
