"""A score run: what it writes, and that nothing but the recorded past goes into it."""

import shutil
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.errors import InputError, ModelError, NotFoundError
from features.labels import cohort
from features.schema import Facts, schema
from features.warehouse import open_warehouse
from models.registry import champion
from models.rules import load_rules
from pipelines.explain import explain
from pipelines.export import export
from pipelines.finding import find_business
from pipelines.judging import Judged, judge
from pipelines.page import page
from pipelines.runs import read_run
from pipelines.score import score
from pipelines.train import train

DAY = date(2026, 1, 1)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def warehouse(small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("scored") / "small.duckdb"
    shutil.copy(small_warehouse, copy)
    return copy


@pytest.fixture(scope="module")
def store(warehouse: Path) -> Path:
    folder = warehouse.parent / "models"
    train(warehouse, as_of=DAY, store=folder)
    return folder


@pytest.fixture(scope="module")
def run_id(warehouse: Path, store: Path) -> str:
    return score(warehouse, as_of=DAY, store=store).run_id


@pytest.fixture(scope="module")
def facts(warehouse: Path) -> Facts:
    with open_warehouse(warehouse, read_only=True) as opened:
        return opened.facts()


def judged(facts: Facts, store: Path, *, day: date = DAY) -> Judged:
    return judge(
        facts,
        cohort(facts, day),
        model=champion(store),
        rules=load_rules(),
    )


def test_scoring_twice_leaves_one_run(
    warehouse: Path, store: Path, run_id: str
) -> None:
    again = score(warehouse, as_of=DAY, store=store)
    with open_warehouse(warehouse, read_only=True) as opened:
        runs = opened.table("output.run").collect()
        rows = opened.table("output.score").collect()
    assert again.run_id == run_id
    assert runs["run_id"].to_list() == [run_id]
    assert rows.height == again.businesses == sum(again.grades.values())
    assert rows["business_id"].is_unique().all()


@pytest.mark.usefixtures("run_id")
def test_up_to_four_reasons_in_both_languages_ranked_without_gaps(
    warehouse: Path,
) -> None:
    with open_warehouse(warehouse, read_only=True) as opened:
        reasons = opened.table("output.reason").collect()
        scored = opened.table("output.score").collect()
    ranks = reasons.group_by("business_id").agg(pl.col("rank").sort())
    assert set(ranks["business_id"]) == set(scored["business_id"])
    assert all(r == list(range(1, len(r) + 1)) for r in ranks["rank"].to_list())
    assert ranks["rank"].list.max().max() <= 4
    assert reasons.filter(pl.col("source") == "law")["article"].null_count() == 0


def after(facts: Facts, day: date) -> Facts:
    """Add a terrible future: everything on record happens again to everybody."""
    changed = {}
    for field in fields(Facts):
        frame = getattr(facts, field.name)
        if "recorded_at" not in frame.columns:
            continue
        key = schema()[f"mart.{field.name}"].key[0]
        late = frame.with_columns(recorded_at=pl.lit(day))
        if key != "business_id":
            late = late.with_columns(pl.concat_str(pl.lit("late-"), key).alias(key))
            changed[field.name] = pl.concat([frame, late])
    worse = changed["inspection"].with_columns(
        is_serious=pl.when(pl.col("recorded_at") >= day)
        .then(pl.lit(True))
        .otherwise("is_serious")
    )
    return replace(facts, **changed | {"inspection": worse})


def test_what_is_recorded_on_the_day_or_later_changes_no_grade(
    facts: Facts, store: Path
) -> None:
    now, later = judged(facts, store), judged(after(facts, DAY), store)
    assert_frame_equal(now.graded, later.graded)
    assert_frame_equal(now.reason, later.reason)
    assert_frame_equal(now.parts, later.parts)


def test_the_order_of_the_rows_changes_no_grade(facts: Facts, store: Path) -> None:
    shuffled = Facts(
        **{
            f.name: getattr(facts, f.name).sample(fraction=1, shuffle=True, seed=4)
            for f in fields(Facts)
        }
    )
    ordered = {f.name: getattr(shuffled, f.name) for f in fields(Facts)}
    again = judged(replace(shuffled, **ordered), store)
    assert_frame_equal(
        judged(facts, store).graded.sort("business_id"),
        again.graded.sort("business_id"),
        abs_tol=1e-6,
    )


def test_one_business_alone_is_judged_as_among_all(facts: Facts, store: Path) -> None:
    everybody = judged(facts, store)
    chosen = cohort(facts, DAY).gather([0, 7, 100])
    alone = judge(
        facts,
        chosen,
        model=champion(store),
        rules=load_rules(),
    )
    wanted = everybody.graded.filter(
        pl.col("business_id").is_in(chosen["business_id"].implode())
    )
    assert_frame_equal(alone.graded, wanted)


def test_nobody_to_score_is_said(warehouse: Path, store: Path) -> None:
    with pytest.raises(InputError, match="trading on 1990-01-01"):
        score(warehouse, as_of=date(1990, 1, 1), store=store)


def test_a_model_may_not_score_a_day_before_what_it_learned_from(
    warehouse: Path, store: Path
) -> None:
    with pytest.raises(ModelError, match="nobody knew on 2025-03-01"):
        score(warehouse, as_of=date(2025, 3, 1), store=store)


def test_no_model_is_said(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="shian train"):
        score(warehouse, as_of=DAY, store=tmp_path)


def test_a_run_is_read_riskiest_first_with_names(warehouse: Path, run_id: str) -> None:
    with open_warehouse(warehouse, read_only=True) as opened:
        run = read_run(opened, run_id=run_id)
        assert read_run(opened).record == run.record
        with pytest.raises(NotFoundError, match="shian score"):
            read_run(opened, as_of=date(2020, 1, 1))
        with pytest.raises(NotFoundError, match="nonsense"):
            read_run(opened, run_id="nonsense")
    assert run.as_of == DAY
    assert run.scores["total_points"].is_sorted(descending=True)
    assert run.scores["name"].null_count() == 0


def test_files_of_a_run_tell_the_same_story(
    warehouse: Path, run_id: str, tmp_path: Path
) -> None:
    run, files = export(warehouse, tmp_path, run_id=run_id)
    assert all(path.stat().st_size for path in files)
    kept = pl.read_parquet(tmp_path / "scores.parquet")
    assert_frame_equal(kept, run.scores.sort("business_id"))
    report = (tmp_path / "report.html").read_text("utf-8")
    assert f"{run.scores.height:,}" in report
    assert "模型可靠吗" not in report


def riskiest(warehouse: Path) -> str:
    with open_warehouse(warehouse, read_only=True) as opened:
        return str(read_run(opened).scores["business_id"][0])


@pytest.mark.usefixtures("run_id")
def test_a_dossier_adds_up(warehouse: Path, store: Path) -> None:
    said: list[tuple[str, float]] = []
    dossier = explain(
        warehouse,
        riskiest(warehouse),
        store=store,
        progress=lambda *stage: said.append(stage),
    )
    total = sum(part["points"] for part in dossier.parts)
    assert total == pytest.approx(dossier.grade["total_points"])
    odds = dossier.grade["probability"] / (1 - dossier.grade["probability"])
    assert dossier.log_odds == pytest.approx(pl.Series([odds]).log()[0])
    assert dossier.is_stored
    assert [share for _, share in said] == sorted(share for _, share in said)
    assert all(event.day < DAY for event in dossier.events)
    assert dossier.credit is not None
    assert "企业信用" in page(dossier, "zh")
    assert "如何降低等级" in page(dossier, "zh")
    assert "What would lower the grade" in page(dossier, "en")


@pytest.mark.usefixtures("run_id")
def test_clean_visits_never_raise_the_grade(warehouse: Path, store: Path) -> None:
    dossier = explain(warehouse, riskiest(warehouse), store=store)
    grades = [dossier.grade["risk_grade"], *(s.risk_grade for s in dossier.scenarios)]
    assert grades == sorted(grades, reverse=True)
    assert dossier.scenarios[-1].total_points < dossier.grade["total_points"]
    assert [s.on - DAY for s in dossier.scenarios] == [
        timedelta(days=d) for d in (1, 365, 730)
    ]


@pytest.mark.usefixtures("run_id")
def test_a_changed_record_is_told_apart_from_the_stored_run(
    warehouse: Path, store: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(warehouse, copy)
    number = riskiest(copy)
    with open_warehouse(copy) as opened:
        opened.execute("delete from mart.inspection where business_id = ?", [number])
    dossier = explain(copy, number, store=store)
    assert not dossier.is_stored
    assert "重新评定" in page(dossier, "zh")


@pytest.mark.usefixtures("run_id")
def test_a_business_that_nobody_knew_then_is_said_so(
    warehouse: Path, store: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(warehouse, copy)
    number = riskiest(copy)
    with open_warehouse(copy) as opened:
        late = "update mart.business set recorded_at = ? where business_id = ?"
        opened.execute(late, [DAY, number])
    with pytest.raises(NotFoundError, match="not known before 2026-01-01"):
        explain(copy, number, store=store)


def test_a_business_has_one_of_its_names(warehouse: Path) -> None:
    with open_warehouse(warehouse, read_only=True) as opened:
        (first, *_) = (
            opened.table("mart.business").collect().sort("business_id").to_dicts()
        )
        for name in ("business_id", "licence_no"):
            assert find_business(opened, first[name]) == first["business_id"]
        with pytest.raises(NotFoundError, match="no business goes by"):
            find_business(opened, "不存在的店")
