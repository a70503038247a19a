"""Every way chance can turn out, with its exact probability: proof instead of samples."""

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import TypeVar

from models.drawing import Chance

T = TypeVar("T")


class Path:
    """Chance that follows given choices, then always takes the first, noting bounds."""

    def __init__(self, choices: tuple[int, ...]) -> None:
        self.choices, self.bounds = list(choices), []

    def below(self, bound: int) -> int:
        self.bounds.append(bound)
        if len(self.bounds) > len(self.choices):
            self.choices.append(0)
        return self.choices[len(self.bounds) - 1]


def every_outcome(step: Callable[[Chance], T]) -> dict[T, Fraction]:
    """Give each outcome of a step of chance its exact probability."""
    found: dict[T, Fraction] = defaultdict(Fraction)
    pending: list[tuple[int, ...]] = [()]
    while pending:
        choices = pending.pop()
        path = Path(choices)
        found[step(path)] += Fraction(1, prod(path.bounds))
        for at in range(len(choices), len(path.bounds)):
            before = tuple(path.choices[:at])
            pending += [(*before, other) for other in range(1, path.bounds[at])]
    return dict(found)
