import json
from dataclasses import replace
from datetime import date
from math import log
from pathlib import Path

import pytest

from features.errors import NotFoundError
from features.labels import cohort
from features.warehouse import open_warehouse
from pipelines.register.decisions import create_register, open_case
from pipelines.register.explanation import freeze
from pipelines.train import train
from tests.register_requests import GROUND, RULES, request

DAY = date(2026, 1, 1)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    train(small_warehouse, as_of=DAY, store=folder)
    return folder


@pytest.fixture(scope="module")
def business(small_warehouse: Path) -> str:
    with open_warehouse(small_warehouse, read_only=True) as opened:
        return str(cohort(opened.facts(), DAY)["business_id"][0])


def test_what_is_frozen_is_whole_and_adds_up(
    small_warehouse: Path, business: str, store: Path, tmp_path: Path
) -> None:
    seen = freeze(small_warehouse, business, as_of=DAY, store=store)
    odds = seen["probability"] / (1 - seen["probability"])
    assert sum(seen["shap"].values()) == pytest.approx(log(odds), abs=1e-6)
    assert seen["law_version"] == RULES.version
    assert seen["reasons"]
    # The register keeps it to the last digit, and the same again is the same.
    assert freeze(small_warehouse, business, as_of=DAY, store=store) == seen
    create_register(tmp_path / "register.sqlite")
    asked = replace(request("2026-03-02 Li file"), explanation=seen)
    kept = open_case(tmp_path / "register.sqlite", GROUND, asked, RULES).explanation
    assert kept is not None
    assert json.loads(kept) == json.loads(json.dumps(seen))


def test_every_reason_of_the_model_is_frozen_with_its_mark(
    small_warehouse: Path, business: str, store: Path
) -> None:
    """As on the page of the business: who reads it before acting sees the same."""
    seen = freeze(small_warehouse, business, as_of=DAY, store=store)
    marks = ("重抽样重训后", "of resamples)")
    for zh, en in seen["reasons"]:
        assert (marks[0] in zh) == (marks[1] in en)
        assert ("不稳定" in zh) == ("unstable" in en)
    assert any(marks[0] in zh for zh, _ in seen["reasons"])


def test_a_business_nobody_knew_is_not_explained(
    small_warehouse: Path, store: Path
) -> None:
    with pytest.raises(NotFoundError, match="business nobody was not known"):
        freeze(small_warehouse, "nobody", as_of=DAY, store=store)
