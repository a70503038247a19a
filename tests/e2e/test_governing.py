"""Promote and monitor from the command line, and their pages in a browser."""

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Shian


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory, shian: Shian) -> tuple[str, ...]:
    folder = tmp_path_factory.mktemp("governed")
    warehouse, store = folder / "w.duckdb", folder / "models"
    made = folder / "made"
    for call in (
        ("simulate", "--businesses", "700", "--years", "3", "--out", made),
        ("init", "--warehouse", warehouse),
        ("load", made / "source", "--warehouse", warehouse),
        ("train", "--as-of", "2025-07-01", "-w", warehouse, "--store", store),
    ):
        assert shian(*call, "--quiet").code == 0
    return "--warehouse", str(warehouse), "--store", str(store)


@pytest.mark.slow
def test_a_model_is_on_trial_then_promoted_or_refused_and_monitored(
    shian: Shian, where: tuple[str, ...], tmp_path: Path
) -> None:
    trial = shian("score", "--as-of", "2025-07-01", *where, "--out", tmp_path)
    assert "试评" in trial.out
    assert "试评" in (tmp_path / "report.html").read_text("utf-8")
    looked = json.loads(shian("promote", *where, "--json").out)
    assert looked["is_promoted"] is False
    called = shian("promote", *where, "--by", "李雷", "--reason", "首个模型")
    store = Path(where[-1])
    if looked["refused_by"]:
        assert called.code == 8
        assert looked["refused_by"][0] in called.err
        assert not (store / "champion.json").exists()
    else:
        assert called.code == 0, called.err
        (kept,) = (store / "promotions").iterdir()
        assert json.loads(kept.read_text("utf-8"))["by"] == "李雷"
        again = shian("score", "--as-of", "2025-07-01", *where, "--out", tmp_path)
        assert "试评" not in again.out
    page = tmp_path / "monitor.html"
    found = shian("monitor", "--as-of", "2026-01-01", *where, "--json", "--out", page)
    crossed = json.loads(found.out)["crossed"]
    assert found.code == (11 if crossed else 0)
    assert page.exists()


@pytest.mark.slow
def test_a_refused_model_leaves_the_store_as_it_was(
    shian: Shian, where: tuple[str, ...], tmp_path: Path
) -> None:
    store = Path(shutil.copytree(where[-1], tmp_path / "models"))
    (pointer,) = (json.loads((store / "challenger.json").read_text()),)
    record = store / "training" / pointer["version"] / "record.json"
    told = json.loads(record.read_text("utf-8"))
    told["parameters"]["law_version"] = "other rules"
    record.write_text(json.dumps(told))
    before = {p: p.read_bytes() for p in store.glob("*.json")}
    called = shian(
        "promote", *where[:2], "--store", store, "--by", "李雷", "--reason", "试"
    )
    assert called.code == 8
    assert "law" in called.err
    assert {p: p.read_bytes() for p in store.glob("*.json")} == before
