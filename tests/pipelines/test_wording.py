"""English words that follow a number."""

import pytest

from pipelines.wording import several


@pytest.mark.parametrize(
    ("count", "noun", "plural", "said"),
    [
        (0, "kitchen", "", "0 kitchens"),
        (1, "kitchen", "", "1 kitchen"),
        (1200, "kitchen", "", "1,200 kitchens"),
        (1, "penalty", "penalties", "1 penalty"),
        (2, "penalty", "penalties", "2 penalties"),
    ],
)
def test_one_of_a_thing_is_not_several(
    count: int, noun: str, plural: str, said: str
) -> None:
    assert several(count, noun, plural) == said
