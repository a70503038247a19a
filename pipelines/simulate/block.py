"""A block of businesses on its way through the months."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.simulate.columns import Floats, Ints, day_number
from pipelines.simulate.register import Register


@dataclass(frozen=True)
class Events:
    """Whom something happened to, when, and how much worse than average they were."""

    business: Ints
    day: Ints
    excess: Floats

    def __len__(self) -> int:
        """Count the events."""
        return len(self.business)


@dataclass(frozen=True)
class Block:
    """The register of a block, the truth about it, and the months to invent."""

    number: int
    register: Register
    log_odds: Floats  # of shape (quarters, businesses)
    months: list[date]

    def prefix(self, letter: str) -> str:
        """Begin the row numbers of this block, which no other block uses."""
        return f"{letter}{self.number:03d}"

    def truth(self, step: int) -> Floats:
        """Give the log-odds in force in the month of that number."""
        quarter: Floats = self.log_odds[step // 3]
        return quarter

    def excess(self, step: int) -> Floats:
        """Give the log-odds of a month above the average of the block."""
        truth = self.truth(step)
        excess: Floats = truth - truth.mean()
        return excess

    def events(
        self, rng: np.random.Generator, struck: Callable[[Floats, date], Ints]
    ) -> Events:
        """Let every month strike whom it will, on any of its first 28 days.

        `struck` gets the excess and the month, and gives a business once per event.
        """
        who, day, excess = [], [], []
        for step, month in enumerate(self.months):
            here = struck(self.excess(step), month)
            who.append(here)
            day.append(day_number(month) + rng.integers(0, 28, len(here)))
            excess.append(self.excess(step)[here])
        return Events(np.concatenate(who), np.concatenate(day), np.concatenate(excess))
