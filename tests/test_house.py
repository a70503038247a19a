"""The house rules that no linter knows."""

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest

from tests import README, ROOT

PACKAGES = ("features", "models", "pipelines")
SOURCES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
ALLOWED_TOP_LEVEL = {
    "Makefile",
    "README.md",
    "features",
    "models",
    "notebooks",
    "pipelines",
    "pyproject.toml",
    "requirements.lock",
    "tests",
    "warehouse.duckdb.sql",
}


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.splitlines()


def test_the_top_level_holds_what_the_design_names() -> None:
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} <= ALLOWED_TOP_LEVEL


@pytest.mark.parametrize("package", PACKAGES)
def test_our_generic_package_names_are_not_shadowed(package: str) -> None:
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found).parent == ROOT / package


def test_no_file_has_more_than_four_hundred_lines() -> None:
    assert [p for p in SOURCES if len(p.read_text("utf-8").splitlines()) > 400] == []


def test_no_function_has_more_than_forty_lines_of_code() -> None:
    assert [long for path in SOURCES for long in long_functions(path)] == []


def long_functions(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            doc = ast.get_docstring(node, clean=False) or ""
            lines = (
                (node.end_lineno or 0) - node.lineno + 1 - doc.count("\n") - bool(doc)
            )
            if lines > 40:
                found.append(f"{path.name}:{node.name} {lines}")
    return found


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    banned = {"utils", "misc", "helpers", "common"}
    assert [p for p in SOURCES if p.stem in banned] == []


def test_nothing_names_a_registry_host_or_a_machine_path() -> None:
    trace = re.compile(r"pypi\.org|pythonhosted|index-url|find-links|/home/|/root/")
    texts = [ROOT / "requirements.lock", ROOT / "Makefile", ROOT / "pyproject.toml"]
    assert [p for p in [*SOURCES, *texts] if trace.search(p.read_text("utf-8"))] == []


def test_every_pinned_package_carries_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pins = re.findall(r"^\S+==", lock, re.MULTILINE)
    assert pins
    assert len(re.findall(r"\\\n    --hash=sha256:", lock)) >= len(pins)


def test_every_folder_and_file_the_readme_names_exists() -> None:
    named = re.findall(
        r"`((?:features|models|pipelines|notebooks|tests|warehouse)[\w./]*)`",
        README.read_text("utf-8"),
    )
    assert named
    assert [n for n in named if not (ROOT / n).exists()] == []
