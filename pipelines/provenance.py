"""What a result was made from: program, facts, and a name for the whole."""

import hashlib
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from pathlib import Path

from features.schema import Facts, PlanFacts, sql_text

_PACKAGES = ("features", "models", "pipelines")


@cache
def code_version() -> str:
    """Name the program by its version and the content of its modules and data files."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(sql_text().encode())
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".toml", ".j2", ".sql"}:
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return f"{version('shian')}+{digest.hexdigest()[:12]}"


def fingerprint(facts: Facts | PlanFacts) -> str:
    """Hash the facts, which stand in the order of their keys however they were loaded."""
    digest = hashlib.sha256()
    for field in fields(facts):
        frame = getattr(facts, field.name)
        digest.update(field.name.encode())
        digest.update(frame.write_csv(None).encode())
    return digest.hexdigest()[:16]


def run_name(*parts: str) -> str:
    """Name a run by everything that went into it; the same inputs give the same name."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
