"""The compiled loops of exact explanations; importing this module imports numba.

Each row is worked out by itself, always adding in the same order, so that neither the
block nor the batch nor the thread it falls into can change a bit of it. Loops over rows
are innermost and plain, because only those become vector instructions.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from models.metrics import Array
from models.treeshap_tables import Codes, Program

Column = npt.NDArray[np.floating[Any]]
Table = tuple[Array, Codes]
# Rows worked on together. A table is read from memory once a block, so large blocks pay
# for large tables: from 1,024 to 8,192 rows the time of 31 leaves halves, then it stays.
BLOCK = 8192
# Lines held for a block, 32 MB of them: very large boosters get shorter blocks.
BLOCK_LINES = 1 << 24


def compiled(function: Callable[..., None]) -> Callable[..., None]:
    """Compile on first use, keeping the result on disk where there is a place for it.

    numba writes beside the module or else into the user's cache folder; where neither
    can be written, as in a read-only image without a home, each process compiles anew.
    """
    try:
        made: Callable[..., None] = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        made = numba.njit(nogil=True)(function)
    return made


@compiled
def encode_numbers(values: Column, thresholds: Column, code: Codes) -> None:
    """Count the thresholds below each value, plus one; 0 is missing."""
    for row in range(len(values)):
        code[row] = values[row] == values[row]
    for threshold in thresholds:
        for row in range(len(values)):
            code[row] += values[row] > threshold


@compiled
def encode_categories(values: Column, categories: Codes, code: Codes) -> None:
    """Look up the code of each category; what is none, or was never seen, is 0."""
    for row in range(len(values)):
        known = values[row] > -1 and values[row] < len(categories)
        code[row] = categories[int(values[row])] if known else 0


@compiled
def encode(
    columns: Column, begin: int, end: int, program: Program, codes: Codes
) -> None:
    """Replace the values of a block by codes, one line per feature in use."""
    starts, bounds = program.threshold_start, program.category_start
    for place in range(len(program.used)):
        values = columns[program.used[place], begin:end]
        categories = program.categories[bounds[place] : bounds[place + 1]]
        if len(categories):
            encode_categories(values, categories, codes[place])
        else:
            thresholds = program.thresholds[starts[place] : starts[place + 1]]
            encode_numbers(values, thresholds, codes[place])


@compiled
def step(line: Codes, code: Codes, above: int, change: int) -> None:
    """Move the line of every row whose code is above."""
    none = change - change
    for row in range(len(line)):
        line[row] = line[row] + (change if code[row] > above else none)


@compiled
def find_lines(codes: Codes, rows: int, program: Program, lines: Codes) -> None:
    """Find the line of every row in every table."""
    for group in range(len(program.first_line)):
        line = lines[group, :rows]
        line[:] = program.first_line[group]
        for n in range(program.step_start[group], program.step_start[group + 1]):
            code = codes[program.step_feature[n]]
            step(line, code, program.step_code[n], program.step_change[n])


@compiled
def add_one(part: Array, first: Table) -> None:
    """Add what one table says."""
    table, line = first
    for row in range(len(part)):
        part[row] = part[row] + table[line[row]]


@compiled
def add_four(
    part: Array, first: Table, second: Table, third: Table, last: Table
) -> None:
    """Add what four tables say, with one pass over the sums."""
    a, i = first
    b, j = second
    c, k = third
    d, n = last
    for row in range(len(part)):
        part[row] = part[row] + a[i[row]] + b[j[row]] + c[k[row]] + d[n[row]]


@compiled
def add_feature(part: Array, place: int, program: Program, lines: Codes) -> None:
    """Add up the tables of a feature, in the order of the trees."""
    at, group, tables = program.entry_table, program.entry_group, program.tables
    n, end = program.entry_start[place], program.entry_start[place + 1]
    while n + 4 <= end:
        add_four(
            part,
            (tables[at[n] :], lines[group[n]]),
            (tables[at[n + 1] :], lines[group[n + 1]]),
            (tables[at[n + 2] :], lines[group[n + 2]]),
            (tables[at[n + 3] :], lines[group[n + 3]]),
        )
        n += 4
    while n < end:
        add_one(part, (tables[at[n] :], lines[group[n]]))
        n += 1


@compiled
def explain_span(
    columns: Column, begin: int, end: int, program: Program, out: Array
) -> None:
    """Explain rows begin to end into `out`: a line per feature, base and raw score.

    `out` holds zeros for the features and the base value in its last two lines.
    """
    fitting = max(1, BLOCK_LINES // max(1, len(program.first_line)))
    block = min(BLOCK, fitting, end - begin)
    codes = np.empty((len(program.used), block), program.first_line.dtype)
    lines = np.empty((len(program.first_line), block), program.first_line.dtype)
    for start in range(begin, end, block):
        stop = min(start + block, end)
        encode(columns, start, stop, program, codes)
        find_lines(codes, stop - start, program, lines)
        raw = out[-1, start:stop]
        for place in range(len(program.used)):
            part = out[program.used[place], start:stop]
            add_feature(part, place, program, lines)
            for row in range(len(part)):
                raw[row] = raw[row] + part[row]
