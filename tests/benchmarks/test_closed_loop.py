"""What each way of deciding finds and learns over three years, and what chance costs.

    make bench

Prints the tables of the README's section on the closed loop, as Markdown: every policy on
the same invented districts, then what it gains over the fixed schedule.
"""

from collections.abc import Sequence

import pytest

from pipelines.closed_loop.loop import Setting
from pipelines.closed_loop.measures import MEASURES
from pipelines.closed_loop.page import name_of
from pipelines.closed_loop.study import AGAINST, Study, study
from tests.benchmarks.test_cities import markdown, spanned

pytestmark = pytest.mark.bench
SEEDS = (1, 2, 3, 4, 5)
BUSINESSES = 1500
TOLD = ("found", "days_to_detection", "days_stood", "harm_days", "coverage")
LEARNED = ("visits", "kilometres", "auc", "stated_over_true")


@pytest.fixture(scope="module")
def found() -> Study:
    return study(Setting(businesses=BUSINESSES), SEEDS)


def test_our_plans_find_more_and_sooner_with_as_many_visits_and_keep_the_law(
    found: Study,
) -> None:
    print(f"\n\n{values(found, TOLD)}\n\n{values(found, LEARNED)}\n\n{gains(found)}")
    by = {(r["policy"], r["measure"]): r for r in found.table.to_dicts()}
    assert by["annual", "visits"]["gain_value"] == pytest.approx(0, abs=10)
    for policy in ("ours_10", "annual"):
        assert by[policy, "found"]["gain_lower"] > 0
        assert by[policy, "days_to_detection"]["gain_upper"] < 0
        assert by[policy, "coverage"]["value"] > 0.99
    assert by["risk", "coverage"]["gain_upper"] < 0


def values(found: Study, measures: Sequence[str]) -> str:
    """Lay out the means with their intervals."""
    return laid_out(found, measures, ("value", ("lower", "upper")))


def gains(found: Study) -> str:
    """Lay out the paired differences from the fixed schedule."""
    measures = [*TOLD, "auc"]
    return laid_out(found, measures, ("gain_value", ("gain_lower", "gain_upper")))


def laid_out(
    found: Study, measures: Sequence[str], of: tuple[str, tuple[str, str]]
) -> str:
    by = {(r["policy"], r["measure"]): r for r in found.table.to_dicts()}
    policies = found.table["policy"].unique(maintain_order=True)
    is_gain = of[0].startswith("gain")
    rows = [
        [
            name_of(policy, "en"),
            *(spanned(by[policy, m], *of, MEASURES[m].digits) for m in measures),
        ]
        for policy in policies
        if not (is_gain and policy == AGAINST)
    ]
    return markdown(["policy", *(MEASURES[m].en for m in measures)], rows)
