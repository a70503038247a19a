"""Train the risk model on every visit known before a day, and keep its record.

The scorecards of enterprises are fitted beside it, where there are cases enough.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.catalogue import catalogue, feature_names
from features.schema import Facts
from features.warehouse import open_warehouse
from models import card_trial, credit
from models.card_trial import TRIAL
from models.clauses import Number
from models.registry import (
    CHALLENGER,
    Record,
    check_place,
    keep,
)
from models.risk import ROUNDS, Grow, RiskModel, fit, grow_here, parameters
from models.rules import Rules, load_rules
from models.scorecard import EVIDENCE, STUMPS, Scorecard
from models.training import Training
from pipelines.held_out import held_out
from pipelines.provenance import code_version, fingerprint
from pipelines.training_tables import CREDIT, training_tables
from pipelines.visits import (
    BLOCK_MONTHS,
    VisitRows,
    blocks_before,
    blocks_with_visits,
    first_visit,
    records_end,
    visit_rows,
)

DAYS_PER_YEAR = 365.25

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Grower:
    """How boosters are grown, in words for the record, and what that changes."""

    how: str = "one process"
    grow: Grow = grow_here
    changed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainReport:
    """What was trained, on how much, and under which versions."""

    model_version: str
    as_of: date
    visits: int
    serious_share: float
    businesses: int
    blocks: int
    law_version: str
    code_version: str
    data_fingerprint: str
    calibration_slope: float
    gravity_share: float
    role: str
    scorecard_version: str = ""
    stumps_version: str = ""
    scorecard_cases: int = 0
    scorecard_note: str = ""
    grown_by: str = Grower.how

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain values for a program."""
        return {**asdict(self), "as_of": self.as_of.isoformat()}


def train(
    warehouse: Path,
    *,
    as_of: date,
    store: Path,
    grower: Grower | None = None,
    progress: Progress | None = None,
) -> TrainReport:
    """Train a model and make it the challenger; by default in this process.

    Raises:
        WarehouseError: there is no warehouse to read.
        InputError: it holds no inspection.
        ModelError: there are too few known visits to learn from.
        MachineError: the store cannot be written; a wrong place is told at once.
    """
    check_place(store)
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    rules = load_rules()
    say("features", 0.1)
    rows = known_rows(facts, as_of, rules)
    say("model", 0.4)
    grower = grower or Grower()
    model, held = _with_shadow(facts, rows, grower.grow)
    say("scorecard", 0.7)
    fitted = fit_cards(facts, as_of, rules)
    report = _report(model, rows, rules, as_of, facts)
    report = replace(report, grown_by=grower.how, **fitted.told)
    say("record", 0.8)
    tables = {**training_tables(facts, rows, model, held), CREDIT: fitted.trial}
    record = _record(report, rows, grower)
    record = replace(record, cards=fitted.cards, tables=tables)
    keep(model, record, store)
    say("done", 1.0)
    return report


def _with_shadow(
    facts: Facts, rows: VisitRows, grow: Grow
) -> tuple[RiskModel, pl.DataFrame]:
    """Fit the model, and beside it the shadow that predicts the latest visits."""
    with ThreadPoolExecutor(1) as beside:
        held = beside.submit(
            held_out, facts, rows, lambda r: fit_rows(r, resamples=0, grow=grow)
        )
        return fit_rows(rows, grow=grow), held.result()


def known_rows(facts: Facts, as_of: date, rules: Rules) -> VisitRows:
    """Collect the visits whose results had been recorded before the day."""
    before = blocks_before(as_of, first_visit(facts), BLOCK_MONTHS)
    blocks = blocks_with_visits(facts, before)
    rows = visit_rows(facts, blocks, legal_life_days=legal_life_days(rules, as_of))
    return rows.known_before(as_of)


@dataclass(frozen=True)
class FittedCards:
    """The scorecards of enterprises by their way of fitting, and how they compare.

    `told` is what a report says of them; without cases enough there is no card.
    """

    told: dict[str, Any]
    cards: Mapping[str, Scorecard] = field(default_factory=dict)
    trial: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TRIAL))


def fit_cards(facts: Facts, as_of: date, rules: Rules) -> FittedCards:
    """Fit the scorecards of enterprises; without cases enough say what is lacking.

    A year that the records do not cover to its end is no case, though it may be over by
    the day asked for.
    """
    law = rules.in_force(as_of)
    if not credit.is_in_force(law):
        note = f"no scorecard: credit evaluation had no rules in force on {as_of}"
        return FittedCards({"scorecard_note": note})
    life = legal_life_days(rules, as_of)
    known = min(as_of, records_end(facts))
    cases = credit.past_cases(facts, known, law, legal_life_days=life)
    lacking = cases.shortfall()
    told: dict[str, Any] = {"scorecard_cases": len(cases.bad)}
    if lacking:
        return FittedCards({**told, "scorecard_note": lacking})
    cards = card_trial.fit_cards(cases, law, until=as_of)
    told["scorecard_version"] = cards[EVIDENCE].version
    told["stumps_version"] = cards[STUMPS].version
    return FittedCards(told, cards, card_trial.card_trial(facts, cases, cards, law))


def legal_life_days(rules: Rules, day: date) -> int | None:
    """Give the days for which bad information may be used, by the rule in force."""
    number = rules.in_force(day).find(Number, "credit.bad_information_years")
    return None if number is None else round(number.value * DAYS_PER_YEAR)


def fit_rows(
    rows: VisitRows, *, resamples: int | None = None, grow: Grow = grow_here
) -> RiskModel:
    """Fit the model to visit rows, with the directions of the catalogue."""
    options = {} if resamples is None else {"resamples": resamples}
    return fit(
        training_of(rows),
        feature_names(),
        directions(),
        grow=grow,
        **options,
    )


def directions() -> tuple[int, ...]:
    """Give the worse direction of every feature, 0 where there is none."""
    return tuple(feature.direction for feature in catalogue())


def training_of(rows: VisitRows) -> Training:
    """Arrange visit rows for the model."""
    return Training(
        matrix=rows.matrix,
        serious=rows.outcome["is_serious"].cast(pl.Float64).to_numpy(),
        inspector=rows.outcome["inspector_id"],
        as_of=rows.outcome["as_of"],
        business=rows.outcome["business_id"],
        inclusion=rows.outcome["inclusion_probability"]
        .fill_null(np.nan)
        .cast(pl.Float64)
        .to_numpy(),
        gravity=rows.outcome["gravity"].cast(pl.Float64).to_numpy(),
    )


def _report(
    model: RiskModel, rows: VisitRows, rules: Rules, as_of: date, facts: Facts
) -> TrainReport:
    return TrainReport(
        model_version=model.version,
        as_of=as_of,
        visits=rows.outcome.height,
        serious_share=float(np.mean(rows.outcome["is_serious"].to_numpy())),
        businesses=rows.outcome["business_id"].n_unique(),
        blocks=rows.outcome["as_of"].n_unique(),
        law_version=rules.version,
        code_version=code_version(),
        data_fingerprint=fingerprint(facts),
        calibration_slope=model.calibration.slope,
        gravity_share=model.gravity_share,
        role=CHALLENGER,
    )


def _record(report: TrainReport, rows: VisitRows, grower: Grower) -> Record:
    chosen = parameters(report.visits, directions()) | dict(grower.changed)
    return Record(
        parameters={
            "as_of": report.as_of.isoformat(),
            "law_version": report.law_version,
            "code_version": report.code_version,
            "data_fingerprint": report.data_fingerprint,
            "block_months": str(BLOCK_MONTHS),
            "scorecard_version": report.scorecard_version,
            "stumps_version": report.stumps_version,
            "rounds": str(ROUNDS),
            "grown_by": grower.how,
            **{name: str(value) for name, value in chosen.items()},
        },
        metrics={
            "visits": float(report.visits),
            "serious_share": report.serious_share,
            "calibration_slope": report.calibration_slope,
            "gravity_share": report.gravity_share,
        },
        features=tuple(rows.matrix.columns),
    )
