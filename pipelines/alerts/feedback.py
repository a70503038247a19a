"""What closed alerts taught, carried back into the records that features read.

A cluster of complaints that turned out to be real makes its complaints verified, and an
incident that was controlled is confirmed; one without a hazard says the opposite. What
an officer has recorded himself is left alone. Loaded like any other correction, a lesson
counts from the day after its alert was closed and never before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features.errors import UsageError
from features.warehouse import Warehouse, open_warehouse
from models.alert_loop import Alert
from pipelines.alerts.book import Known, read_book
from pipelines.alerts.clusters import DAYS
from pipelines.alerts.signals import alert_id_of
from pipelines.written import drafts

COMPLAINTS, INCIDENTS = "complaint.csv", "incident.csv"


@dataclass(frozen=True)
class Lesson:
    """A closed alert, the day it was closed, and whether there was a hazard."""

    alert: Alert
    closed_on: date
    is_hazard: bool


def write_feedback(book: Path, warehouse: Path, folder: Path) -> dict[str, int]:
    """Write the corrections as files that `shian load --mapping shian` reads.

    Gives the number of rows of each file.

    Raises:
        UsageError: the folder cannot be written.
    """
    taught = lessons(read_book(book).values())
    with open_warehouse(warehouse, read_only=True) as opened:
        rows = {
            COMPLAINTS: complaint_corrections(taught, opened),
            INCIDENTS: incident_corrections(taught, opened),
        }
    try:
        with drafts([folder / name for name in rows]) as written:
            for path, frame in zip(written, rows.values(), strict=True):
                frame.write_csv(path)
    except OSError as error:
        message = f"{folder} cannot be written to ({error}); choose another folder"
        told = f"{folder} 无法写入（{error}），请换一个文件夹"
        raise UsageError(message, said=told) from error
    return {name: frame.height for name, frame in rows.items()}


def lessons(known: Iterable[Known]) -> list[Lesson]:
    """List what closed alerts taught."""
    return [
        Lesson(one.alert, act.at.date(), act.outcome == "controlled")
        for one in known
        for act in one.acts
        if act.action == "close"
    ]


def complaint_corrections(
    taught: Iterable[Lesson], warehouse: Warehouse
) -> pl.DataFrame:
    """Give the complaints of closed clusters that nobody has verified yet.

    They are those on the businesses of the cluster, of its category, received from the
    week that raised it until it was closed.
    """
    rows = warehouse.table("mart.complaint").collect()
    parts = [rows.clear()]
    for lesson in taught:
        alert = lesson.alert
        if alert.kind != "complaints":
            continue
        first = alert.raised_at.date() - timedelta(days=DAYS)
        parts.append(
            rows.filter(
                pl.col("is_verified").is_null(),
                pl.col("business_id").is_in(alert.businesses),
                pl.col("category") == alert.category,
                pl.col("received_on").is_between(first, lesson.closed_on),
            ).with_columns(
                is_verified=pl.lit(lesson.is_hazard),
                verified_on=pl.lit(lesson.closed_on),
            )
        )
    return pl.concat(parts).unique("complaint_id", keep="first", maintain_order=True)


def incident_corrections(
    taught: Iterable[Lesson], warehouse: Warehouse
) -> pl.DataFrame:
    """Give the incidents of closed alerts that nobody has confirmed or denied yet.

    A confirmation is recorded on the day it was made: the row moves there, so that no
    feature of an earlier day learns of it.
    """
    closed = {one.alert.alert_id: one for one in taught if one.alert.kind == "incident"}
    rows = warehouse.table("mart.incident").filter(pl.col("is_confirmed").is_null())
    parts = [warehouse.table("mart.incident").collect().clear()]
    for row in rows.collect().iter_slices(1):
        lesson = closed.get(alert_id_of("incident", row["incident_id"][0]))
        if lesson is not None:
            parts.append(
                row.with_columns(
                    is_confirmed=pl.lit(lesson.is_hazard),
                    recorded_at=pl.max_horizontal(
                        "recorded_at", pl.lit(lesson.closed_on)
                    ),
                )
            )
    return pl.concat(parts)
