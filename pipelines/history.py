"""What had been recorded about one business by a day, as events a person can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.schema import Facts, labels


@dataclass(frozen=True)
class Event:
    """Something on record: the day, the table it is from, and what it says."""

    day: date
    kind: str
    zh: str
    en: str
    is_bad: bool


KINDS = {
    "inspection": ("监督检查", "inspections"),
    "complaint": ("投诉举报", "complaints"),
    "sampling_result": ("抽检", "sampling"),
    "penalty": ("行政处罚", "penalties"),
    "incident": ("食品安全事件", "incidents"),
}


def history(facts: Facts, business_id: str, as_of: date) -> list[Event]:
    """List the events recorded before a day, the latest first."""

    def mine(frame: pl.DataFrame) -> Iterator[dict[str, object]]:
        known = (pl.col("business_id") == business_id) & (pl.col("recorded_at") < as_of)
        return frame.filter(known).iter_rows(named=True)

    events = [
        *map(_inspection, mine(facts.inspection)),
        *map(_complaint, mine(facts.complaint)),
        *map(_sample, mine(facts.sampling_result)),
        *map(_penalty, mine(facts.penalty)),
        *map(_incident, mine(facts.incident)),
    ]
    return sorted(events, key=lambda event: (event.day, event.kind), reverse=True)


def _inspection(row: dict[str, object]) -> Event:
    zh, en = _label("purpose", row["purpose"])
    counts = [
        ("重点项不合格", "key", row["key_failed"]),
        ("一般项不合格", "general", row["general_failed"]),
    ]
    found = [(z, e, n) for z, e, n in counts if n]
    result_zh, result_en = _label("result", row["result_code"])
    said_zh = "、".join(f"{z}{n}项" for z, _, n in found) or "未发现不合格项"
    said_en = ", ".join(f"{n} {e} failed" for _, e, n in found) or "nothing failed"
    return Event(
        _day(row["inspected_on"]),
        "inspection",
        f"{zh}：{said_zh}" + (f"，{result_zh}" if result_zh else ""),
        f"{en}: {said_en}" + (f"; {result_en}" if result_en else ""),
        bool(row["is_serious"]),
    )


def _complaint(row: dict[str, object]) -> Event:
    zh, en = _label("complaint_kind", row["kind"])
    about_zh, about_en = _label("complaint_category", row["category"])
    is_true = bool(row["is_verified"])
    return Event(
        _day(row["received_on"]),
        "complaint",
        f"{zh}：{about_zh or '未分类'}" + ("（查实）" if is_true else ""),
        f"{en}: {about_en or 'unclassified'}" + (" (verified)" if is_true else ""),
        is_true,
    )


def _sample(row: dict[str, object]) -> Event:
    zh, en = _label("programme", row["programme"])
    failed = bool(row["is_failed"])
    item = row["failed_item"] or ""
    return Event(
        _day(row["sampled_on"]),
        "sampling_result",
        f"{zh}：不合格（{item}）" if failed else f"{zh}：合格",
        f"{en}: failed ({item})" if failed else f"{en}: passed",
        failed,
    )


def _penalty(row: dict[str, object]) -> Event:
    fine = row["fine_yuan"]
    gone = "，已撤销或修复" if row["withdrawn_on"] else ""
    return Event(
        _day(row["decided_on"]),
        "penalty",
        f"行政处罚：{row['act'] or ''}"
        + (f"，罚款{fine:,.0f}元" if fine else "")
        + gone,
        f"penalty: {row['act'] or ''}"
        + (f", fined {fine:,.0f} yuan" if fine else "")
        + ("; annulled or repaired" if row["withdrawn_on"] else ""),
        is_bad=not row["withdrawn_on"],
    )


def _incident(row: dict[str, object]) -> Event:
    zh, en = _label("incident_kind", row["kind"])
    confirmed = bool(row["is_confirmed"])
    return Event(
        _day(row["occurred_on"]),
        "incident",
        f"{zh}" + ("（已确认）" if confirmed else "（待确认）"),
        f"{en}" + (" (confirmed)" if confirmed else " (unconfirmed)"),
        confirmed,
    )


def _label(kind: str, code: object) -> tuple[str, str]:
    return labels(kind).get(str(code), ("", "")) if code else ("", "")


def _day(value: object) -> date:
    if not isinstance(value, date):
        message = f"an event without a day: {value!r}"
        raise TypeError(message)
    return value
