"""Put a challenger through the gates, and make it the champion if a person confirms.

Everything is measured on what is kept with the two models and on the facts known on the
day up to which the challenger was trained. Passing is not enough: a named person says
why, and both are written down. Refused, the old champion stays.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import ModelError, ProcedureError, UsageError
from features.labels import cohort
from features.matrix import build
from features.schema import Facts
from features.warehouse import open_warehouse
from models import gates
from models.card_trial import TRIAL
from models.fairness import Limits, unfair
from models.gates import Gate, Steadiness
from models.pointers import pointed
from models.probe import probe
from models.reason_stability import stable_share
from models.registry import (
    CHALLENGER,
    challenger,
    champion,
    is_promoted,
    kept_table,
    promote,
    run_folder,
)
from models.risk import RiskModel
from models.rules import Rules, RuleSet, load_rules
from models.scorecard import EVIDENCE
from models.training_run import TrainingRun, read_run
from pipelines.judging import judge
from pipelines.train import legal_life_days
from pipelines.training_tables import CREDIT, FAIRNESS, HELD_OUT, STABILITY
from pipelines.visits import BLOCK_MONTHS, blocks_between, visit_rows

Progress = Callable[[str, float], None]

CHAMPION, FIRST_RIVAL = "champion", "past_serious"
# Rows in which every feature is walked: the probe's own number takes minutes here.
PROBE_ROWS = 100


@dataclass(frozen=True)
class Review:
    """What the gates found of a challenger, beside the champion it would replace.

    `migration` has grade_before, grade_after and businesses; None for a first model.
    `card` is the way in which the scorecard that goes with it was fitted, and
    `scorecard` its version, empty where there is none.
    """

    version: str
    before: str
    as_of: date
    run: TrainingRun
    gates: tuple[Gate, ...]
    migration: pl.DataFrame | None
    card: str
    scorecard: str

    @property
    def refused_by(self) -> tuple[str, ...]:
        """Name the gates that do not let the model pass."""
        return tuple(gate.name for gate in self.gates if not gate.passed)

    def as_dict(self) -> dict[str, Any]:
        """Give the review as plain values for a program."""
        return {
            "version": self.version,
            "before": self.before,
            "as_of": self.as_of.isoformat(),
            "gates": [asdict(gate) for gate in self.gates],
            "refused_by": list(self.refused_by),
            "migration": [] if self.migration is None else self.migration.to_dicts(),
            "card": self.card,
            "scorecard": self.scorecard,
        }


@dataclass(frozen=True)
class Person:
    """Who confirms a promotion, why, when, and from which account."""

    by: str
    reason: str
    at: str
    account: str

    def check(self) -> None:
        """Refuse a promotion that nobody stands for.

        Raises:
            UsageError: the name or the reason is empty.
        """
        if not self.by.strip() or not self.reason.strip():
            message = (
                "a promotion needs a named person and a reason: give --by and --reason"
            )
            raise UsageError(message)


def review(
    warehouse: Path,
    *,
    store: Path,
    card: str = EVIDENCE,
    progress: Progress | None = None,
) -> Review:
    """Put the challenger of a store through every gate; nothing is changed.

    Raises:
        ModelError: there is no challenger, or its training kept no tables.
        UsageError: no scorecard was fitted in the way asked for.
    """
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    model = challenger(store)
    before = champion(store) if is_promoted(store) else None
    trial, scorecard = _card(store, model, card)
    run = read_run(run_folder(store, model.version))
    with open_warehouse(warehouse, read_only=True) as opened:
        facts, rules = opened.facts(), load_rules()
    law = rules.applied_to(run.as_of)
    say("quality", 0.1)
    compared = _compared(store, model, before, facts, rules)
    measured = _measured(compared, _table(store, model, HELD_OUT), law)
    say("monotone", 0.3)
    probed = probe(model, _latest(facts, run.as_of, rules), rows=PROBE_ROWS)
    say("grades", 0.6)
    migration = _migrated(facts, run.as_of, (before, model), rules)
    say("done", 1.0)
    return Review(
        version=model.version,
        before=before.version if before else "",
        as_of=run.as_of,
        run=run,
        gates=(
            *measured,
            gates.monotone(probed),
            *_from_tables(store, model, migration, law),
            gates.law(run.parameters["law_version"], rules.version),
            gates.credit(trial, card, law.number("release.auc_margin")),
        ),
        migration=migration,
        card=card,
        scorecard=scorecard,
    )


def _card(store: Path, model: RiskModel, card: str) -> tuple[pl.DataFrame, str]:
    """Read how the scorecards compared, and the version of the one asked for."""
    named = pointed(store, CHALLENGER)
    version = named["scorecard" if card == EVIDENCE else card]
    if card != EVIDENCE and not version:
        message = (
            f"the training of {model.version} kept no scorecard of {card}; train again "
            f"with: shian train --store {store}, or leave --card out"
        )
        raise UsageError(message)
    trial = kept_table(store, model.version, CREDIT)
    return pl.DataFrame(schema=TRIAL) if trial is None else trial, version


def _measured(
    compared: pl.DataFrame, held: pl.DataFrame, law: RuleSet
) -> tuple[Gate, Gate]:
    """Judge quality where there is a rival to compare with, calibration on all visits."""
    rival = CHAMPION if CHAMPION in compared.columns else FIRST_RIVAL
    return (
        gates.quality(compared, rival, law.number("release.auc_margin")),
        gates.calibration(held, law.number("release.calibration_limit")),
    )


def confirm(found: Review, person: Person, *, store: Path) -> Path:
    """Make a reviewed challenger the champion; gives the file that records it.

    Raises:
        UsageError: nobody stands for it.
        ProcedureError: a gate does not let it pass, or another model was trained or
            promoted since.
    """
    person.check()
    if found.refused_by:
        which = ", ".join(found.refused_by)
        message = (
            f"challenger {found.version} is not promoted: refused by {which}; "
            "the champion stays"
        )
        raise ProcedureError(message)
    kept = {**asdict(person), **found.as_dict()}
    chosen = {"version": found.version, "scorecard": found.scorecard}
    return promote(store, chosen, found.before, kept)


def migrate(
    facts: Facts, as_of: date, models: tuple[RiskModel, RiskModel], rules: Rules
) -> pl.DataFrame:
    """Count the businesses by their grade under one model and under another."""
    pairs = cohort(facts, as_of)
    before, after = (
        judge(facts, pairs, model=model, rules=rules).graded["risk_grade"]
        for model in models
    )
    return count_moves(before, after)


def _migrated(
    facts: Facts, as_of: date, models: tuple[RiskModel | None, RiskModel], rules: Rules
) -> pl.DataFrame | None:
    """Count the moves against the champion; there are none for a first model."""
    before, after = models
    return None if before is None else migrate(facts, as_of, (before, after), rules)


def count_moves(before: pl.Series, after: pl.Series) -> pl.DataFrame:
    """Count pairs of grades: grade_before, grade_after, businesses."""
    pairs = pl.DataFrame({"grade_before": before, "grade_after": after})
    return (
        pairs.group_by("grade_before", "grade_after")
        .agg(businesses=pl.len())
        .sort("grade_before", "grade_after")
    )


def changed_share(migration: pl.DataFrame) -> float:
    """Give the share of businesses whose grade is another; 2 of 8 give .25."""
    moved = migration.filter(pl.col("grade_before") != pl.col("grade_after"))
    total = int(migration["businesses"].sum())
    return int(moved["businesses"].sum()) / total if total else 0.0


def _table(store: Path, model: RiskModel, name: str) -> pl.DataFrame:
    table = kept_table(store, model.version, name)
    if table is None:
        message = (
            f"the training of {model.version} kept no table {name}; train again with: "
            f"shian train --store {store}"
        )
        raise ModelError(message)
    return table


def _compared(
    store: Path,
    model: RiskModel,
    before: RiskModel | None,
    facts: Facts,
    rules: Rules,
) -> pl.DataFrame:
    """Give the held-out visits of a challenger with what the champion said of them.

    A visit the champion has learned from is stated by the champion's own shadow; of
    what neither states, nothing can be compared.
    """
    held = _table(store, model, HELD_OUT)
    if before is None or held.is_empty():
        return held
    old = kept_table(store, before.version, HELD_OUT)
    shadow = held.select("inspection_id").clear().with_columns(champion=pl.lit(0.0))
    if old is not None:
        shadow = old.select("inspection_id", champion="probability")
    seen = held.filter(pl.col("window").cast(pl.String) <= before.trained_until).join(
        shadow, on="inspection_id", how="inner", maintain_order="left"
    )
    new = held.filter(pl.col("window").cast(pl.String) > before.trained_until)
    return pl.concat([seen, _stated(new, before, facts, rules)])


def _stated(
    held: pl.DataFrame, before: RiskModel, facts: Facts, rules: Rules
) -> pl.DataFrame:
    """Let the champion state visits that it has not seen, on the features of their day."""
    if held.is_empty():
        return held.with_columns(champion=pl.lit(None, pl.Float64))
    days = held["window"]
    blocks = blocks_between(days.min(), _after(days), BLOCK_MONTHS)  # type: ignore[arg-type]
    life = legal_life_days(rules, days.min())  # type: ignore[arg-type]
    rows = visit_rows(facts, blocks, legal_life_days=life)
    said = rows.outcome.select("inspection_id").with_columns(
        champion=pl.Series(before.predict(rows.matrix))
    )
    return held.join(said, on="inspection_id", how="inner", maintain_order="left")


def _after(days: pl.Series) -> date:
    """Give the first day after the block that begins on the latest of some days."""
    last: date = pl.select(pl.lit(days.max()).dt.offset_by(f"{BLOCK_MONTHS}mo")).item()
    return last


def _latest(facts: Facts, as_of: date, rules: Rules) -> pl.DataFrame:
    """Build the features of everybody trading on the day, for the probe."""
    life = legal_life_days(rules, as_of)
    everybody = cohort(facts, as_of)
    step = max(1, everybody.height // PROBE_ROWS)
    return build(facts, everybody.gather_every(step), legal_life_days=life)


def _from_tables(
    store: Path, model: RiskModel, migration: pl.DataFrame | None, law: RuleSet
) -> tuple[Gate, Gate]:
    """Judge fairness, and what keeps, by the tables of the training."""
    fair = _fair(_table(store, model, FAIRNESS), law)
    return fair, _steady(_table(store, model, STABILITY), migration, law)


def _fair(table: pl.DataFrame, law: RuleSet) -> Gate:
    limits = Limits(
        gap=law.number("release.fair_gap"),
        burden=law.number("release.fair_burden"),
        visits=law.number("release.fair_visits"),
    )
    judged = table.filter(pl.col("visits") >= limits.visits).height
    return gates.fairness(judged, unfair(table, limits))


def _steady(table: pl.DataFrame, migration: pl.DataFrame | None, law: RuleSet) -> Gate:
    shares = stable_share(table, law.number("release.stable_share"))
    return gates.stability(
        Steadiness(
            stable=float(shares["stable"].fill_nan(0.0).fill_null(0.0).item()),
            least_stable=law.number("release.stable_reasons"),
            changed=None if migration is None else changed_share(migration),
            most_changed=law.number("release.migration_share"),
        )
    )


def promotions(store: Path) -> list[Mapping[str, Any]]:
    """Read who promoted which model when and why, the latest last."""
    files = sorted((store / "promotions").glob("*.json"))
    return [json.loads(path.read_text("utf-8")) for path in files]
