"""Plan a year: read the records, plan every office, and write the plan into the warehouse."""

import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import UsageError
from features.schema import schema
from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines import settings
from pipelines.provenance import code_version, fingerprint, run_name
from pipelines.schedule.guessing import Guessing, guessing
from pipelines.schedule.planning import Builder, OfficePlan, asked_for
from pipelines.schedule.policy import Policy
from pipelines.schedule.records import Records, read_records
from pipelines.schedule.relief import Relief, relief
from pipelines.schedule.sending import Case
from pipelines.schedule.staff import offices
from pipelines.schedule.weeks import PlanWeeks
from pipelines.schedule.written import PLAN, SHORTAGE, plan_rows, shortage_rows

Progress = Callable[[str, float], None]

# The solver lets go of the interpreter while it works; a third office would only wait
# for it, and hold its columns in memory.
OFFICES_AT_ONCE = 2


@dataclass(frozen=True)
class Coverage:
    """How far one requirement is met: visits wanted, planned and dropped."""

    requirement: str
    wanted: int
    planned: int

    @property
    def dropped(self) -> int:
        """Count the visits that there are no hands for."""
        return self.wanted - self.planned


@dataclass(frozen=True)
class PlanReport:
    """A plan as people read it: what it is short of first, then how good it is."""

    run: Mapping[str, Any]
    year: int
    seed: int
    visits: pl.DataFrame
    shortage: pl.DataFrame
    coverage: tuple[Coverage, ...]
    cost: float
    bound: float
    penalty: float
    whole_bound: float
    excess: float
    guessing: Guessing
    relief: tuple[Relief, ...]
    unstaffed: int
    defaults: tuple[tuple[str, str], ...]
    is_provisional: bool

    @property
    def run_id(self) -> str:
        """Name the run."""
        return str(self.run["run_id"])

    @property
    def gap(self) -> float:
        """Give by what share of the bound a perfect plan could be cheaper."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else 0.0

    @property
    def whole_gap(self) -> float:
        """Give by what share offices exceed their bounds, what is dropped at its penalty.

        The bounds are of plans that leave the reserve alone. What the law gives a term may
        use it (S-32), so an office may lie below its bound; it then makes up for no other.
        """
        return self.excess / self.whole_bound if self.whole_bound > 0 else 0.0

    @property
    def dropped(self) -> int:
        """Count the visits that there are no hands for."""
        return int(self.shortage["visits_dropped"].sum())

    @property
    def fails_first(self) -> str | None:
        """Name the weightiest requirement that is not met in full."""
        return next((c.requirement for c in self.coverage if c.dropped), None)

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain values for a program."""
        return {
            "run_id": self.run_id,
            "year": self.year,
            "score_run": json.loads(self.run["parameters"])["score_run"],
            "seed": self.seed,
            "shortage": {
                "visits_dropped": self.dropped,
                "fails_first": self.fails_first,
                "person_days_missing": self.shortage["person_days_missing"].sum(),
                "by_office_and_month": self.shortage.drop("run_id").to_dicts(),
                "one_more_pair": [r.as_dict() for r in self.relief],
            },
            "visits": self.visits.height,
            "coverage": [
                {
                    "requirement": c.requirement,
                    "wanted": c.wanted,
                    "planned": c.planned,
                    "dropped": c.dropped,
                }
                for c in self.coverage
            ],
            "objective": self.cost,
            "bound": self.bound,
            "gap": self.gap,
            "penalty_of_dropped": self.penalty,
            "bound_with_penalties": self.whole_bound,
            "gap_with_penalties": self.whole_gap,
            "entropy": self.guessing.as_dict(),
            "without_office": self.unstaffed,
            "policy_defaults": [zh for zh, _ in self.defaults],
            "is_provisional": self.is_provisional,
        }


def plan_year(
    warehouse: Path,
    *,
    year: int,
    seed: int,
    score_run: str | None = None,
    progress: Progress | None = None,
) -> PlanReport:
    """Plan a year into the warehouse; the same records and seed give the same plan.

    Raises:
        NotFoundError: there is no score run, no inspector or no office.
        UsageError: the year ended before the facts of the score run, or is none.
    """
    if not MINYEAR <= year < MAXYEAR:
        message = (
            f"{year} is no year to plan; give --year as four digits, 2026 for instance"
        )
        raise UsageError(message)
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    with open_warehouse(warehouse, read_only=True) as opened:
        records = read_records(opened, year, score_run)
    if date(year, 12, 31) < records.as_of:
        message = f"the score run is of {records.as_of}, after the year {year}; give a later --year, or an earlier --score-run"
        raise UsageError(message)
    report = make_plan(records, seed, say)
    say("writing", 0.95)
    with (
        open_warehouse(warehouse, patience=settings.PATIENCE_SECONDS) as opened,
        opened.transaction(),
    ):
        run = pl.DataFrame([report.run], schema=schema()["output.run"].empty().schema)
        opened.replace_run("output.run", run, report.run_id)
        opened.replace_run(PLAN, report.visits, report.run_id)
        opened.replace_run(SHORTAGE, report.shortage, report.run_id)
    say("done", 1.0)
    return report


def make_plan(
    records: Records, seed: int, say: Progress, *, is_guessed: bool = True
) -> PlanReport:
    """Plan every office of the records, which know nothing of each other.

    Whoever does not ask how well an insider guesses spares planning one office again.
    """
    policy = Policy(records.law, records.year)
    weeks = PlanWeeks.of_year(records.year, records.as_of)
    key = plan_key(seed)
    rows = records.businesses.to_dicts()
    asked, by_office = asked_for(rows, policy, weeks), _by_office(rows)
    staffed = offices(records, policy, weeks)
    builder = Builder(policy, weeks, key)
    # The largest begin first, so that none of them works alone at the end.
    by_size = sorted(staffed, key=lambda number: (-len(by_office[number]), number))
    with ThreadPoolExecutor(min(OFFICES_AT_ONCE, os.cpu_count() or 1)) as pool:

        def begun(by: Builder, number: str) -> Future[OfficePlan]:
            return pool.submit(by.plan, staffed[number], by_office[number], asked)

        planned = {number: begun(builder, number) for number in by_size}
        again: Future[OfficePlan] | None = None
        if by_size and is_guessed:
            # An office of middling size stands for all; planning all again would double it.
            other = Builder(policy, weeks, plan_key(seed, "again"))
            again = begun(other, by_size[(len(by_size) - 1) // 2])
        plans = []
        for n, number in enumerate(sorted(planned)):
            say(number, 0.05 + 0.85 * n / len(planned))
            plans.append(planned[number].result())
        say("shortage", 0.9)
        repeated = again.result() if again else None
    return _report(records, (policy, weeks), plans, repeated, seed)


def asked_of_offices(records: Records, seed: int) -> list[Case]:
    """List the visits that a plan asks of every office, before it finds their weeks."""
    policy = Policy(records.law, records.year)
    weeks = PlanWeeks.of_year(records.year, records.as_of)
    rows = records.businesses.to_dicts()
    asked, by_office = asked_for(rows, policy, weeks), _by_office(rows)
    builder = Builder(policy, weeks, plan_key(seed))
    return [
        case
        for number, office in sorted(offices(records, policy, weeks).items())
        for case in builder.wanted(office, by_office[number], asked)
    ]


def _by_office(
    rows: Sequence[dict[str, Any]],
) -> Mapping[str | None, list[dict[str, Any]]]:
    found: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["office_id"]].append(row)
    return found


def plan_key(seed: int, salt: str = "") -> bytes:
    """Give the key of every chance in a plan."""
    return hashlib.sha256(f"shian-plan/1\n{seed}{salt}".encode()).digest()


def _report(
    records: Records,
    under: tuple[Policy, PlanWeeks],
    plans: Sequence[OfficePlan],
    again: OfficePlan | None,
    seed: int,
) -> PlanReport:
    policy, weeks = under
    cost = sum(plan.cost for plan in plans)
    bound = sum(plan.bound for plan in plans)
    more = relief(plans, policy, weeks, plan_key(seed))
    run = _run(records, seed, (cost, bound), more)
    known = {plan.office.office_id for plan in plans}
    return PlanReport(
        run=run,
        year=records.year,
        seed=seed,
        visits=plan_rows(plans, policy, weeks, run["run_id"]),
        shortage=shortage_rows(plans, policy, weeks, run["run_id"]),
        coverage=_coverage(plans, policy),
        cost=cost,
        bound=bound,
        penalty=sum(plan.penalty for plan in plans),
        whole_bound=sum(plan.whole_bound for plan in plans),
        excess=sum(max(p.cost + p.penalty - p.whole_bound, 0.0) for p in plans),
        guessing=guessing(plans, again, weeks),
        relief=more,
        unstaffed=records.businesses.filter(
            ~pl.col("office_id").is_in(list(known)).fill_null(value=False)
        ).height,
        defaults=tuple((rule.zh, rule.en) for rule in policy.defaults()),
        is_provisional=weeks.is_provisional,
    )


def _coverage(plans: Sequence[OfficePlan], policy: Policy) -> tuple[Coverage, ...]:
    planned = Counter(
        name for p in plans for sent in p.sent for name in sent.demand.serves
    )
    dropped = Counter(
        name for p in plans for visit in p.dropped for name in visit.demand.serves
    )
    names = sorted(
        planned | dropped, key=lambda n: (policy.ranks.get(n, len(policy.ranks)), n)
    )
    return tuple(Coverage(n, planned[n] + dropped[n], planned[n]) for n in names)


def _run(
    records: Records, seed: int, found: tuple[float, float], more: Sequence[Relief]
) -> dict[str, Any]:
    cost, bound = found
    score = records.run.record
    law, code = load_rules().version, code_version()
    data = fingerprint(records.facts)
    parameters = {
        "year": records.year,
        "score_run": score["run_id"],
        "seed": seed,
        "objective": cost,
        "bound": bound,
        "gap": (cost - bound) / bound if bound > 0 else 0.0,
        "policy_version": law,
        "one_more_pair": [one.as_dict() for one in more],
    }
    named = run_name(
        "plan", score["run_id"], law, code, data, str(records.year), str(seed)
    )
    return {
        "run_id": named,
        "kind": "plan",
        "as_of": records.as_of,
        "model_version": score["model_version"],
        "law_version": law,
        "code_version": code,
        "data_fingerprint": data,
        "businesses": records.businesses.height,
        "parameters": json.dumps(parameters, ensure_ascii=False),
    }
