"""What is due after a sample, and by when: report, re-inspection, disposal, recall.

The records say when a sample was taken, when its result was known, how a re-inspection
ended and when the disposal did. They do not say when a report was served, so that the
right to ask for re-inspection is counted from the last day on which it could be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from models.procedure_clauses import Term
from models.rules import RuleSet
from models.sampling_clauses import Hazard, Hazards, Recall
from models.workdays import Day, term_end

HOURS_A_DAY = 24
# What a kitchen serves was eaten, and its tableware never sold: nothing can be recalled.
NOT_RECALLED = {"90"}
OVERTURNED, PENDING, UPHELD = "overturned", "pending", "upheld"
# The steps of a re-inspection, one after the other, from the request to its notice.
RECHECK_STEPS = ("accept", "name_body", "hand_over", "recheck", "notify")


@dataclass(frozen=True)
class Sample:
    """A result on record; a planned batch without one has none of the later days."""

    sample_id: str
    business_id: str
    programme: str
    sampled_on: date
    reported_on: date | None
    is_failed: bool
    failed_item: str | None = None
    reinspection: str = "none"
    final_on: date | None = None
    disposed_on: date | None = None
    food_class: str | None = None


@dataclass(frozen=True)
class Clock:
    """A term that runs or has run: what is due, by when, when it was done, and the rule."""

    sample_id: str
    what: str
    due: Day
    done_on: date | None
    rule: str

    def is_overdue(self, today: date) -> bool:
        """Tell whether it was done late, or is late and not done."""
        return (self.done_on or today) > self.due.date

    def is_open(self) -> bool:
        """Tell whether it still waits."""
        return self.done_on is None


def standing(sample: Sample, today: date) -> str:
    """Say what a result counts as on a day: open, passed, failed or contested.

    A failure that may still be re-inspected, or is, counts as neither; one that was
    overturned has passed.
    """
    if sample.reported_on is None or sample.reported_on >= today:
        return "open"
    if not sample.is_failed:
        return "passed"
    if sample.reinspection == PENDING or not _is_final(sample, today):
        return "contested"
    return "passed" if sample.reinspection == OVERTURNED else "failed"


def _is_final(sample: Sample, today: date) -> bool:
    return sample.final_on is not None and sample.final_on < today


def clocks(sample: Sample, law: RuleSet, today: date) -> Iterator[Clock]:
    """List the terms of a sample; a pass has only that of its report."""
    yield _report(sample, law)
    if standing(sample, today) not in {"failed", "contested"} or not sample.reported_on:
        return
    hazard = law.get(Hazards, "sampling.hazards").of(sample.failed_item)
    yield from _reinspection(sample, law, hazard)
    yield _disposal(sample, law)
    if sample.food_class not in NOT_RECALLED:
        yield _recall(sample, law, hazard)


def _report(sample: Sample, law: RuleSet) -> Clock:
    """A sample reaches the laboratory in five workdays and is reported twenty later."""
    received = _end(law, "ship", sample.sampled_on)
    due = _end(law, "report", received.date)
    return Clock(sample.sample_id, "report", due, sample.reported_on, "sampling.report")


def _reinspection(sample: Sample, law: RuleSet, hazard: Hazard) -> Iterator[Clock]:
    """What is microbial is not re-inspected; the rest may be asked for, then concluded."""
    reported = sample.reported_on or sample.sampled_on
    served = _end(law, "serve", reported)
    asked_by = _end(law, "apply", served.date)
    if not hazard.is_microbial and sample.reinspection == "none":
        done = sample.final_on
        yield Clock(sample.sample_id, "apply", asked_by, done, "sampling.apply")
    if sample.reinspection in {PENDING, UPHELD}:
        due = asked_by
        for step in RECHECK_STEPS:
            due = _end(law, step, due.date)
        done = None if sample.reinspection == PENDING else sample.final_on
        yield Clock(sample.sample_id, "recheck", due, done, "sampling.recheck")


def _disposal(sample: Sample, law: RuleSet) -> Clock:
    """Ninety days run from the report, contested or not: the food is on the market."""
    due = _end(law, "dispose", sample.reported_on or sample.sampled_on)
    return Clock(
        sample.sample_id, "dispose", due, sample.disposed_on, "sampling.dispose"
    )


def _recall(sample: Sample, law: RuleSet, hazard: Hazard) -> Clock:
    """A recall begins within hours and is finished within workdays; both by its level."""
    rule = law.get(Recall, f"recall.{hazard.level}")
    reported = sample.reported_on or sample.sampled_on
    begun = Day(reported + timedelta(days=ceil(rule.start_hours / HOURS_A_DAY)))
    finished = term_end(begun.date, rule.finish_workdays, "workday")
    return Clock(sample.sample_id, "recall", finished, sample.disposed_on, rule.id)


def _end(law: RuleSet, name: str, start: date) -> Day:
    term = law.get(Term, f"sampling.{name}")
    return term_end(start, term.amount, term.unit)
