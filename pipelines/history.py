"""What had been recorded about one business by a day, as events a person can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.schema import Facts, labels


@dataclass(frozen=True)
class Event:
    """Something on record: the day, the table and row it is from, and what it says."""

    day: date
    kind: str
    zh: str
    en: str
    is_bad: bool
    row: str
    recorded_on: date


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
        *(_complaint(row, as_of) for row in mine(facts.complaint)),
        *(_sample(row, as_of) for row in mine(facts.sampling_result)),
        *(_penalty(row, as_of) for row in mine(facts.penalty)),
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
        *_source(row, "inspection_id"),
    )


def _complaint(row: dict[str, object], as_of: date) -> Event:
    zh, en = _label("complaint_kind", row["kind"])
    about_zh, about_en = _label("complaint_category", row["category"])
    is_true = bool(row["is_verified"]) and _is_past(row["verified_on"], as_of)
    return Event(
        _day(row["received_on"]),
        "complaint",
        f"{zh}：{about_zh or '未分类'}" + ("（查实）" if is_true else ""),
        f"{en}: {about_en or 'unclassified'}" + (" (verified)" if is_true else ""),
        is_true,
        *_source(row, "complaint_id"),
    )


def _sample(row: dict[str, object], as_of: date) -> Event:
    zh, en = _label("programme", row["programme"])
    item = row["failed_item"] or "-"
    is_bad = False
    if not row["is_failed"]:
        said = "合格", "passed"
    elif not _is_past(row["final_on"], as_of):
        said = f"初检不合格（{item}），结论未定", f"first failed ({item}), not final"
    elif row["reinspection"] == "overturned":
        said = "复检合格", "passed on re-inspection"
    else:
        said, is_bad = (f"不合格（{item}）", f"failed ({item})"), True
    return Event(
        _day(row["sampled_on"]),
        "sampling_result",
        f"{zh}：{said[0]}",
        f"{en}: {said[1]}",
        is_bad,
        *_source(row, "sample_id"),
    )


def _penalty(row: dict[str, object], as_of: date) -> Event:
    act, fine = row["act"] or "-", row["fine_yuan"]
    ended = row["withdrawn_on"]
    # On the day itself it is gone already, as from features and grades.
    is_gone = isinstance(ended, date) and ended <= as_of
    zh = [
        f"行政处罚：{act}",
        f"罚款{fine:,.0f}元" if fine else "",
        "已撤销或修复" if is_gone else "",
    ]
    en = [
        f"penalty: {act}",
        f"fined {fine:,.0f} yuan" if fine else "",
        "annulled or repaired" if is_gone else "",
    ]
    return Event(
        _day(row["decided_on"]),
        "penalty",
        "，".join(filter(None, zh)),
        "; ".join(filter(None, en)),
        not is_gone,
        *_source(row, "penalty_id"),
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
        *_source(row, "incident_id"),
    )


def _source(row: dict[str, object], key: str) -> tuple[str, date]:
    """Name the row an event is from, and the day it became known."""
    return str(row[key]), _day(row["recorded_at"])


def _label(kind: str, code: object) -> tuple[str, str]:
    return labels(kind).get(str(code), ("", "")) if code else ("", "")


def _day(value: object) -> date:
    if not isinstance(value, date):
        message = f"an event without a day: {value!r}"
        raise TypeError(message)
    return value


def _is_past(value: object, as_of: date) -> bool:
    """Tell whether a day lies before the day, which is when it counts as known."""
    return isinstance(value, date) and value < as_of
