"""The one module that speaks to HiGHS: linear programmes that grow, and integer ones.

One thread and a fixed seed: the same programme gives the same solution.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_INFINITE = highspy.kHighsInf
# How a programme is solved again where the search that goes on from the last solution
# loses its way: from nothing, by the primal simplex, by the interior point method.
_AGAIN: tuple[Mapping[str, str | int], ...] = (
    {},
    {"simplex_strategy": 4},
    {"solver": "ipm"},
)
_USUAL: Mapping[str, str | int] = {"simplex_strategy": 1, "solver": "choose"}
# A node limit and not a clock bounds the search, so that a slow machine finds the same.
# Most is found before the first branching; mending the plan goes further in less time.
_NODES = 5


@dataclass(frozen=True)
class Columns:
    """Columns to add: cost and upper bound each, and the entries in compressed form."""

    cost: Array
    upper: Array
    starts: Whole
    rows: Whole
    values: Array


@dataclass(frozen=True)
class Solution:
    """A solved programme: amounts of the columns, prices of the rows, reduced costs."""

    amount: Array
    price: Array
    reduced: Array
    cost: float


class Programme:
    """Least cost over columns between 0 and their bounds, rows between theirs."""

    def __init__(self, lower: Array, upper: Array) -> None:
        self._solver = _quiet()
        count = len(lower)
        none = np.empty(0, np.int32)
        self._solver.addRows(
            count, lower, upper, 0, np.zeros(count, np.int32), none, np.empty(0)
        )

    def add(self, columns: Columns) -> None:
        """Add columns; the last solution stays where the next search begins."""
        count = len(columns.cost)
        self._solver.addCols(
            count,
            columns.cost,
            np.zeros(count),
            columns.upper,
            len(columns.rows),
            columns.starts.astype(np.int32),
            columns.rows.astype(np.int32),
            columns.values,
        )

    def solve(self) -> Solution:
        """Solve to the optimum, from the last solution or else from nothing."""
        self._solver.run()
        for options in _AGAIN:
            if _is_optimal(self._solver):
                break
            self._solver.clearSolver()
            for name, value in {**_USUAL, **options}.items():
                self._solver.setOptionValue(name, value)
            self._solver.run()
        for name, value in _USUAL.items():
            self._solver.setOptionValue(name, value)
        _expect_optimal(self._solver)
        found = self._solver.getSolution()
        return Solution(
            amount=np.array(found.col_value),
            price=np.array(found.row_dual),
            reduced=np.array(found.col_dual),
            cost=float(self._solver.getInfo().objective_function_value),
        )


def solve_whole(
    columns: Columns, lower: Array, upper: Array, *, within: float
) -> Whole:
    """Solve in whole numbers, to within a cost of the optimum or the limit of nodes."""
    solver = _quiet()
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", within)
    solver.setOptionValue("mip_max_nodes", _NODES)
    solver.setOptionValue("mip_allow_restart", False)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(columns.cost), len(lower)
    model.col_cost_ = columns.cost
    model.col_lower_ = np.zeros(len(columns.cost))
    model.col_upper_ = columns.upper
    model.row_lower_, model.row_upper_ = lower, upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.append(columns.starts, len(columns.rows))
    model.a_matrix_.index_ = columns.rows
    model.a_matrix_.value_ = columns.values
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(columns.cost)
    solver.passModel(model)
    solver.run()
    whole: Whole = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
    return whole


def _quiet() -> highspy.Highs:
    with _unheard():
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    return solver


def _is_optimal(solver: highspy.Highs) -> bool:
    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _expect_optimal(solver: highspy.Highs) -> None:
    if not _is_optimal(solver):
        status = solver.getModelStatus()
        message = f"HiGHS ended with {solver.modelStatusToString(status)}"
        raise AssertionError(message)


@contextmanager
def _unheard() -> Iterator[None]:
    """Keep stdout clean: HiGHS greets there before it can be told to be silent."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
