"""Exact SHAP values of boosted trees, cheaper than LightGBM's own prediction.

For trees of few leaves a row's SHAP vector depends only on the pattern of its split
decisions. All patterns are tabulated once per model; a row is then explained by looking
its patterns up and adding, and the raw score is the sum of what was added. Equal to
LightGBM's pred_contrib to a few units in the last place.
"""

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from features.errors import ModelError
from models.leaves import MAX_NUMBERS, leaf_groups
from models.metrics import Array
from models.trees import Inputs, read_forest
from models.treeshap_patterns import Patterns, patterns_of
from models.treeshap_tables import Program, compile_program

# Tables cost 0.8 s of CPU before the first row (numba 0.35, its compiled loops 0.35 from
# disk, filling them 0.1 at 8 leaves), working out only the patterns that the rows have
# costs 0.25 ms a row. Where loops must be compiled first (5 s) the even point is later,
# but that is once per installation. Both ways give the same bytes.
TABULATE_FROM_ROWS = 3_000
# Rows whose patterns are worked out together, so that memory does not grow with rows.
_FEW = 256
# The explainer of a model is kept for the next batch; two models are compared at most.
_MODELS_KEPT = 2

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Explanation:
    """SHAP values with the base value last, the raw scores they add up to, and a note.

    The note says which trees were left to LightGBM; it is None when none were.
    """

    contributions: Array
    raw: Array
    note: str | None


def explain(text: str, inputs: Inputs, *, threads: int | None = None) -> Explanation:
    """Explain the raw score of every row exactly; one column per feature, then the base.

    The bytes do not depend on the number of threads, nor on which rows come together.

    Raises:
        ModelError: the booster cannot be explained, or has other features.
    """
    explainer = explainer_of(text)
    if explainer.note is not None:
        _LOG.warning(explainer.note)
    threads = threads or os.cpu_count() or 1
    if len(inputs) < TABULATE_FROM_ROWS and not explainer.has_tables(inputs):
        return explainer.by_patterns(inputs, threads=threads)
    return explainer.by_tables(inputs, threads=threads)


@lru_cache(maxsize=_MODELS_KEPT)
def explainer_of(text: str) -> "Explainer":
    """Read a booster once, for all batches that it explains."""
    return Explainer(text)


class Explainer:
    """What explaining asks of one booster: its leaves in groups, and their tables."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.forest = read_forest(text)
        found = [leaf_groups(self.forest, n) for n in range(len(self.forest.trees))]
        self.left_out = [n for n, some in enumerate(found) if some is None]
        self.groups = [group for some in found if some is not None for group in some]
        self.base = sum(
            tree.expected
            for tree, some in zip(self.forest.trees, found, strict=True)
            if some is not None
        )
        self._programs: dict[str, Program] = {}

    @property
    def note(self) -> str | None:
        """Say how many trees are left to LightGBM, and why."""
        if not self.left_out:
            return None
        return (
            f"{len(self.left_out)} of {len(self.forest.trees)} trees are explained by "
            f"LightGBM, slowly: their tables would hold more than {MAX_NUMBERS:,} "
            "numbers, or a leaf of theirs has no training rows"
        )

    @cached_property
    def patterns(self) -> Patterns:
        """Lay the leaves out for a few rows."""
        return patterns_of(self.forest, self.groups)

    def has_tables(self, inputs: Inputs) -> bool:
        """Tell whether the tables for such inputs are there already."""
        return inputs.dtype.str in self._programs

    def program(self, dtype: npt.DTypeLike) -> Program:
        """Give the tables for inputs of a type, made on first use."""
        kind = np.dtype(dtype).str
        if kind not in self._programs:
            self._programs[kind] = compile_program(self.forest, self.groups, dtype)
        return self._programs[kind]

    def by_tables(self, inputs: Inputs, *, threads: int) -> Explanation:
        """Explain rows by looking their patterns up."""
        # numba is imported only where it pays: a single business needs none of it.
        from models.treeshap_kernel import explain_span  # noqa: PLC0415

        inputs = self._checked(inputs)
        program = self.program(inputs.dtype)
        out = self._empty(len(inputs))
        columns = np.ascontiguousarray(inputs.T)
        cuts = [len(inputs) * n // threads for n in range(threads + 1)]
        with ThreadPoolExecutor(threads) as pool:
            for done in [
                pool.submit(explain_span, columns, begin, end, program, out)
                for begin, end in pairwise(cuts)
                if begin < end
            ]:
                done.result()
        return self._explanation(inputs, out, threads)

    def by_patterns(self, inputs: Inputs, *, threads: int) -> Explanation:
        """Explain rows by working out the patterns that they have."""
        inputs = self._checked(inputs)
        out = self._empty(len(inputs))
        for begin in range(0, len(inputs), _FEW):
            span = slice(begin, begin + _FEW)
            parts = self.patterns.explain(self.forest, inputs[span])
            for feature, part in zip(self.patterns.used, parts, strict=True):
                out[feature, span] = part
                out[-1, span] += part
        return self._explanation(inputs, out, threads)

    def _checked(self, inputs: Inputs) -> Inputs:
        """Refuse rows of another width; read what is not 32-bit as LightGBM does."""
        if inputs.shape[1] != self.forest.features:
            message = (
                f"the model has {self.forest.features} features and the rows have "
                f"{inputs.shape[1]}; build the matrix with the columns of the model"
            )
            raise ModelError(message)
        return inputs if inputs.dtype == np.float32 else inputs.astype(np.float64)

    def _empty(self, rows: int) -> Array:
        """Give a line per feature, the base value, and the raw score to be added to."""
        out = np.zeros((self.forest.features + 2, rows))
        out[-2:] = self.base
        return out

    def _explanation(self, inputs: Inputs, out: Array, threads: int) -> Explanation:
        for first, count in _spans(self.left_out):
            booster = lgb.Booster(model_str=self.text)
            parts = np.asarray(
                booster.predict(
                    inputs,
                    start_iteration=first,
                    num_iteration=count,
                    pred_contrib=True,
                    num_threads=threads,
                )
            ).T
            out[:-1] += parts
            for part in parts:
                out[-1] += part
        return Explanation(out[:-1].T, out[-1], self.note)


def _spans(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Write rising numbers as (first, count) of those that follow each other."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and number == sum(spans[-1]):
            spans[-1] = (spans[-1][0], spans[-1][1] + 1)
        else:
            spans.append((number, 1))
    return spans
