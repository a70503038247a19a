"""The days of each pair as a calendar file; the only module that knows icalendar."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import polars as pl
from icalendar import Calendar, Event

from pipelines.weekly.view import Listing, word

_PRODUCT = "-//Shian//worklist//ZH"
_URGENT = 1


def calendars(listing: Listing) -> dict[str, bytes]:
    """Give one calendar a pair, by the names of both; the same bytes for the same list."""
    pairs = listing.rows.sort("visit_on", "position", "visit_id").partition_by(
        ["inspector_id", "second_inspector_id"], as_dict=True, maintain_order=True
    )
    return {
        f"{first}-{second}": _calendar(rows, listing)
        for (first, second), rows in sorted(pairs.items())
    }


def _calendar(rows: pl.DataFrame, listing: Listing) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", listing.title)
    for row in rows.iter_rows(named=True):
        calendar.add_component(_event(row, listing))
    return bytes(calendar.to_ical())


def _event(row: dict[str, Any], listing: Listing) -> Event:
    """Write a visit as a whole day: its order is known, its hour is the pair's to choose."""
    late = "【逾期】" if row["is_overdue"] else ""
    event = Event()
    # A visit that is told again, on another day, takes the place of what was told.
    event.add("uid", f"{row['visit_id']}@shian")
    event.add("dtstamp", datetime.combine(listing.as_of, time(), UTC))
    event.add("dtstart", row["visit_on"])
    event.add("dtend", row["visit_on"] + timedelta(days=1))
    event.add("summary", f"{late}{row['position']}. {row['name']}")
    event.add("location", row["address"] or row["street"] or "")
    if row["lat"] is not None:
        event.add("geo", (row["lat"], row["lon"]))
    event.add("description", _description(row))
    event.add("transp", "OPAQUE")
    if row["is_overdue"]:
        event.add("priority", _URGENT)
    return event


def _description(row: dict[str, Any]) -> str:
    return "\n".join(
        text
        for text in (
            f"事由：{row['reason']}",
            f"依据：{row['legal_basis']}",
            f"检查表：{word('checklist', row['checklist'])}",
            f"最迟：{row['due_on']}",
            row["why_zh"] or "",
            f"任务编号 {row['visit_id']}　经营者 {row['business_id']}",
        )
        if text
    )
