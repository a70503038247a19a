"""Rivals on the same past windows of a small district, on the screen and as files."""

import json
from datetime import date
from io import StringIO

import polars as pl
import pytest
from rich.console import Console

from features.errors import UsageError
from models.rivals import ENSEMBLE, RIVALS
from pipelines.backtest import backtest
from pipelines.compare import ONE_FACT, chosen, compare_rivals
from pipelines.console import Voice
from pipelines.screens.comparing import NAMES, show_comparison, write_files

STRETCH = date(2025, 7, 1), date(2025, 11, 1)
SOME = ("woe_logistic",)


@pytest.fixture(scope="module")
def report(small_warehouse):
    return compare_rivals(
        small_warehouse, stretch=STRETCH, rivals=chosen(SOME, is_ablation=False)
    )


def test_every_score_has_a_regret_and_is_measured(report):
    expected = {"model", *SOME, ENSEMBLE, *ONE_FACT}
    assert set(report.regret["ranker"]) == expected
    assert set(report.overall["ranker"]) == expected
    assert report.regret["regret"].is_sorted()
    assert report.regret["windows_best"].sum() >= report.windows["window"].n_unique()
    assert report.absent == ()


def test_the_model_scores_as_in_a_backtest(report, small_warehouse):
    same = backtest(small_warehouse, start=STRETCH[0], end=STRETCH[1])

    def auc(table):
        return table.filter(ranker="model", metric="auc").row(0)

    assert auc(report.overall) == auc(same.overall)


def test_an_ablation_names_each_family(small_warehouse):
    some = chosen(["without_inspections", "only_profile"], is_ablation=True)
    assert list(some) == ["model", "without_inspections", "only_profile"]
    found = compare_rivals(small_warehouse, stretch=STRETCH, rivals=some)
    gain = found.overall.filter(ranker="only_profile", metric="auc")["gain"][0]
    assert gain > 0
    assert chosen([], is_ablation=True).keys() <= NAMES.keys()


def test_all_rivals_are_meant_where_none_is_named():
    assert chosen([], is_ablation=False) is None
    assert set(RIVALS) <= set(NAMES)


def test_an_unknown_rival_is_refused():
    with pytest.raises(UsageError, match="no rival 'oracle'; choose from model"):
        chosen(["oracle"], is_ablation=False)


@pytest.mark.parametrize(("lang", "words"), [("zh", "遗憾值"), ("en", "regret")])
def test_a_person_sees_every_score_by_its_regret(report, lang, words):
    voice = Voice(lang=lang, out=Console(file=StringIO(), width=200))
    show_comparison(voice, report)
    shown = voice.out.file.getvalue()
    assert words in shown
    assert NAMES[ENSEMBLE][lang == "en"] in shown


def test_what_was_left_out_is_said(report):
    voice = Voice(lang="en", out=Console(file=StringIO(), width=200))
    less = type(report)(
        **{**vars(report), "absent": ("ebm",), "skipped": (date(2021, 1, 1),)}
    )
    show_comparison(voice, less)
    shown = voice.out.file.getvalue()
    assert "not installed: ebm" in shown
    assert "2021-01" in shown


def test_a_program_gets_the_same_facts_as_json(report):
    told = json.loads(json.dumps(report.as_dict(), default=str))
    assert told["visits"] == report.visits
    assert len(told["regret"]) == report.regret.height


def test_the_page_and_the_numbers_are_written(report, tmp_path):
    made = write_files(report, tmp_path / "new")
    assert all(path.exists() for path in made)
    assert "遗憾值" in made[0].read_text("utf-8")
    assert "<svg" in made[1].read_text("utf-8")
    assert pl.read_csv(made[3]).height == report.regret.height
