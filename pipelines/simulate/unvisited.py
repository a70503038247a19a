"""What no visit changes: the register, the truth about it, who inspects, and when.

Drawn once for all who would plan the visits, each use of chance from a stream of its own.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.simulate import kinds, programmes, staff
from pipelines.simulate.block import Block
from pipelines.simulate.columns import day_number
from pipelines.simulate.complaints import complaint_table
from pipelines.simulate.factors import factor_table
from pipelines.simulate.incidents import incident_table
from pipelines.simulate.kitchens import connection_table
from pipelines.simulate.latent import latent_log_odds
from pipelines.simulate.places import STREETS, street_table
from pipelines.simulate.register import business_table, make_register
from pipelines.simulate.samples import sample_table
from pipelines.simulate.troubles import Troubles, draw_troubles

BUSINESSES_AN_OFFICE = kinds.PLAN_TOTAL / len(STREETS)


@dataclass(frozen=True)
class District:
    """What no visit changes: the register, the truth about it, and who inspects."""

    seed: int
    block: Block
    people: staff.Staff
    troubles: Troubles
    tables: dict[str, pl.DataFrame]

    @cached_property
    def place(self) -> dict[str, int]:
        """Find a business's place in the arrays."""
        return {number: at for at, number in enumerate(self.block.register.ids)}

    @cached_property
    def checks(self) -> pl.DataFrame:
        """List the reports that somebody goes to check, with the day."""
        return self.tables["complaint"].filter(
            pl.col("verified_on").is_not_null(), pl.col("business_id").is_not_null()
        )

    def step(self, day: int) -> int:
        """Number the month of a day."""
        starts = [day_number(month) for month in self.block.months]
        return int(np.searchsorted(starts, day, side="right")) - 1

    def rng(self, *stream: int) -> np.random.Generator:
        """Give chance of its own to each use, so that one never shifts another."""
        return np.random.default_rng([self.seed, 7, *stream])


def make_district(*, businesses: int, seed: int, begin: date, months: int) -> District:
    """Invent a district and everything in it that no visit changes."""
    starts = [month_after(begin, step) for step in range(months)]
    until = month_after(begin, months)
    rng = np.random.default_rng([seed, 1, 0])
    kind = np.repeat(np.arange(len(kinds.KINDS)), kinds.counts(businesses))
    rng.shuffle(kind)
    register = make_register(rng, kind, 1, starts[0], until)
    # A smaller district has fewer offices, so that each has its usual work.
    offices = max(1, round(businesses / BUSINESSES_AN_OFFICE))
    register = replace(register, street=register.street % offices)
    log_odds = latent_log_odds(rng, register, months // 3 + 1)
    block = Block(0, register, log_odds, starts)
    people = staff.make_staff(np.random.default_rng([seed, 0]))
    return District(
        seed=seed,
        block=block,
        people=people,
        troubles=draw_troubles(np.random.default_rng([seed, 2]), block),
        tables=_given(np.random.default_rng([seed, 3]), block)
        | _offices(np.random.default_rng([seed, 4]), people, block),
    )


def _given(rng: np.random.Generator, block: Block) -> dict[str, pl.DataFrame]:
    business = business_table(rng, block.register)
    return {
        "business": business,
        "static_factor": factor_table(rng, block.register, business),
        "complaint": complaint_table(rng, block, business),
        "sampling_result": sample_table(rng, block),
        "incident": incident_table(rng, block),
        "certificate": programmes.certificate_table(rng, block),
        "kitchen_connection": connection_table(rng, block),
        "insurance_policy": programmes.policy_table(rng, block),
        "training_event": programmes.training_table(rng, block),
        "street": street_table(),
    }


def _offices(
    rng: np.random.Generator, people: staff.Staff, block: Block
) -> dict[str, pl.DataFrame]:
    return {
        "inspector": staff.inspectors(rng, people),
        "office": staff.offices(),
        "conflict_of_interest": staff.conflicts(rng, people, block.register.ids),
    }


def month_after(begin: date, step: int) -> date:
    """Give the first day of the month so many months later."""
    count = begin.year * 12 + begin.month - 1 + step
    return date(count // 12, count % 12 + 1, 1)
