"""Whether the model in use still fits: the present against what it was trained on.

Nothing here decides: it measures, holds what it found against the limits R-9 to R-13,
and says so to a person and, by the exit code, to a scheduler.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.catalogue import catalogue
from features.errors import ModelError, UsageError
from features.matrix import build
from features.schema import Facts
from features.warehouse import Warehouse, open_warehouse
from models import credit
from models.drift import shift
from models.gates import by_lot, calibration_and_chance, visits_of
from models.metrics import Array, Ranked, calibration_table
from models.random_visits import ALL, DRAWN, estimates
from models.registry import champion, kept_table, scorecard_in_use
from models.risk import RiskModel
from models.rules import Rules, RuleSet, load_rules
from models.scorecard import Scorecard
from models.stability import characteristic_stability, score_stability
from pipelines.column_names import label
from pipelines.held_out import predicted
from pipelines.promoting import changed_share, count_moves
from pipelines.train import legal_life_days
from pipelines.training_tables import HELD_OUT, PROFILE, with_probability
from pipelines.visits import (
    BLOCK_MONTHS,
    VisitRows,
    blocks_between,
    blocks_with_visits,
    visit_rows,
)

Progress = Callable[[str, float], None]

# Fewer visits say more about chance than about the model.
MIN_VISITS = 100
_RUNS = """
    select run_id, as_of from output.run where kind = 'score' and as_of <= $1
    qualify row_number() over (partition by as_of order by rowid desc) = 1
    order by as_of desc limit 2
"""
_GRADES = (
    "select business_id, risk_grade, is_provisional from output.score where run_id = $1"
)


@dataclass(frozen=True)
class Check:
    """One thing held against a limit; `holds` is None where it cannot be measured."""

    name: str
    rule: str
    holds: bool | None
    zh: str
    en: str

    def found(self, lang: str) -> str:
        """Say what was found."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Monitoring:
    """What became of a model in a period.

    `shifts` has column, psi, missing_then, missing_now, is_judged; `characteristics` the
    feature, csi and points of the scorecard, empty without one; `bands` stated, found and
    visits; `migration` the grades of the last two score runs, empty where there are
    no two; `days` their days.
    """

    version: str
    start: date
    end: date
    visits: int
    checks: tuple[Check, ...]
    shifts: pl.DataFrame
    characteristics: pl.DataFrame
    bands: pl.DataFrame
    migration: pl.DataFrame
    days: tuple[date, ...]

    @property
    def crossed(self) -> tuple[str, ...]:
        """Name what crossed its limit."""
        return tuple(check.name for check in self.checks if check.holds is False)

    def as_dict(self) -> dict[str, Any]:
        """Give the findings as plain values for a program."""
        return {
            "version": self.version,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "visits": self.visits,
            "crossed": list(self.crossed),
            "checks": [asdict(check) for check in self.checks],
            "psi": self.shifts.to_dicts(),
            "csi": self.characteristics.to_dicts(),
            "calibration": self.bands.to_dicts(),
            "migration": self.migration.to_dicts(),
            "score_runs": [day.isoformat() for day in self.days],
        }


def monitor(
    warehouse: Path,
    *,
    store: Path,
    end: date,
    start: date | None = None,
    progress: Progress | None = None,
) -> Monitoring:
    """Measure the model in use on the visits of [start, end) recorded before its end.

    Without a start the period begins where the training ended.

    Raises:
        ModelError: there is no model, or its training kept no profile.
        UsageError: the period overlaps the training, or holds too few visits.
    """
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    model, rules = champion(store), load_rules()
    with open_warehouse(warehouse, read_only=True) as opened:
        facts, runs = opened.facts(), _grades(opened, end)
    say("features", 0.2)
    rows = _rows(facts, model, (start, end), rules)
    law = rules.applied_to(end)
    found = predicted(facts, rows, model)
    shifts = _shifts(_profile(store, model), rows, model)
    card, firms = _scorecard(store, facts, end, rules)
    migration = _migration(runs)
    say("done", 1.0)
    return Monitoring(
        version=model.version,
        start=rows.outcome["as_of"].min(),  # type: ignore[arg-type]
        end=end,
        visits=found.height,
        checks=(
            _psi(shifts, law),
            _auc(found, kept_table(store, model.version, HELD_OUT), law),
            _calibration(found, law),
            _provisional(runs, law),
            _moved(migration, law),
            _credit(card, firms, law),
        ),
        shifts=shifts,
        characteristics=_characteristics(card, firms),
        bands=_bands(found),
        migration=migration,
        days=tuple(day for day, _ in runs),
    )


def _bands(found: pl.DataFrame) -> pl.DataFrame:
    """Give what was stated and found in each tenth of the visits."""
    serious = found["is_serious"].cast(pl.Float64).to_numpy()
    table = calibration_table(serious, found["probability"].to_numpy())
    return pl.DataFrame(table, schema=["stated", "found", "visits"])


def _rows(
    facts: Facts,
    model: RiskModel,
    period: tuple[date | None, date],
    rules: Rules,
) -> VisitRows:
    """Collect the visits of whole blocks in a period, none of which taught the model."""
    start, end = period
    trained = date.fromisoformat(model.trained_until)
    begin: date = pl.select(pl.lit(trained).dt.offset_by(f"{BLOCK_MONTHS}mo")).item()
    if start is not None and start < begin:
        message = (
            f"the model learned from visits up to {begin}; give --from {begin} or later, "
            f"not {start}"
        )
        raise UsageError(message)
    asked = blocks_between(start or begin, end, BLOCK_MONTHS)
    blocks = blocks_with_visits(facts, asked) if asked else []
    life = legal_life_days(rules, end)
    rows = visit_rows(facts, blocks, legal_life_days=life).known_before(end)
    if rows.outcome.height < MIN_VISITS:
        message = (
            f"only {rows.outcome.height} visits with a known result between "
            f"{start or begin} and {end}, in whole blocks of {BLOCK_MONTHS} months; at "
            f"least {MIN_VISITS} are needed: wait, or load what happened since"
        )
        raise UsageError(message)
    return rows


def _profile(store: Path, model: RiskModel) -> pl.DataFrame:
    table = kept_table(store, model.version, PROFILE)
    if table is None:
        message = (
            f"the training of {model.version} kept no profile; train again with: "
            f"shian train --store {store}"
        )
        raise ModelError(message)
    return table


def _shifts(then: pl.DataFrame, rows: VisitRows, model: RiskModel) -> pl.DataFrame:
    """Measure every column.

    The season moves by itself, and a mean over a whole group has so few values that a
    small move empties a band: both are shown and not judged.
    """
    of_all = [f.name for f in catalogue() if f.story == "season" or f.metric == "group"]
    return (
        shift(then, with_probability(rows.matrix, model))
        .with_columns(is_judged=~pl.col("column").is_in(of_all))
        .sort("psi", descending=True, maintain_order=True)
    )


def _psi(shifts: pl.DataFrame, law: RuleSet) -> Check:
    limit = law.number("monitor.psi_limit")
    over = shifts.filter("is_judged", pl.col("psi") > limit)
    top = shifts.filter("is_judged").row(0, named=True)
    return Check(
        "psi",
        "monitor.psi_limit",
        over.is_empty(),
        f"{shifts.height}列中{over.height}列的PSI超过{limit:g}；最大为"
        f"“{label(top['column'], 'zh')}”，{top['psi']:.2f}",
        f"{over.height} of {shifts.height} columns have a PSI above {limit:g}; the largest "
        f"is “{label(top['column'], 'en')}” at {top['psi']:.2f}",
    )


def _auc(found: pl.DataFrame, held: pl.DataFrame | None, law: RuleSet) -> Check:
    """Hold the AUC on visits drawn by lot against that of the training's held-out ones."""
    drop = law.number("monitor.auc_drop")
    name, rule = "auc", "monitor.auc_drop"
    table = estimates(
        visits_of(found), found["probability"].to_numpy(), _inclusion(found)
    )
    drawn = table.filter(of=DRAWN, metric="auc")
    if drawn.is_empty() or held is None or held.is_empty():
        return Check(
            name,
            rule,
            None,
            "双随机检查过少，或训练未留出检查，无法比较",
            "too few visits drawn by lot, or none held out in training: cannot be compared",
        )
    own = drawn.row(0, named=True)
    whole = table.filter(of=ALL, metric="auc").row(0, named=True)
    then = _auc_of(held)
    return Check(
        name,
        rule,
        bool(own["upper"] >= then - drop),
        f"{own['visits']:,}次双随机检查的AUC {own['value']:.3f}（{own['lower']:.3f}–"
        f"{own['upper']:.3f}），训练留出期{then:.3f}，可低{drop:g}；全部检查{whole['value']:.3f}",
        f"AUC {own['value']:.3f} ({own['lower']:.3f} to {own['upper']:.3f}) on "
        f"{own['visits']:,} visits drawn by lot; {then:.3f} when held out in training, "
        f"allowed {drop:g} less; {whole['value']:.3f} on all visits",
    )


def _auc_of(held: pl.DataFrame) -> float:
    _, _, judged, weight = by_lot(held)
    serious = judged["is_serious"].cast(pl.Float64).to_numpy()
    ranked = Ranked(judged["probability"].to_numpy(), serious)
    return float(ranked.auc(weight[None, :])[0])


def _inclusion(found: pl.DataFrame) -> Array:
    chances: Array = found["inclusion_probability"].fill_null(np.nan).to_numpy()
    return chances


def _calibration(found: pl.DataFrame, law: RuleSet) -> Check:
    limit = law.number("monitor.calibration_limit")
    zh, en, judged, weight = by_lot(found)
    error, chance = calibration_and_chance(judged, weight)
    return Check(
        "calibration",
        "monitor.calibration_limit",
        error <= max(limit, chance),
        f"{judged.height:,}次{zh}上校准误差{error:.3f}，上限{limit:g}（仅凭偶然可达{chance:.3f}）",
        f"calibration error {error:.3f} on {judged.height:,} {en}, limit {limit:g} (chance "
        f"alone may give {chance:.3f})",
    )


_Runs = list[tuple[date, pl.DataFrame]]


def _grades(opened: Warehouse, end: date) -> _Runs:
    """Read the grades of the last two score runs, the latest first."""
    runs = opened.sql(_RUNS, [end])
    return [(day, opened.sql(_GRADES, [run])) for run, day in runs.iter_rows()]


def _provisional(runs: _Runs, law: RuleSet) -> Check:
    rise = law.number("monitor.provisional_rise")
    shares = [float(g["is_provisional"].to_numpy().mean()) for _, g in runs]
    told = " → ".join(f"{share:.1%}" for share in reversed(shares)) or "-"
    return Check(
        "provisional",
        "monitor.provisional_rise",
        shares[0] - shares[1] <= rise if len(shares) > 1 else None,
        f"暂定等级占{told}，可上升{rise:.0%}",
        f"provisional grades {told}, may rise by {rise:.0%}",
    )


def _migration(runs: _Runs) -> pl.DataFrame:
    """Count the businesses of both runs from the grade before to the grade now."""
    if len(runs) < 2:  # noqa: PLR2004  two runs to compare
        return count_moves(
            pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String)
        )
    (_, now), (_, before) = runs
    both = before.join(now, on="business_id", how="inner", maintain_order="left")
    return count_moves(both["risk_grade"], both["risk_grade_right"])


def _moved(migration: pl.DataFrame, law: RuleSet) -> Check:
    most = law.number("monitor.migration_share")
    share = changed_share(migration)
    known = not migration.is_empty()
    return Check(
        "migration",
        "monitor.migration_share",
        share <= most if known else None,
        f"两次评分之间{share:.1%}的经营者等级变动，上限{most:.0%}"
        if known
        else "没有两次评分可比",
        f"{share:.1%} of grades changed between the last two score runs, limit {most:.0%}"
        if known
        else "there are no two score runs to compare",
    )


def _scorecard(
    store: Path, facts: Facts, end: date, rules: Rules
) -> tuple[Scorecard | None, pl.DataFrame | None]:
    """Read the scorecard in use, with whom it scores now."""
    card = scorecard_in_use(store)
    return card, None if card is None else _firms(facts, end, rules)


def _firms(facts: Facts, end: date, rules: Rules) -> pl.DataFrame:
    """Build the features of the enterprises trading at the end, which the card scores."""
    pairs = credit.enterprises(facts, end, rules.applied_to(end))
    return build(facts, pairs, legal_life_days=legal_life_days(rules, end))


def _characteristics(
    card: Scorecard | None, firms: pl.DataFrame | None
) -> pl.DataFrame:
    if card is None or firms is None or firms.is_empty():
        kinds = {"feature": pl.String, "csi": pl.Float64, "points": pl.Float64}
        return pl.DataFrame(schema=kinds)
    table = characteristic_stability(card, firms)
    return table.sort("csi", descending=True, maintain_order=True)


def _credit(card: Scorecard | None, firms: pl.DataFrame | None, law: RuleSet) -> Check:
    """Hold the PSI of the credit scores against the limit."""
    name, rule = "credit", "monitor.psi_limit"
    if card is None or firms is None or firms.is_empty():
        zh, en = "没有企业信用评分卡", "there is no scorecard of enterprises"
        return Check(name, rule, None, zh, en)
    psi, limit = score_stability(card, firms), law.number(rule)
    worst = _characteristics(card, firms).row(0, named=True)
    return Check(
        name,
        rule,
        psi <= limit,
        f"{firms.height:,}家企业信用分的PSI {psi:.2f}，上限{limit:g}；变化最大的指标为"
        f"“{label(worst['feature'], 'zh')}”（CSI {worst['csi']:.2f}，平均{-worst['points']:+.1f}分）",
        f"PSI of {firms.height:,} credit scores {psi:.2f}, limit {limit:g}; "
        f"“{label(worst['feature'], 'en')}” moved most (CSI {worst['csi']:.2f}, {-worst['points']:+.1f} "
        "points on average)",
    )
