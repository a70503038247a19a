"""What else is on record: complaints, samples, penalties, incidents and programmes."""

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.kinds import KINDS
from pipelines.simulate.latent import chance
from pipelines.simulate.places import STREETS
from pipelines.simulate.register import Register
from pipelines.simulate.visits import Visits
from pipelines.simulate.words import CATEGORIES, complaint_texts, people

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COMPLAINTS_A_MONTH = 0.024
SAMPLES_A_MONTH = 0.020
# Complaints about the food itself follow the truth; those about prices do not.
_HAZARD = np.array(
    [
        c in {"foreign_matter", "spoiled", "illness", "expired", "hygiene", "pests"}
        for c in CATEGORIES
    ]
)
_SHARE = np.array([0.14, 0.12, 0.06, 0.10, 0.12, 0.07, 0.04, 0.07, 0.14, 0.10, 0.04])
_FAILED_ITEMS = [
    "菌落总数",
    "大肠菌群",
    "苯甲酸及其钠盐",
    "农药残留（毒死蜱）",
    "恩诺沙星",
    "铝的残留量",
    "过氧化值",
    "阴离子合成洗涤剂",
    "防腐剂混合使用之和",
]
# Acts and the articles of the Food Safety Law that punish them.
_ACTS = [
    ("经营不符合食品安全标准的食品", "fsl:124"),
    ("经营超过保质期的食品", "fsl:124"),
    ("采购不符合食品安全标准的食品原料", "fsl:125"),
    ("未按规定进行进货查验", "fsl:126"),
    ("餐饮具清洗消毒不合格", "fsl:126"),
    ("超范围经营", "fsl:122"),
]


def complaint_table(
    rng: np.random.Generator,
    register: Register,
    log_odds: Floats,
    months: list[date],
    prefix: str,
) -> pl.DataFrame:
    """Invent complaints and reports; more where the truth is worse and the shop larger."""
    who, day, odds = [], [], []
    size = np.clip((register.area / 150) ** 0.4, 0.4, 4)
    for step, month in enumerate(months):
        truth = log_odds[step // 3]
        rate = (
            COMPLAINTS_A_MONTH
            * size
            * np.exp(np.clip(0.55 * (truth - truth.mean()), -2, 2))
        )
        here = np.repeat(
            np.arange(len(rate)), rng.poisson(rate * _open(register, month))
        )
        who.append(here)
        day.append(_day(month) + rng.integers(0, 28, len(here)))
        odds.append(truth[here] - truth.mean())
    business, received, excess = (
        np.concatenate(who),
        np.concatenate(day),
        np.concatenate(odds),
    )
    count = len(business)
    weight = _SHARE * np.exp(np.clip(excess, -2, 2)[:, None] * 0.5 * _HAZARD)
    cut = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    category = np.array(CATEGORIES)[
        (rng.random((count, 1)) > cut).sum(axis=1).clip(0, len(CATEGORIES) - 1)
    ]
    is_report = rng.random(count) < 0.3
    is_checked = is_report & (rng.random(count) < 0.9)
    is_true = rng.random(count) < chance(-0.9 + 0.8 * excess)
    unknown = rng.random(count) < 0.05
    person, phone = people(rng, count)
    frame = pl.DataFrame(
        {
            "business_id": register.ids.gather(business).set(pl.Series(unknown), None),
            "received_on": _dates(received),
            "recorded_at": _dates(received + rng.integers(0, 5, count)),
            "kind": np.where(is_report, "report", "complaint"),
            "category": category,
            "text": complaint_texts(
                rng, category, register.name[business], _cooks(register)[business]
            ),
            "street_code": np.array([s.code for s in STREETS])[
                register.street[business]
            ],
            "lon": register.business["lon"].gather(business),
            "lat": register.business["lat"].gather(business),
            "is_verified": pl.Series(is_true).set(pl.Series(~is_checked), None),
            "verified_on": _dates(received + rng.integers(7, 30, count)).set(
                pl.Series(~is_checked), None
            ),
            "complainant_name": person,
            "complainant_phone": phone,
        }
    )
    return _numbered(frame, "complaint_id", prefix, "received_on")


def sample_table(
    rng: np.random.Generator,
    register: Register,
    log_odds: Floats,
    months: list[date],
    prefix: str,
) -> pl.DataFrame:
    """Invent samples in three programmes and four levels, with their re-inspections."""
    who, day, odds = [], [], []
    for step, month in enumerate(months):
        truth = log_odds[step // 3]
        here = np.flatnonzero(
            rng.random(len(truth)) < SAMPLES_A_MONTH * _open(register, month)
        )
        who.append(here)
        day.append(_day(month) + rng.integers(0, 28, len(here)))
        odds.append(truth[here] - truth.mean())
    business, sampled, excess = (
        np.concatenate(who),
        np.concatenate(day),
        np.concatenate(odds),
    )
    count = len(business)
    failed = rng.random(count) < chance(-4.0 + 0.75 * excess)
    reported = sampled + rng.integers(12, 30, count)
    asks = failed & (rng.random(count) < 0.15)
    state = np.where(
        asks,
        np.array(["upheld", "overturned", "pending"])[
            rng.choice(3, count, p=[0.8, 0.12, 0.08])
        ],
        "none",
    )
    final = reported + np.where(
        asks, rng.integers(20, 45, count), np.where(failed, 10, 0)
    )
    disposed = final + rng.integers(15, 85, count)
    is_catering = _cooks(register)[business]
    food_class = np.char.zfill(rng.integers(1, 32, count).astype(str), 2)
    frame = pl.DataFrame(
        {
            "business_id": register.ids.gather(business),
            "sampled_on": _dates(sampled),
            "recorded_at": _dates(reported),
            "programme": np.array(["supervision", "evaluation", "monitoring"])[
                rng.choice(3, count, p=[0.7, 0.2, 0.1])
            ],
            "level": np.array(["district", "city", "province", "nation"])[
                rng.choice(4, count, p=[0.72, 0.18, 0.07, 0.03])
            ],
            "food_class": np.where(is_catering, "90", food_class),
            "sampler_id": np.char.add(
                "INS", np.char.zfill(rng.integers(0, 250, count).astype(str), 4)
            ),
            "laboratory_id": np.char.add("LAB", rng.integers(1, 7, count).astype(str)),
            "is_failed": failed,
            "failed_item": pl.Series(
                np.array(_FAILED_ITEMS)[rng.integers(0, len(_FAILED_ITEMS), count)]
            ).set(pl.Series(~failed), None),
            "reinspection": state,
            "final_on": _dates(final).set(pl.Series(state == "pending"), None),
            "disposed_on": _dates(disposed).set(
                pl.Series(~failed | (state != "none")), None
            ),
        }
    )
    return _numbered(frame, "sample_id", prefix, "sampled_on")


def penalty_table(
    rng: np.random.Generator,
    register: Register,
    visits: Visits,
    samples: pl.DataFrame,
    prefix: str,
) -> pl.DataFrame:
    """Invent penalties that follow from serious visits and from failed samples."""
    hit = np.flatnonzero(visits.serious & (rng.random(len(visits.day)) < 0.10))
    place = {b: i for i, b in enumerate(register.ids)}
    failed = samples.filter("is_failed", pl.col("final_on").is_not_null())
    failed = failed.filter(pl.Series(rng.random(failed.height) < 0.6))
    business = np.r_[
        visits.business[hit],
        np.array([place[b] for b in failed["business_id"]], dtype=np.int64),
    ]
    happened = np.r_[
        visits.day[hit], failed["final_on"].to_physical().cast(pl.Int64).to_numpy()
    ]
    count = len(business)
    decided = happened + rng.integers(25, 95, count)
    discretion = np.array(["mitigated", "lighter", "ordinary", "heavier"])[
        rng.choice(4, count, p=[0.2, 0.3, 0.42, 0.08])
    ]
    kind = np.array(
        [
            "warning",
            "fine",
            "fine+confiscation",
            "fine+stop_business",
            "fine+revocation",
        ]
    )
    kinds = kind[rng.choice(5, count, p=[0.18, 0.47, 0.32, 0.025, 0.005])]
    has_fine = np.char.startswith(kinds, "fine")
    fine = np.where(has_fine, np.round(rng.lognormal(9.0, 1.0, count), -2), 0)
    gone = rng.random(count) < 0.05
    acts, articles = np.array(_ACTS)[rng.integers(0, len(_ACTS), count)].T
    frame = pl.DataFrame(
        {
            "business_id": register.ids.gather(business),
            "decided_on": _dates(decided),
            "recorded_at": _dates(decided + rng.integers(1, 12, count)),
            "act": acts,
            "law_article": articles,
            "kinds": kinds,
            "discretion_grade": discretion,
            "procedure": np.where(fine > 3000, "ordinary", "simple"),
            "fine_yuan": fine,
            "confiscated_yuan": np.where(
                np.char.find(kinds, "confiscation") >= 0,
                np.round(rng.lognormal(6, 1, count), 2),
                0,
            ),
            "goods_value_yuan": np.round(rng.lognormal(7, 1.2, count), 2),
            "duration_days": rng.integers(1, 200, count),
            "is_intentional": rng.random(count) < 0.05,
            "has_bad_social_effect": rng.random(count) < 0.01,
            "withdrawn_on": _dates(decided + rng.integers(60, 400, count)).set(
                pl.Series(~gone), None
            ),
            "withdrawal": pl.Series(
                np.where(rng.random(count) < 0.3, "annulled", "repaired")
            ).set(pl.Series(~gone), None),
        }
    )
    return _numbered(frame, "penalty_id", prefix, "decided_on").with_columns(
        document_no=pl.concat_str(
            pl.lit("杭上市监罚处〔"),
            pl.col("decided_on").dt.year().cast(pl.String),
            pl.lit("〕"),
            pl.col("penalty_id").str.tail(6),
            pl.lit("号"),
        )
    )


def incident_table(
    rng: np.random.Generator,
    register: Register,
    log_odds: Floats,
    months: list[date],
    prefix: str,
) -> pl.DataFrame:
    """Invent a handful of incidents a year, mostly small outbreaks."""
    rows = []
    for step, month in enumerate(months):
        rate = 4e-5 * np.exp(
            np.clip(0.9 * (log_odds[step // 3] - log_odds[step // 3].mean()), -2, 3)
        )
        for b in np.flatnonzero(rng.random(len(rate)) < rate * _open(register, month)):
            day = _day(month) + int(rng.integers(0, 28))
            rows.append(
                (
                    register.ids[int(b)],
                    day,
                    day + int(rng.integers(1, 6)),
                    int(rng.integers(2, 25)),
                    bool(rng.random() < 0.7),
                    STREETS[register.street[b]].code,
                )
            )
    schema = {
        "business_id": pl.String,
        "occurred_on": pl.Int32,
        "recorded_at": pl.Int32,
        "cases": pl.Int64,
        "is_confirmed": pl.Boolean,
        "street_code": pl.String,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.col("occurred_on", "recorded_at").cast(pl.Date),
        kind=pl.lit("foodborne"),
        deaths=pl.lit(0),
    )
    return _numbered(frame, "incident_id", prefix, "occurred_on")


def _cooks(register: Register) -> npt.NDArray[np.bool_]:
    cooks = np.array([k.business_type in {"catering", "canteen"} for k in KINDS])
    here: npt.NDArray[np.bool_] = cooks[register.kind]
    return here


def _open(register: Register, month: date) -> npt.NDArray[np.bool_]:
    open_now: npt.NDArray[np.bool_] = (register.opened <= _day(month)) & (
        register.closed > _day(month) + 28
    )
    return open_now


def _numbered(frame: pl.DataFrame, column: str, prefix: str, by: str) -> pl.DataFrame:
    ordered = frame.sort(by, "business_id", maintain_order=True)
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(7)
    return ordered.select(pl.concat_str(pl.lit(prefix), number).alias(column), pl.all())


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _dates(days: Ints) -> pl.Series:
    return pl.Series(days.astype(np.int32)).cast(pl.Date)
