"""Freezing both libraries of a draw: who can be drawn, who can go, who cannot and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import NotFoundError, UsageError
from features.labels import cohort
from features.profile import attributes_at
from features.schema import Facts
from features.warehouse import Warehouse
from models.clauses import Rule
from models.double_random import Conflict, Inspector, Subject
from models.draw_clauses import DrawRatios, exactly, stratum_name
from models.rules import RuleSet, load_rules
from models.workdays import term_end
from pipelines.draw.bundle import Basis, Excluded, Frozen, Policy, Share, Task
from pipelines.draw.reasons import read_left_out
from pipelines.draw.staff import conflicts_between, in_service
from pipelines.provenance import code_version, fingerprint

DIRECTED, UNDIRECTED = "directed", "undirected"
# The one stratum of a draw in which everybody has the same chance.
ALL = "all"
# Probabilities become whole numbers in millionths, so that no machine rounds otherwise.
PARTS = 1_000_000
HIGHER_LEVELS = ("city", "province", "nation")


@dataclass(frozen=True)
class Request:
    """What an office asks to draw: the task, its days, and whom it is about.

    Without types or streets it is about all of them; `left_out` is a table of numbers,
    reasons and notes.
    """

    name: str
    committed_on: date
    as_of: date
    ends: date
    kind: str = DIRECTED
    business_types: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    ratio: float | None = None
    beacon_source: str = ""
    left_out: Path | None = None


def freeze(warehouse: Warehouse, request: Request) -> Frozen:
    """Freeze the libraries of a task as they are known on its day.

    Raises:
        NotFoundError: a directed draw has no score run to take grades from.
        UsageError: the request contradicts itself, or nobody is left to draw.
        InputError: the table of who is left out is not as it must be.
    """
    law = load_rules().in_force(request.as_of)
    _check(request)
    facts = warehouse.facts()
    run, scores = _scores(warehouse, request)
    staff, absent = in_service(warehouse, request.as_of, request.ends)
    conflicts = conflicts_between(warehouse, request.as_of, request.ends)
    known = _known(warehouse, facts, scores, request)
    left_out = _left_out(request.left_out, known, staff, law)
    excluded = {**_outside(known, facts, request, law), **left_out}
    policy = _policy(request, law)
    frozen = Frozen(
        task=_task(request, facts, run),
        policy=policy,
        shares=_shares(request, law),
        businesses=_subjects(known, excluded, policy, request),
        inspectors=tuple(i for i in staff if i.inspector_id not in left_out),
        conflicts=conflicts,
        excluded=(*absent, *excluded.values()),
    )
    return _without_pairless(frozen)


def _check(request: Request) -> None:
    if request.kind not in {DIRECTED, UNDIRECTED}:
        message = f"a draw is {DIRECTED} or {UNDIRECTED}, not {request.kind!r}"
        raise UsageError(message)
    if request.ends < request.as_of:
        message = f"the task ends on {request.ends}, before the draw's day {request.as_of}; give a later --ends"
        raise UsageError(message)
    if request.ratio is not None and request.kind == DIRECTED:
        message = "--ratio belongs to an undirected draw; the shares of a directed one stand in models/law"
        raise UsageError(message)
    if request.ratio is not None and not 0 < request.ratio <= 1:
        message = f"--ratio is a share above 0 and up to 1, not {request.ratio}"
        raise UsageError(message)


def _scores(warehouse: Warehouse, request: Request) -> tuple[str, pl.DataFrame]:
    """Read the newest score run up to the day; an undirected draw looks at no grade."""
    scores = warehouse.sql(
        "select run_id, business_id, risk_grade, credit_class, probability "
        "from output.score where run_id = ("
        "select run_id from output.run where kind = 'score' and as_of <= ? "
        "order by as_of desc, rowid desc limit 1)",
        [request.as_of],
    )
    if request.kind == UNDIRECTED:
        return "", scores.clear()
    if scores.is_empty():
        message = f"{warehouse.path} holds no score run up to {request.as_of}; make one with: shian score --warehouse {warehouse.path}"
        raise NotFoundError(message)
    return str(scores["run_id"][0]), scores


def _known(
    warehouse: Warehouse, facts: Facts, scores: pl.DataFrame, request: Request
) -> pl.DataFrame:
    """List the trading businesses with office and grade, sorted by number."""
    offices = (
        warehouse.table("mart.office", "street_code", "office_id")
        .drop_nulls()
        .group_by("street_code")
        .agg(pl.col("office_id").min())
        .collect()
    )
    return (
        attributes_at(facts.business, cohort(facts, request.as_of))
        .select("business_id", "business_type", "street_code")
        .join(offices, on="street_code", how="left")
        .join(scores.drop("run_id"), on="business_id", how="left")
        .sort("business_id")
    )


def _outside(
    known: pl.DataFrame, facts: Facts, request: Request, law: RuleSet
) -> dict[str, Excluded]:
    """Leave out who is not the task's, is not graded, or was just inspected from above.

    Of several reasons the first counts.
    """
    reason = pl.coalesce(
        pl.when(~_is_of_task(request)).then(pl.lit("outside_task")),
        pl.when(
            pl.col("business_id").is_in(_inspected_above(facts, request, law))
        ).then(pl.lit("higher_level_recent")),
        pl.when(pl.col("risk_grade").is_null() & (request.kind == DIRECTED)).then(
            pl.lit("not_graded")
        ),
    )
    found = known.select("business_id", reason=reason).drop_nulls()
    return {
        number: Excluded("business", number, why, "")
        for number, why in found.iter_rows()
    }


def _is_of_task(request: Request) -> pl.Expr:
    asked = (
        ("business_type", request.business_types),
        ("street_code", request.streets),
    )
    conditions = [
        pl.col(name).is_in(wanted).fill_null(value=False)
        for name, wanted in asked
        if wanted
    ]
    return pl.all_horizontal(pl.lit(value=True), *conditions)


def _inspected_above(facts: Facts, request: Request, law: RuleSet) -> list[str]:
    months = int(law.number("draw.no_repeat_months"))
    recent = facts.inspection.filter(
        pl.col("level").is_in(HIGHER_LEVELS),
        pl.col("recorded_at") < request.as_of,
        pl.col("inspected_on").dt.offset_by(f"{months}mo") >= request.as_of,
    )
    return recent["business_id"].unique().sort().to_list()


def _left_out(
    path: Path | None,
    known: pl.DataFrame,
    staff: Sequence[Inspector],
    law: RuleSet,
) -> dict[str, Excluded]:
    if path is None:
        return {}
    kinds = dict.fromkeys(known["business_id"], "business")
    kinds |= {inspector.inspector_id: "inspector" for inspector in staff}
    return read_left_out(path, kinds, law)


def _subjects(
    known: pl.DataFrame,
    excluded: Mapping[str, Excluded],
    policy: Policy,
    request: Request,
) -> tuple[Subject, ...]:
    def stratum(row: Mapping[str, str]) -> str:
        if request.kind == UNDIRECTED:
            return ALL
        return stratum_name(row["risk_grade"], row["credit_class"])

    def weight(row: Mapping[str, float]) -> int:
        weighted = policy.within == "probability"
        return max(1, round(row["probability"] * PARTS)) if weighted else 1

    return tuple(
        Subject(
            business_id=row["business_id"],
            business_type=row["business_type"],
            stratum=stratum(row),
            weight=weight(row),
            office_id=row["office_id"] if policy.pool == "office" else None,
        )
        for row in known.iter_rows(named=True)
        if row["business_id"] not in excluded
    )


def _shares(request: Request, law: RuleSet) -> tuple[Share, ...]:
    if request.kind == UNDIRECTED:
        ratio = request.ratio or law.number("draw.undirected.ratio")
        return (Share(ALL, exactly(ratio)),)
    ratios = law.get(DrawRatios, "draw.directed.ratios").by_stratum()
    return tuple(Share(stratum, share) for stratum, share in sorted(ratios.items()))


def _policy(request: Request, law: RuleSet) -> Policy:
    """Say which rules the draw follows, with their articles and marks."""
    size = "ratio" if request.kind == UNDIRECTED else "ratios"
    ids = (
        "draw.min_inspectors",
        "draw.conflict",
        "draw.no_repeat_months",
        "draw.publish_workdays",
        "draw.pool",
        f"draw.{request.kind}.within",
        f"draw.{request.kind}.{size}",
    )
    due = term_end(request.ends, int(law.number("draw.publish_workdays")), "workday")
    return Policy(
        within=law.choice(f"draw.{request.kind}.within"),
        pool=law.choice("draw.pool"),
        inspectors_a_visit=int(law.number("draw.min_inspectors")),
        publish_by=due.date.isoformat(),
        rests_on=tuple(_basis(law, rule_id) for rule_id in ids) + _own_ratio(request),
    )


def _own_ratio(request: Request) -> tuple[Basis, ...]:
    if request.ratio is None:
        return ()
    zh = f"本任务自定抽查比例，代替默认值: {request.ratio:g}"
    en = f"share set for this task, in place of the default: {request.ratio:g}"
    return (Basis(rule="task", zh=zh, en=en),)


def _basis(law: RuleSet, rule_id: str) -> Basis:
    """Cite a rule with the value it has, so that a reader sees what was chosen."""
    rule = law.get(Rule, rule_id)
    value = getattr(rule, "value", "")
    said = f": {value:g}" if isinstance(value, float) else value and f": {value}"
    return Basis(
        rule=rule_id,
        zh=f"{rule.zh}{said}（{law.citation(rule_id)}）",
        en=f"{rule.en}{said} ({law.citation(rule_id, 'en')})",
    )


def _task(request: Request, facts: Facts, run: str) -> Task:
    return Task(
        name=request.name,
        kind=request.kind,
        committed_on=request.committed_on.isoformat(),
        as_of=request.as_of.isoformat(),
        ends=request.ends.isoformat(),
        business_types=request.business_types,
        streets=request.streets,
        beacon_source=request.beacon_source,
        score_run=run,
        data_fingerprint=fingerprint(facts),
        law_version=load_rules().version,
        code_version=code_version(),
    )


def _without_pairless(frozen: Frozen) -> Frozen:
    """Leave out, before the draw, whom no two inspectors may visit."""
    library, needed = frozen.library, frozen.policy.inspectors_a_visit
    stuck = {
        s.business_id for s in frozen.businesses if len(library.eligible(s)) < needed
    }
    kept = tuple(s for s in frozen.businesses if s.business_id not in stuck)
    if not kept:
        why = Counter(e.reason for e in frozen.excluded if e.what == "business")
        why["no_pair"] += len(stuck)
        told = ", ".join(f"{count} {reason}" for reason, count in why.most_common())
        message = f"nobody is left to draw from ({told}); look at types, streets and inspectors"
        raise UsageError(message)
    return replace(
        frozen,
        businesses=kept,
        # Conflicts of those left out for want of a pair stay: they are the reason.
        conflicts=_of(frozen.conflicts, {s.business_id for s in frozen.businesses}),
        excluded=_sorted(
            (
                *frozen.excluded,
                *(Excluded("business", b, "no_pair", "") for b in stuck),
            )
        ),
    )


def _of(conflicts: Iterable[Conflict], held: set[str]) -> tuple[Conflict, ...]:
    return tuple(c for c in conflicts if c.business_id in held)


def _sorted(excluded: Iterable[Excluded]) -> tuple[Excluded, ...]:
    return tuple(sorted(excluded, key=lambda e: (e.what, e.number)))
