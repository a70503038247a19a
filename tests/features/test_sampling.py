"""What the laboratory found, and when it could no longer be challenged."""

from datetime import date

import pytest

from features.sampling import failed_samples, samples
from tests.worked import Row, facts

SAMPLED, RECORDED, FINAL = date(2025, 1, 1), date(2025, 1, 20), date(2025, 2, 10)


def sample(**more: object) -> Row:
    return {
        "sample_id": "1",
        "business_id": "b",
        "sampled_on": SAMPLED,
        "recorded_at": RECORDED,
        "programme": "supervision",
        "level": "city",
        "is_failed": True,
        "reinspection": "none",
        "final_on": FINAL,
        **more,
    }


def failures(**more: object) -> list[dict]:
    return failed_samples(facts(sampling_result=[sample(**more)])).to_dicts()


def test_a_failure_is_known_from_the_day_it_became_final() -> None:
    [failure] = failures()
    assert (failure["happened"], failure["recorded"]) == (SAMPLED, FINAL)


def test_a_final_failure_recorded_late_is_known_from_its_record() -> None:
    [failure] = failures(recorded_at=date(2025, 3, 1))
    assert failure["recorded"] == date(2025, 3, 1)


@pytest.mark.parametrize(
    "still_open",
    [
        {"final_on": None},
        {"reinspection": "pending"},
        {"reinspection": "pending", "final_on": None},
    ],
)
def test_a_result_that_can_be_challenged_is_no_failure_yet(still_open: Row) -> None:
    assert failures(**still_open) == []


def test_an_overturned_result_never_was_a_failure() -> None:
    assert failures(reinspection="overturned") == []


@pytest.mark.parametrize("upheld", ["upheld", "none", None])
def test_an_upheld_or_unchallenged_result_is_a_failure(upheld: str | None) -> None:
    assert len(failures(reinspection=upheld)) == 1


def test_a_passed_sample_is_a_sample_and_no_failure() -> None:
    passed = facts(sampling_result=[sample(is_failed=False)])
    assert failed_samples(passed).is_empty()
    [event] = samples(passed).to_dicts()
    assert (event["recorded"], event["sample"]) == (RECORDED, 1)


@pytest.mark.parametrize("programme", ["evaluation", "monitoring"])
def test_only_supervision_counts_as_supervision(programme: str) -> None:
    assert failures()[0]["failed_supervision"] == 1
    assert failures(programme=programme)[0]["failed_supervision"] == 0
