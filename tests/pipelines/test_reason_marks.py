"""What stands beside a reason: whether the model would give it again."""

import pytest

from pipelines.reason_marks import marked

REASON = {"text_zh": "甲", "text_en": "a", "recurs": None, "is_stable": None}


@pytest.mark.parametrize(
    ("changed", "zh", "en"),
    [
        ({}, "甲", "a"),
        (
            {"recurs": 0.875, "is_stable": True},
            "甲（重抽样重训后88%仍为理由）",
            "a (a reason again in 88% of resamples)",
        ),
        (
            {"recurs": 0.5, "is_stable": False},
            "甲（不稳定：重抽样重训后仅50%仍为理由）",
            "a (unstable: a reason again in 50% of resamples)",
        ),
    ],
)
def test_a_reason_is_told_with_its_mark(changed, zh, en):
    row = {**REASON, **changed}
    assert marked(row, "zh") == zh
    assert marked(row, "en") == en
