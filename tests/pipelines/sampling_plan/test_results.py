"""What came of a plan: weighted pass rate, what counts, and the terms that run."""

import io
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from features.errors import NotFoundError
from features.schema import schema
from features.warehouse import open_warehouse
from models.sampling_design import EVALUATION
from pipelines.console import Voice
from pipelines.sampling_plan.planning import Plan
from pipelines.sampling_plan.results import read_results
from pipelines.screens.sampling import results_facts, show_results

LATE = date(2027, 1, 10)
Planned = tuple[Path, Plan]


@pytest.fixture
def tested(planned: Planned, tmp_path: Path) -> Path:
    """Give the plan's warehouse with a result for every batch of evaluation."""
    path = Path(shutil.copyfile(planned[0], tmp_path / "tested.duckdb"))
    with open_warehouse(path) as warehouse:
        warehouse.insert("mart.sampling_result", _results(planned[1]))
    return path


def _results(plan: Plan) -> pl.DataFrame:
    """Let every business of the worst band fail; one failure each is contested, overturned."""
    rows = []
    states = ["pending", "overturned"]
    for batch in plan.of[EVALUATION]:
        taken = date(2026, int(batch.month), 9)
        fails = batch.stratum.endswith("/4")
        state = states.pop() if fails and states else "none"
        rows.append(
            {
                "sample_id": f"new{batch.batch_no}",
                "business_id": batch.business_id,
                "sampled_on": taken,
                "recorded_at": taken + timedelta(days=20),
                "programme": EVALUATION,
                "level": "district",
                "food_class": batch.variety.food_class,
                "is_failed": fails,
                "failed_item": "铅" if fails else None,
                "reinspection": state,
                "final_on": None if state == "pending" else taken + timedelta(days=35),
            }
        )
    return pl.DataFrame(rows, schema=schema()["mart.sampling_result"].empty().schema)


def _uncertain(plan: Plan) -> list[tuple[str, str]]:
    """Give stratum and state of the two failures that are none, as _results sets them."""
    worst = [b.stratum for b in plan.of[EVALUATION] if b.stratum.endswith("/4")]
    return list(zip(worst, ("overturned", "pending"), strict=False))


def test_the_pass_rate_weighs_each_batch_by_its_chance(
    tested: Path, planned: Planned
) -> None:
    plan = planned[1]
    found = read_results(tested, LATE, run_id=plan.run_id)
    assert found.rate is not None
    strata = plan.known.frame.strata
    businesses = sum(len(held) for held in strata.values())
    by_stratum = Counter(b.stratum for b in plan.of[EVALUATION])
    contested = _uncertain(plan)
    missed = 0.0
    for name, held in strata.items():
        if name.endswith("/4"):
            aside = [state for stratum, state in contested if stratum == name]
            count = by_stratum[name] - aside.count("pending")
            failed = count - aside.count("overturned")
            missed += len(held) / businesses * failed / count
    assert found.rate.rate == pytest.approx(1 - missed)
    assert found.rate.lower < found.rate.rate < found.rate.upper


def test_what_is_contested_counts_as_neither_and_what_was_overturned_has_passed(
    tested: Path, planned: Planned
) -> None:
    found = read_results(tested, LATE)
    counted = found.standings[EVALUATION]
    drawn = planned[1].of[EVALUATION]
    worst = sum(b.stratum.endswith("/4") for b in drawn)
    assert counted == {
        "passed": len(drawn) - worst + 1,
        "failed": worst - 2,
        "contested": 1,
    }
    assert found.rate is not None
    assert found.rate.batches == len(drawn) - 1


def test_a_failure_not_disposed_of_in_ninety_days_is_overdue(tested: Path) -> None:
    found = read_results(tested, LATE)
    waiting = [c for c in found.overdue if c.sample_id.startswith("new")]
    assert {c.what for c in waiting} >= {"dispose"}
    assert all((LATE - c.due.date).days > 0 for c in waiting)
    assert list(found.open_clocks) == sorted(
        found.open_clocks, key=lambda c: (c.due, c.sample_id)
    )


def test_what_lies_ahead_has_not_happened(tested: Path) -> None:
    early = read_results(tested, date(2026, 2, 1))
    assert sum(early.standings[EVALUATION].values()) > 0
    assert early.standings[EVALUATION].get("failed", 0) == 0


def test_before_the_plan_begins_the_last_year_is_one_even_sample(
    planned: Planned,
) -> None:
    found = read_results(planned[0], date(2026, 1, 1))
    assert found.run_id is None
    assert found.planned is None
    assert found.rate is not None
    assert found.rate.batches > 10


def test_a_plan_that_is_not_there_is_told(planned: Planned) -> None:
    with pytest.raises(NotFoundError, match="shian sample-plan"):
        read_results(planned[0], LATE, run_id="none")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("评价性抽检合格率", "核查处置", "逾期", "条文待核")),
        ("en", ("Pass rate", "overdue", "Rests on")),
    ],
)
def test_the_screen_says_the_rate_and_what_is_overdue(
    tested: Path, lang: str, words: tuple[str, ...]
) -> None:
    out = Console(file=io.StringIO(), width=120)
    found = read_results(tested, LATE)
    show_results(Voice(lang=lang, out=out), found)
    said = out.file.getvalue()  # type: ignore[attr-defined]
    assert [word for word in words if word not in said] == []
    facts = results_facts(found)
    assert facts["overdue"] == len(found.overdue) > 0


def test_nothing_concluded_is_not_applicable_on_the_screen(
    tested: Path,
) -> None:
    with open_warehouse(tested) as warehouse:
        warehouse.execute("delete from mart.sampling_result")
    out = Console(file=io.StringIO(), width=120)
    found = read_results(tested, LATE)
    show_results(Voice(out=out), found)
    assert found.rate is None
    assert "不适用" in out.file.getvalue()  # type: ignore[attr-defined]
    assert results_facts(found)["pass_rate"] is None
