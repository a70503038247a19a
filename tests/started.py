"""Starts a command in a process of its own and asks what it loaded and what it cost."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT

# What a command that neither models nor draws has no use for.
HEAVY = (
    "dask",
    "distributed",
    "highspy",
    "lightgbm",
    "matplotlib",
    "mlflow",
    "numba",
    "pandas",
    "pyarrow",
    "scipy",
    "shap",
    "sklearn",
)
_TELLING = """
import json, os, sys
from pipelines.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
told = {"code": code or 0, "modules": list(sys.modules), "cpu": sum(os.times()[:2])}
with open(os.environ["TOLD"], "w") as file:
    json.dump(told, file)
"""


@dataclass(frozen=True)
class Started:
    """The exit code of a command, the packages it loaded and its CPU seconds."""

    code: int
    packages: frozenset[str]
    cpu: float

    @property
    def heavy(self) -> set[str]:
        """Name the heavy packages among those loaded."""
        return self.packages & set(HEAVY)


def started(arguments: Sequence[str | Path], folder: Path) -> Started:
    """Run a command to its end."""
    told = folder / "told.json"
    subprocess.run(
        [sys.executable, "-c", _TELLING, *map(str, arguments)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TOLD": str(told)},
        capture_output=True,
        check=False,
    )
    found = json.loads(told.read_text("utf-8"))
    packages = frozenset(name.partition(".")[0] for name in found["modules"])
    return Started(found["code"], packages, found["cpu"])
