"""Boosters are grown and asked in several threads of one process, as a fit does it."""

import subprocess
import sys

import pytest

# Wrong memory ends a process, so another one does it. With two numbers of threads in the
# library at once, nine of ten such processes ended within it.
WORK = """
from concurrent.futures import ThreadPoolExecutor
import numpy as np
import polars as pl
from models.calibration import Calibration
from models.risk import Growing, RiskModel, grow_here, parameters
from models.uncertainty import Spread

rng = np.random.default_rng(7)
names = tuple(f"f{n}" for n in range(60))
inputs = rng.random((3_000, 60)).astype(np.float32)
growing = Growing(
    inputs, rng.random(3_000), np.zeros(3_000), None, names,
    parameters(3_000, (0,) * 60), 1,
)
text = grow_here(growing)
model = RiskModel(
    names, (0,) * 60, text, (), Calibration(1.0, 0.0, 0.0), Spread(0.5, 1.0), 0.0,
    "2026-01-01", 3_000,
)
matrix = pl.DataFrame(inputs[:400], schema=names)
told = model.raw(matrix).tolist()

def grow(_):
    return {grow_here(growing) for _ in range(150)} == {text}

def ask(_):
    return all(model.raw(matrix).tolist() == told for _ in range(600))

with ThreadPoolExecutor(4) as pool:
    found = list(pool.map(lambda n: (grow if n % 2 else ask)(n), range(8)))
assert all(found), found
"""


@pytest.mark.slow
def test_growing_beside_asking_gives_what_each_gives_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
