"""The card of a model: from what was kept, and as a page."""

import json
import shutil
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from features.errors import ModelError
from models.card_trial import TRIAL
from pipelines.kept_comparison import ABLATION, keep_comparison
from pipelines.model_card import model_card
from pipelines.model_card_page import (
    card_page,
    measured,
    scorecard_rows,
    write_card,
)
from pipelines.promoting import Person, confirm, review
from tests.kept_model import kept_model
from tests.pipelines.test_kept_comparison import REPORT


@pytest.fixture(scope="module")
def store(scored_warehouse):
    return scored_warehouse.parent / "models"


@pytest.fixture(scope="module")
def card(scored_warehouse, store):
    return model_card(scored_warehouse, store=store)


def test_it_says_what_the_model_was_made_of_and_what_it_can_do(card):
    assert card.run.parameters["as_of"] == "2026-01-01"
    assert set(card.overall["ranker"]) == {"probability", "past_serious"}
    assert card.windows["day"].n_unique() == 3
    assert card.bands["visits"].sum() == pytest.approx(
        card.fairness.filter(attribute="street")["visits"].sum()
    )
    assert json.loads(json.dumps(card.as_dict(), default=str))["version"]


def test_a_model_on_trial_is_reviewed_now_and_says_so(card):
    assert card.promotion == {}
    assert len(card.gates) == 7
    assert "试评" in card_page(card, "zh")
    assert "首个模型，无可比" in card_page(card, "zh")


def test_a_promoted_model_carries_who_and_why(scored_warehouse, store, tmp_path):
    own = shutil.copytree(store, tmp_path / "models")
    found = review(scored_warehouse, store=own)
    passed = tuple(replace(gate, passed=True) for gate in found.gates)
    person = Person("李雷", "按季更新", "2026-01-02", "officer")
    confirm(replace(found, gates=passed), person, store=own)
    card = model_card(scored_warehouse, store=own)
    assert card.promotion["by"] == "李雷"
    assert all(gate["passed"] for gate in card.gates)
    text = card_page(card, "zh")
    assert "按季更新" in text
    assert "试评" not in text


def test_grades_that_move_are_counted_by_their_way(card):
    rows = [("A", "A", 5), ("A", "C", 2), ("D", "B", 1)]
    moves = pl.DataFrame(
        rows, schema=["grade_before", "grade_after", "businesses"], orient="row"
    )
    moved = replace(card, migration=moves)
    assert moved.moved == (2, 1, 5)
    assert "更严 2 家" in card_page(moved, "zh")
    assert "stricter 2" in card_page(moved, "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_needs_nothing_but_a_browser(card, lang, tmp_path):
    text = write_card(card, tmp_path / "deep" / "card.html", lang).read_text("utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert ("连锁或单店" if lang == "zh" else "chain or single shop") in text


def test_no_held_out_visits_leave_the_figures_out(card):
    empty = replace(card, overall=card.overall.clear(), windows=card.windows.clear())
    cells = [cells for _, cells in measured(empty.overall, lambda zh, _en: zh)]
    assert {cell for row in cells for cell in row} == {"-"}
    assert card_page(empty, "zh")


def test_a_model_without_records_has_no_card(scored_warehouse, tmp_path):
    with pytest.raises(ModelError, match="no record of the training"):
        model_card(scored_warehouse, store=kept_model(tmp_path / "models"))


TRIED = {"columns": 9, "bins": 40, "breaks": 0, "cases": 812, "bad": 200}
YEAR = {"year_from": date(2025, 1, 1), "auc": 0.7, "lower": 0.66, "upper": 0.74}
GAINED = {"gain": 0.004, "gain_lower": -0.002, "gain_upper": 0.01}


def test_both_scorecards_stand_on_the_card_and_which_is_in_use(card):
    rows = [
        {"card": "evidence", "version": "e1", **TRIED, **YEAR, "psi": 0.02},
        {"card": "stumps", "version": "s1", **TRIED, **YEAR, **GAINED, "psi": 0.03},
    ]
    tried = replace(card, cards=pl.DataFrame(rows, schema=TRIAL), card_in_use="s1")
    one, other = scorecard_rows(tried, lambda zh, _en: zh)
    assert one[:3] == ("证据权重卡", "e1", "仅供比较")
    assert other[:3] == ("树桩卡", "s1", "采用")
    assert other[5:] == ("0.700 (0.660, 0.740)", "+0.004 (-0.002, +0.010)", "0.03")
    text = card_page(tried, "en")
    assert "judged on 812 enterprises in the year from 2025-01-01" in text
    alone = [{k: v for k, v in row.items() if k not in YEAR} for row in rows[:1]]
    short = replace(card, cards=pl.DataFrame(alone, schema=TRIAL), card_in_use="e1")
    assert "记录不足两年" in card_page(short, "zh")
    assert json.loads(json.dumps(tried.as_dict(), default=str))["scorecards"]


def test_without_a_scorecard_the_card_says_so(card):
    assert card.cards.is_empty()
    assert "企业样本不足" in card_page(card, "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_ablation_is_shown_once_computed_and_else_how_to_get_it(
    card, scored_warehouse, store, tmp_path, lang
):
    text = card_page(card, lang)
    assert text.count("shian compare --from") == 2
    assert "--ablation" in text
    own = shutil.copytree(store, tmp_path / "models")
    keep_comparison(REPORT, ABLATION, store=own)
    made = card_page(model_card(scored_warehouse, store=own), lang)
    assert made.count("shian compare --from") == 1
    assert ("只用概况" if lang == "zh" else "only profile") in made
    assert "0.050 (0.040, 0.060)" in made
    assert "900" in made
