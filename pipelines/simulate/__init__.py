"""An invented district, honest about how a regulator's records come to be."""

from pipelines.simulate.district import Summary, simulate

__all__ = ["Summary", "simulate"]
