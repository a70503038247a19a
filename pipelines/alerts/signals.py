"""What was seen of late that calls for an alert, and at which internal level."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features.kitchens import days_online
from features.sampling import NOT_FAILED
from features.schema import labels
from features.warehouse import Warehouse
from models.rules import RuleSet
from models.sampling_clauses import Hazards
from pipelines.alerts.clusters import ILLNESS, Cluster, clusters, weekly_counts
from pipelines.wording import several

# A run looks back so far; what was seen before has raised its alert already.
RECENT_DAYS = 7
# What a kitchen serves is eaten as it is.
READY_TO_EAT = "90"


@dataclass(frozen=True)
class Signal:
    """Something seen: its kind, a key that stays the same, the level, and the words."""

    kind: str
    key: str
    level: str
    zh: str
    en: str
    street: str | None = None
    category: str | None = None
    businesses: tuple[str, ...] = ()

    @property
    def alert_id(self) -> str:
        """Name the alert it raises; seen again, it has the same name."""
        return alert_id_of(self.kind, self.key)


def alert_id_of(kind: str, key: str) -> str:
    """Name an alert by what raised it."""
    digest = hashlib.sha256(f"{kind}\n{key}".encode()).hexdigest()
    return f"A{digest[:10].upper()}"


def signals(warehouse: Warehouse, law: RuleSet) -> list[Signal]:
    """Find every signal of the days before the law's day, the worst first."""
    kinds = _subtypes(warehouse)
    streets = _streets(warehouse)
    found = [
        *_complaints(warehouse, law, streets),
        *_incidents(warehouse, law, kinds),
        *_failures(warehouse, law),
        *_same_items(warehouse, law),
        *_kitchens(warehouse, law, streets),
    ]
    order = ("red", "orange", "yellow", "blue")
    return sorted(found, key=lambda s: (order.index(s.level), s.kind, s.key))


def _subtypes(warehouse: Warehouse) -> Mapping[str, str]:
    rows = warehouse.table("mart.business", "business_id", "subtype").collect()
    return dict(rows.drop_nulls().iter_rows())


def _streets(warehouse: Warehouse) -> Mapping[str, str]:
    return dict(
        warehouse.table("mart.street", "street_code", "name").collect().iter_rows()
    )


def _complaints(
    warehouse: Warehouse, law: RuleSet, streets: Mapping[str, str]
) -> Iterator[Signal]:
    """A cluster is blue, two weeks in a row yellow; of illness one level more."""
    for cluster in clusters(weekly_counts(warehouse, law), law):
        steps = (cluster.weeks - 1) + (cluster.category == ILLNESS)
        yield _cluster_signal(cluster, ("blue", "yellow", "orange")[steps], streets)


def _cluster_signal(cluster: Cluster, level: str, streets: Mapping[str, str]) -> Signal:
    zh, en = labels("complaint_category")[cluster.category]
    where = streets.get(cluster.street, cluster.street)
    return Signal(
        kind="complaints",
        key=f"{cluster.street}|{cluster.category}|{cluster.week_starting}",
        level=level,
        zh=f"{where}“{zh}”类投诉举报一周 {cluster.observed} 件，预期 {cluster.expected:.1f} 件，界限 {cluster.upper} 件",
        en=f"{where}: {several(cluster.observed, 'complaint')} of {en} in a week, {cluster.expected:.1f} expected, bar {cluster.upper}",
        street=cluster.street,
        category=cluster.category,
        businesses=cluster.businesses,
    )


def _incidents(
    warehouse: Warehouse, law: RuleSet, kinds: Mapping[str, str]
) -> Iterator[Signal]:
    rows = _recent(warehouse, "mart.incident", law.day).sort("incident_id")
    collective = law.codes("warning.collective")
    for row in rows.iter_rows(named=True):
        ill, deaths = row["cases"] or 0, row["deaths"] or 0
        is_collective = kinds.get(row["business_id"] or "") in collective
        if deaths or ill >= law.number("warning.red_ill"):
            level = "red"
        elif is_collective and ill >= law.number("warning.orange_ill"):
            level = "orange"
        else:
            level = "yellow"
        zh, en = labels("incident_kind")[row["kind"]]
        yield Signal(
            kind="incident",
            key=row["incident_id"],
            level=level,
            zh=f"{zh}：{row['occurred_on']} 发病 {ill} 人、死亡 {deaths} 人{'（集体用餐单位）' if is_collective else ''}",
            en=f"{en} on {row['occurred_on']}: {ill} ill, {deaths} dead{' (collective unit)' if is_collective else ''}",
            street=row["street_code"],
            businesses=_one(row["business_id"]),
        )


def _failures(warehouse: Warehouse, law: RuleSet) -> Iterator[Signal]:
    """A failure is yellow; an acute hazard in ready-to-eat food orange; non-food red."""
    hazards = law.get(Hazards, "sampling.hazards")
    non_food = law.codes("warning.non_food")
    for row in _failed(warehouse, law.day, RECENT_DAYS).iter_rows(named=True):
        item = row["failed_item"]
        is_acute = hazards.of(item).level == 1 and row["food_class"] == READY_TO_EAT
        level = "red" if item in non_food else "orange" if is_acute else "yellow"
        yield Signal(
            kind="sample",
            key=row["sample_id"],
            level=level,
            zh=f"抽检不合格：{item or '项目不明'}（样品 {row['sample_id']}，{row['sampled_on']} 抽样）",
            en=f"sample {row['sample_id']} of {row['sampled_on']} failed: {item or 'item unknown'}",
            businesses=_one(row["business_id"]),
        )


def _same_items(warehouse: Warehouse, law: RuleSet) -> Iterator[Signal]:
    """The same item failed at several operators points to a common source."""
    days = int(law.number("warning.same_item_days"))
    failed = _failed(warehouse, law.day, days).filter(
        pl.col("failed_item").is_not_null()
    )
    counted = failed.group_by("failed_item").agg(pl.col("business_id").unique().sort())
    for item, businesses in counted.sort("failed_item").iter_rows():
        if len(businesses) < law.number("warning.same_item_operators"):
            continue
        yield Signal(
            kind="same_item",
            key=f"{item}|{law.day:%Y-%m}",
            level="orange",
            zh=f"{days} 日内 {len(businesses)} 家经营者同一项目不合格：{item}",
            en=f"{item} failed at {several(len(businesses), 'operator')} within {days} days",
            businesses=tuple(businesses),
        )


def _failed(warehouse: Warehouse, day: date, days: int) -> pl.DataFrame:
    """List failures that became final in the days before; contested ones are none."""
    state = pl.col("reinspection").fill_null("none")
    known = pl.max_horizontal("recorded_at", "final_on")
    return (
        warehouse.table("mart.sampling_result")
        .filter(
            "is_failed",
            pl.col("final_on").is_not_null(),
            ~state.is_in(NOT_FAILED),
            known < day,
            known >= day - timedelta(days=days),
        )
        .sort("sample_id")
        .collect()
    )


def _kitchens(
    warehouse: Warehouse, law: RuleSet, streets: Mapping[str, str]
) -> Iterator[Signal]:
    """Kitchens below their share online in both of the last two periods, by street."""
    length = int(law.number("warning.online_days"))
    known = (
        warehouse.table("mart.kitchen_connection")
        .filter(pl.col("recorded_at") < law.day)
        .collect()
    )
    low = _places(warehouse)
    for ago in (length, 2 * length):
        first = law.day - timedelta(days=ago)
        days = days_online(known, first, first + timedelta(days=length))
        share = pl.col("online_days") / pl.col("business_days")
        below = days.filter(share < law.number("warning.online_share"))
        low = low.join(below, on="business_id", how="semi")
    by_street = low.group_by("street_code").agg(pl.col("business_id").sort())
    for street, businesses in by_street.sort("street_code").iter_rows():
        where, count = streets.get(street, street), len(businesses)
        yield Signal(
            kind="kitchens",
            key=f"{street}|{law.day:%Y-%m}",
            level="yellow",
            zh=f"{where} {count} 家阳光厨房接连两个{length}天在线不足",
            en=f"{where}: {several(count, 'kitchen')} online too little in both of the last two {length} days",
            street=street,
            businesses=tuple(businesses),
        )


def _places(warehouse: Warehouse) -> pl.DataFrame:
    current = warehouse.table("mart.business").filter(pl.col("valid_to").is_null())
    return (
        current.select("business_id", "street_code")
        .drop_nulls()
        .collect()
        .unique("business_id")
    )


def _recent(warehouse: Warehouse, table: str, day: date) -> pl.DataFrame:
    first = day - timedelta(days=RECENT_DAYS)
    rows = warehouse.table(table).filter(
        pl.col("recorded_at") < day, pl.col("recorded_at") >= first
    )
    return rows.collect()


def _one(business: str | None) -> tuple[str, ...]:
    return (business,) if business else ()
