"""Whether like businesses are treated alike: errors, selection and burden by group.

Measured on visits that the model had not seen. A group is judged by two things that do
not depend on how risky it truly is: whether found and stated share lie apart by as much
as they do for all visits (officers go where they fear, so more may be found than is
stated of everybody), and how many visits are spent on it for each serious case. The rest (who is selected, missed,
alarmed falsely) is shown beside a named reference: it differs with the true risk.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.metrics import TOP_SHARE, Ranked, wilson

Span = tuple[float, float, float]
# Value, lower and upper end of each.
_SPANS = ("found", "gap", "selected", "missed", "false_alarm", "visits_per_serious")
_PLAIN = {
    "attribute": pl.String,
    "group": pl.String,
    "is_reference": pl.Boolean,
    "visits": pl.Int64,
    "serious": pl.Int64,
    "stated": pl.Float64,
    "auc": pl.Float64,
}
FAIRNESS = _PLAIN | {
    f"{name}{end}": pl.Float64 for name in _SPANS for end in ("", "_lower", "_upper")
}


@dataclass(frozen=True)
class Limits:
    """What a group must not exceed, and on how many visits it is judged."""

    gap: float
    burden: float
    visits: float


def fairness(held: pl.DataFrame, attributes: Sequence[str]) -> pl.DataFrame:
    """Measure every group of every attribute, in the columns of FAIRNESS.

    `held` has window, probability, is_serious and a text column per attribute. The first
    tenth of each window by probability counts as selected. The largest group of an
    attribute is its reference and stands first.
    """
    room = pl.col("probability").rank("ordinal", descending=True).over("window")
    whole = held.with_columns(
        is_selected=room <= (pl.len() * TOP_SHARE).over("window").ceil()
    )
    stated = held["probability"].to_numpy()
    level = (
        float((held["is_serious"].to_numpy() - stated).mean()) if len(stated) else 0.0
    )
    rows = []
    for attribute in attributes:
        groups = whole.group_by(pl.col(attribute).fill_null("-").alias("group")).agg(
            pl.col("probability", "is_serious", "is_selected")
        )
        sized = groups.with_columns(size=pl.col("probability").list.len())
        ordered = sized.sort("size", "group", descending=[True, False])
        for place, group in enumerate(ordered.iter_rows(named=True)):
            start = {"attribute": attribute, "is_reference": place == 0}
            rows.append(start | _measured(group, level))
    return pl.DataFrame(rows, schema=FAIRNESS)


def unfair(table: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Keep the groups that a release must not have, with the column `why`: gap or burden.

    A group fails by its whole interval, never by a point: chance is no injustice.
    """
    reference = table.filter("is_reference").select(
        "attribute", least="visits_per_serious"
    )
    is_off = (pl.col("gap_lower") > limits.gap) | (pl.col("gap_upper") < -limits.gap)
    is_heavy = pl.col("visits_per_serious_lower") > limits.burden * pl.col("least")
    return (
        table.join(reference, on="attribute", how="left", maintain_order="left")
        .filter(pl.col("visits") >= limits.visits)
        .with_columns(
            why=pl.when(is_off)
            .then(pl.lit("gap"))
            .when(is_heavy & ~pl.col("is_reference"))
            .then(pl.lit("burden"))
        )
        .filter(pl.col("why").is_not_null())
        .drop("least")
    )


def _measured(group: dict[str, object], level: float) -> dict[str, object]:
    """Measure one group; `level` is what is found beyond what is stated, of all visits."""
    probability = np.array(group["probability"], dtype=np.float64)
    serious = np.array(group["is_serious"], dtype=np.float64)
    selected = np.array(group["is_selected"], dtype=bool)
    visits, found = len(serious), float(serious.sum())
    stated = float(probability.mean())
    share = _span(found, visits)
    hits = float(serious[selected].sum())
    auc = float(Ranked(probability, serious).auc(np.ones((1, visits)))[0])
    spans: dict[str, tuple[float, ...]] = {
        "found": share,
        "gap": tuple(end - stated - level for end in share),
        "selected": _span(float(selected.sum()), visits),
        "missed": _span(float(serious[~selected].sum()), found),
        "false_alarm": _span(float((1 - serious)[selected].sum()), visits - found),
        "visits_per_serious": _burden(hits, float(selected.sum())),
    }
    return {
        "group": group["group"],
        "visits": visits,
        "serious": int(found),
        "stated": stated,
        "auc": auc if np.isfinite(auc) else None,
        **{
            f"{name}{end}": value if np.isfinite(value) else None
            for name, span in spans.items()
            for end, value in zip(("", "_lower", "_upper"), span, strict=True)
        },
    }


def _span(count: float, total: float) -> Span:
    """Give a share with its 95% interval; of nothing it is unknown."""
    if total <= 0:
        return np.nan, np.nan, np.nan
    return count / total, *wilson(count / total, total)


def _burden(hits: float, selected: float) -> Span:
    """Give visits per serious case; 4 hits in 20 visits give 5, from 2.4 to 12.4."""
    if selected <= 0:
        return np.nan, np.nan, np.nan
    share = hits / selected
    low, high = wilson(share, selected)
    return 1 / share if share else np.inf, 1 / high, 1 / low if low > 0 else np.inf
