"""Making a sampling plan: size it, draw it, send officers, assign laboratories, keep it."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from features.errors import UsageError
from features.schema import schema
from features.warehouse import open_warehouse
from models.blind_codes import Laboratory, check_capacity
from models.double_random import Library, Subject
from models.drawing import Stream, in_random_order
from models.rules import RuleSet, load_rules
from models.sampling_clauses import Counted, Population
from models.sampling_design import (
    EVALUATION,
    MONITORING,
    SUPERVISION,
    half_width,
    shared_out,
    split,
    total_batches,
)
from models.sampling_draw import Batch, draw_batches, supervision_design
from pipelines.draw.staff import conflicts_between, in_service
from pipelines.provenance import code_version, fingerprint, run_name
from pipelines.sampling_plan.frame import Known, read_frame

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Request:
    """What is asked for: the year, the day whose records count, and whose residents.

    Without residents, those of the population year, or of the last year known.
    """

    year: int
    as_of: date
    key: bytes
    population_year: int | None = None
    residents: int | None = None
    laboratories: tuple[Laboratory, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A sampling plan, with what it rests on and what it promises."""

    request: Request
    run_id: str
    known: Known
    population: Counted
    wanted: int
    sizes: Mapping[str, int]
    batches: tuple[Batch, ...]
    samplers: Mapping[str, tuple[str, ...]]
    laboratories: tuple[Laboratory, ...]

    @property
    def law(self) -> RuleSet:
        """Give the rules of the plan's day."""
        return self.known.frame.law

    @cached_property
    def of(self) -> Mapping[str, tuple[Batch, ...]]:
        """Give the batches of each programme."""
        return {
            programme: tuple(b for b in self.batches if b.programme == programme)
            for programme in self.sizes
        }

    @property
    def precision(self) -> float:
        """Give the half width that the 95% interval of the pass rate will have."""
        groups = self.known.frame.groups
        return half_width(groups, shared_out(groups, self.sizes[EVALUATION]))

    @property
    def failures(self) -> Mapping[str, float]:
        """Give the failures each programme is expected to find."""
        return {p: sum(b.expected_failure for b in held) for p, held in self.of.items()}

    @property
    def uniform_failures(self) -> float:
        """Give what supervision would find with the same chance for every business."""
        return len(self.of[SUPERVISION]) * self.known.rate

    @property
    def health_samples(self) -> int:
        """Give the samples that the health system owes, which are no batches of ours."""
        rate = self.law.number("sampling.health_per_thousand")
        return total_batches(self.population.persons, rate)

    @property
    def cost_yuan(self) -> int:
        """Give the price of all batches, foods and tests."""
        return sum(cost(batch) for batch in self.batches)


def cost(batch: Batch) -> int:
    """Give the price of a batch: the food bought and its test."""
    return batch.variety.purchase_yuan + batch.variety.test_yuan


def month_of(batch: Batch, year: int) -> date:
    """Give the first day of the month in which a batch is taken."""
    return date(year, int(batch.month), 1)


def make_plan(
    warehouse: Path, request: Request, progress: Progress | None = None
) -> Plan:
    """Make the plan of a year and keep it in the warehouse.

    Raises:
        NotFoundError: there is no score run, or nobody trades.
        UsageError: the population or the laboratories do not do, or the plan is too small.
    """
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    law = load_rules().in_force(request.as_of)
    with open_warehouse(warehouse, read_only=True) as opened:
        known = read_frame(opened, law)
        staff, _ = in_service(opened, request.as_of, date(request.year, 12, 31))
        conflicts = conflicts_between(opened, request.as_of, date(request.year, 12, 31))
    population = _population(request, law)
    wanted = total_batches(population.persons, law.number("sampling.per_thousand"))
    sizes = split(wanted, known.frame.groups, law)
    say("draw", 0.4)
    batches = draw_batches(known.frame, sizes, request.key)
    laboratories = request.laboratories or _known_laboratories(known, law)
    check_capacity({b.batch_no: b.month for b in batches}, laboratories)
    library = Library(
        shares={},
        inspectors_a_visit=int(law.number("sampling.min_samplers")),
        subjects=_subjects(known),
        inspectors=staff,
        conflicts=conflicts,
    )
    plan = Plan(
        request=request,
        run_id=_name(request, known, population, laboratories),
        known=known,
        population=population,
        wanted=wanted,
        sizes=sizes,
        batches=batches,
        samplers=_samplers(batches, library, request.key),
        laboratories=laboratories,
    )
    _keep(plan, warehouse)
    return plan


def _population(request: Request, law: RuleSet) -> Counted:
    if request.residents is not None:
        return Counted(
            year=request.population_year or request.year, persons=request.residents
        )
    return law.get(Population, "sampling.population").of(request.population_year)


def _known_laboratories(known: Known, law: RuleSet) -> tuple[Laboratory, ...]:
    """Take the laboratories that tested before, with the capacity of the default.

    Raises:
        UsageError: none is on record.
    """
    names = known.facts.sampling_result["laboratory_id"].drop_nulls().unique().sort()
    if names.is_empty():
        message = "no laboratory is on record; give a table of them with --laboratories: laboratory_id, batches_a_month"
        told = "没有检验机构的记录，请用 --laboratories 提供：laboratory_id、batches_a_month"
        raise UsageError(message, said=told)
    capacity = int(law.number("sampling.laboratory_capacity"))
    return tuple(Laboratory(name, capacity) for name in names)


def _subjects(known: Known) -> tuple[Subject, ...]:
    return tuple(
        Subject(row["business_id"], row["business_type"], "all", 1, row["office_id"])
        for row in known.register.iter_rows(named=True)
    )


def _samplers(
    batches: Sequence[Batch], library: Library, key: bytes
) -> dict[str, tuple[str, ...]]:
    """Draw for each batch the officers who take it, as for a double-random visit.

    Raises:
        UsageError: too few may go to a business.
    """
    drawn = {}
    for batch in batches:
        who = _may_go(library, batch.business_id)
        if len(who) < library.inspectors_a_visit:
            message = f"fewer than {library.inspectors_a_visit} officers may sample at {batch.business_id}; record more inspectors in mart.inspector"
            told = f"可到 {batch.business_id} 抽样的人员不足 {library.inspectors_a_visit} 人，请补充 mart.inspector"
            raise UsageError(message, said=told)
        order = in_random_order(who, Stream(key, f"samplers {batch.batch_no}"))
        drawn[batch.batch_no] = tuple(order[: library.inspectors_a_visit])
    return drawn


def _may_go(library: Library, business: str) -> list[str]:
    """List who may sample: of the office, or of the district where it has too few."""
    subject = library.subject[business]
    who = library.eligible(subject)
    if len(who) >= library.inspectors_a_visit:
        return who
    anywhere = Subject(business, subject.business_type, subject.stratum, 1, None)
    return library.eligible(anywhere)


def _name(
    request: Request,
    known: Known,
    population: Counted,
    laboratories: Sequence[Laboratory],
) -> str:
    return run_name(
        *("sample_plan", str(request.year), request.as_of.isoformat()),
        *(known.score_run, fingerprint(known.facts), request.key.hex()),
        *(str(population), str(laboratories), " ".join(sorted(known.listed or ()))),
        *(load_rules().version, code_version()),
    )


def _keep(plan: Plan, warehouse: Path) -> None:
    """Write the plan; which laboratory tests what is on no table of the warehouse."""
    with open_warehouse(warehouse) as opened, opened.transaction():
        opened.replace_run("output.run", _run_row(plan), plan.run_id)
        opened.replace_run("output.sample_plan", plan_rows(plan), plan.run_id)


def _run_row(plan: Plan) -> pl.DataFrame:
    row = {
        "run_id": plan.run_id,
        "kind": "sample_plan",
        "as_of": plan.request.as_of,
        "law_version": load_rules().version,
        "code_version": code_version(),
        "data_fingerprint": fingerprint(plan.known.facts),
        "businesses": len(plan.known.frame.outlets),
        "parameters": json.dumps(parameters(plan), ensure_ascii=False),
    }
    return pl.DataFrame([row], schema=schema()["output.run"].empty().schema)


def parameters(plan: Plan) -> dict[str, object]:
    """Say what was asked for and what the plan promises; the key is not among it."""
    return {
        "year": plan.request.year,
        "key_sha256": hashlib.sha256(plan.request.key).hexdigest(),
        "score_run": plan.known.score_run,
        "population_year": plan.population.year,
        "residents": plan.population.persons,
        "wanted": plan.wanted,
        "batches": {p: len(held) for p, held in plan.of.items()},
        "slope": plan.known.slope,
        "slope_batches": plan.known.slope_batches,
        "half_width": round(plan.precision, 6),
        "expected_failures": {p: round(n, 2) for p, n in plan.failures.items()},
        "uniform_failures": round(plan.uniform_failures, 2),
        "cost_yuan": plan.cost_yuan,
        "health_samples": plan.health_samples,
        "by_month": dict(sorted(Counter(b.month for b in plan.batches).items())),
    }


def plan_rows(plan: Plan) -> pl.DataFrame:
    """Give the rows of output.sample_plan."""
    office = dict(plan.known.register.select("business_id", "office_id").iter_rows())
    rows = [
        {
            "run_id": plan.run_id,
            "batch_no": batch.batch_no,
            "programme": batch.programme,
            "business_id": batch.business_id,
            "street_code": batch.street,
            "office_id": office[batch.business_id],
            "stratum": batch.stratum,
            "inclusion_probability": float(batch.chance),
            "reason": batch.reason,
            "food_class": batch.variety.food_class,
            "variety": batch.variety.code,
            "items": "+".join(items(batch)),
            "sample_month": month_of(batch, plan.request.year),
            "expected_failure": batch.expected_failure,
            "cost_yuan": cost(batch),
            "sampler_id": plan.samplers[batch.batch_no][0],
            "second_sampler_id": plan.samplers[batch.batch_no][1],
        }
        for batch in plan.batches
    ]
    return pl.DataFrame(rows, schema=schema()["output.sample_plan"].empty().schema)


def items(batch: Batch) -> tuple[str, ...]:
    """List what the laboratory tests: items of a standard, or factors without one."""
    is_monitoring = batch.programme == MONITORING
    return batch.variety.factors if is_monitoring else batch.variety.items


def design_chances(plan: Plan) -> dict[str, float]:
    """Give every unit of supervision its chance, for those who check the design."""
    designs = supervision_design(plan.known.frame, plan.sizes[SUPERVISION])
    return {u: float(c) for d in designs.values() for u, c in d.chances.items()}
