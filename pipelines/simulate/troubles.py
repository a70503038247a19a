"""What is wrong at whom from when: the truth that a visit finds and ends.

The latent probability says how often a neutral inspector would find something serious.
Here it becomes stretches of days: trouble begins by chance, stands until it is found or
ends by itself, and may begin again. Who is never visited is in trouble longest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.simulate.block import Block
from pipelines.simulate.columns import day_number
from pipelines.simulate.latent import season
from pipelines.simulate.visits import DRAWN_A_MONTH, ROUTINE_A_MONTH

# Invented: trouble that nobody finds stands for a year on average.
STANDS_DAYS = 365.0
# With as many visits as officers usually make, the share in trouble is near the latent
# probability: what ends by itself and what is found then begins anew as often.
_USUAL_VISITS_A_DAY = 12 * (ROUTINE_A_MONTH + DRAWN_A_MONTH) / 365.0
BEGINS_A_DAY = 1 / STANDS_DAYS + _USUAL_VISITS_A_DAY
_MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True)
class Case:
    """A stretch of trouble at a business: how it ended, and whether by being found."""

    business: int
    begin: int
    end: int
    is_found: bool


@dataclass(frozen=True)
class Troubles:
    """Stretches that may come about, by business and first day; nobody's visits move them.

    One that would begin while another stands is no case: there is trouble already.
    """

    stretches: Sequence[Sequence[tuple[int, int]]]

    def standing(self, business: int, day: int, mended: int) -> tuple[int, int] | None:
        """Give first and last day of the trouble on a day, mended last on another."""
        found = None
        for begin, end in _cases(self.stretches[business], mended):
            if begin > day:
                break
            found = (begin, end)
        return found if found and found[1] > day else None

    def cases(self, business: int, mended: Sequence[int]) -> Iterator[Case]:
        """List the cases of a business, some of them ended on the days of mending."""
        last = 0
        for day in sorted(mended):
            for begin, end in _cases(self.stretches[business], last):
                if end > day:
                    yield Case(business, begin, day, is_found=True)
                    break
                yield Case(business, begin, end, is_found=False)
            last = day
        for begin, end in _cases(self.stretches[business], last):
            yield Case(business, begin, end, is_found=False)


def _cases(
    stretches: Sequence[tuple[int, int]], mended: int
) -> Iterator[tuple[int, int]]:
    """Give the stretches that begin where nothing stands, after a day of mending.

    Mending ends what began that very day too.
    """
    free = mended + 1
    for begin, end in stretches:
        if begin >= free:
            yield begin, end
            free = end


def draw_troubles(rng: np.random.Generator, block: Block) -> Troubles:
    """Let trouble begin, more often where the truth is worse, while a shop trades."""
    register = block.register
    who, begin = [], []
    for step, month in enumerate(block.months):
        odds = np.exp(block.truth(step) + season(month.month))
        times = rng.poisson(odds * BEGINS_A_DAY * _MONTH_DAYS)
        who.append(np.repeat(np.arange(len(times)), times))
        begin.append(day_number(month) + rng.integers(0, 30, len(who[-1])))
    business, first = np.concatenate(who), np.concatenate(begin)
    last = first + 1 + rng.exponential(STANDS_DAYS, len(first)).astype(np.int64)
    last = np.minimum(last, register.closed[business])
    trades = (first >= register.opened[business]) & (first < last)
    stretches: list[list[tuple[int, int]]] = [[] for _ in register.kind]
    order = np.lexsort((last, first))
    for at in order[trades[order]]:
        stretches[business[at]].append((int(first[at]), int(last[at])))
    return Troubles(stretches)
