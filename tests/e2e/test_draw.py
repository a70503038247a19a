"""A double-random draw through the command line: announced, drawn, refilled, verified."""

import json
import shutil
from pathlib import Path

import pytest

from features.warehouse import open_warehouse
from tests.e2e.conftest import Demo, Shian

pytestmark = pytest.mark.slow

TASK = ("--task", "2026年春季双随机抽查", "--ends", "2026-03-31")
DAYS = ("--as-of", "2026-01-01", "--on", "2026-01-01")
SEED = ("--seed", "0123456789abcdef" * 4)


@pytest.fixture
def own(demo: Demo, tmp_path: Path) -> Path:
    """Give the demo's warehouse, score run and all, to write a draw into."""
    whole = demo.folder / "warehouse.duckdb"
    return Path(shutil.copyfile(whole, tmp_path / "own.duckdb"))


def test_a_directed_draw_from_the_announcement_to_a_replacement(
    shian: Shian, own: Path, tmp_path: Path
) -> None:
    where, folder = ("--warehouse", own), tmp_path / "draw"
    beacon = ("--beacon-source", "福彩3D 2026003期")
    said = shian(
        "draw", "commit", *TASK, *DAYS, *beacon, *SEED, "--out", folder, *where
    )
    assert said.code == 0, said.err
    for words in ("承诺值", "抽取前", "系统默认，非法定", "第二十三条"):
        assert words in said.out
    published = json.loads((folder / "commitment.json").read_text("utf-8"))

    ran = shian(
        *("draw", "run", folder, *where, "--on", "2026-01-05"),
        *("--beacon", "8 3 5", "--json"),
    )
    assert ran.code == 0, ran.err
    assert ran.facts["commitment"] == published["commitment"]
    assert ran.facts["publish_by"] == "2026-04-29"
    strata = {row["stratum"]: row for row in ran.facts["strata"]}
    assert sum(row["drawn"] for row in strata.values()) == len(ran.facts["visits"])
    assert all(abs(r["drawn"] - r["expected"]) < 1 for r in strata.values())

    bundle, first = folder / "bundle.json", ran.facts["visits"][0]
    replaced = shian(
        *("draw", "withdraw", bundle, "--business", first["business_id"], *where),
        *("--reason", "closed", "--on", "2026-01-09"),
    )
    assert replaced.code == 0, replaced.err
    assert "更换 1 次" in replaced.out

    proof = ("--commitment", published["commitment"])
    verified = shian("draw", "verify", bundle, *proof, "--json")
    assert verified.code == 0, verified.err
    assert verified.facts["is_sound"]
    assert "核验通过" in shian("draw", "verify", bundle).out
    assert "Verified" in shian("draw", "verify", bundle, "--lang", "en").out

    with open_warehouse(own, read_only=True) as warehouse:
        rows = warehouse.sql("select * from output.draw order by draw_order")
    assert rows["business_id"][0] != first["business_id"]
    assert rows["inspector_id"].null_count() == 0


def test_a_tampered_bundle_is_told_part_by_part_and_ends_in_an_error(
    shian: Shian, own: Path, tmp_path: Path
) -> None:
    where, folder = ("--warehouse", own), tmp_path / "draw"
    kind = ("--kind", "undirected", "--type", "catering", "--ratio", "0.03")
    made = shian("draw", "commit", *TASK, *DAYS, *kind, "--out", folder, *where, "-q")
    assert (made.code, made.out, made.err) == (0, "", "")
    ran = shian("draw", "run", folder, *where, "--on", "2026-01-01", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    path = folder / "bundle.json"
    bundle = json.loads(path.read_text("utf-8"))
    visit = bundle["visits"][0]
    visit["inspectors"].reverse()
    text = json.dumps(bundle, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    path.write_text(text, "utf-8")
    told = shian("draw", "verify", path)
    assert told.code == 3
    assert told.err.count("\n") == 1
    assert "2 differences in digest, visits" in told.err
    assert (
        f"{visit['business_id']}：检查人员为 {'+'.join(visit['inspectors'])}"
        in told.out
    )
    again = shian("draw", "run", folder, *where, "--on", "2026-01-01")
    assert again.code == 2
    assert "drawn already" in again.err
