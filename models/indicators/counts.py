"""Which counts there are, under the names by which a definition asks for them."""

from collections.abc import Callable, Mapping

import polars as pl

from features.errors import RuleError
from models.indicators.asked import Asked
from models.indicators.certificates import certified
from models.indicators.health import areas, monitored
from models.indicators.incidents import reported
from models.indicators.insurance import insured
from models.indicators.kitchens import online
from models.indicators.leads import handled
from models.indicators.outreach import taught, told
from models.indicators.samples import batches, passed
from models.indicators.stars import standardised
from models.indicators.tracing import traced

COUNTS: Mapping[str, Callable[[Asked], pl.DataFrame]] = {
    "traced": traced,
    "passed": passed,
    "batches": batches,
    "areas": areas,
    "monitored": monitored,
    "certified": certified,
    "online": online,
    "insured": insured,
    "reported": reported,
    "handled": handled,
    "standardised": standardised,
    "told": told,
    "taught": taught,
}


def count(name: str, asked: Asked) -> pl.DataFrame:
    """Count what a definition names: one row per thing counted.

    Raises:
        RuleError: there is no such count.
    """
    function = COUNTS.get(name)
    if function is None:
        message = f"models/law/indicators.toml: there is no count '{name}'; there are {', '.join(COUNTS)}"
        raise RuleError(message)
    return function(asked)
