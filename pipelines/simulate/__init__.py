"""An invented district, honest about how a regulator's records come to be."""

from pipelines.simulate.district import FOLDERS, SEED, Summary, simulate
from pipelines.simulate.kinds import PLAN_TOTAL

__all__ = ["FOLDERS", "PLAN_TOTAL", "SEED", "Summary", "simulate"]
