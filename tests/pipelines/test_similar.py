"""Similar past cases of a business in a small district, on its page and in its record."""

from dataclasses import replace

import pytest

from features.warehouse import open_warehouse
from pipelines.explain import explain
from pipelines.page import View, page
from pipelines.runs import read_run
from tests.kept_model import kept_model


@pytest.fixture(scope="module")
def riskiest(scored_warehouse):
    with open_warehouse(scored_warehouse, read_only=True) as opened:
        return read_run(opened).scores["business_id"][0]


@pytest.fixture(scope="module")
def dossier(scored_warehouse, riskiest):
    return explain(scored_warehouse, riskiest, store=scored_warehouse.parent / "models")


def test_a_case_says_when_and_where_it_was_and_what_was_found(
    dossier, scored_warehouse
):
    with open_warehouse(scored_warehouse, read_only=True) as opened:
        visits = opened.table("mart.inspection").collect()
    for case in dossier.similar.nearest:
        (visit,) = visits.filter(inspection_id=case.inspection_id).to_dicts()
        assert visit["business_id"] != dossier.who["business_id"]
        assert visit["inspected_on"] == case.day
        assert visit["recorded_at"] < dossier.as_of
        assert visit["is_serious"] == case.is_serious
        assert f"重点项不合格{visit['key_failed']}项" in case.found_zh or (
            not visit["key_failed"]
        )
        assert case.street
        assert case.zh


def test_the_sentence_counts_what_was_found(dossier):
    similar = dossier.similar
    share, low, high = similar.share
    assert low < share < high
    assert share == pytest.approx(similar.serious / similar.counted)
    assert f"{similar.counted} 次检查" in similar.words("zh")
    assert f"{share:.0%} (95% interval {low:.0%} to {high:.0%})" in similar.words("en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_shows_the_cases(dossier, lang):
    shown = page(dossier, lang)
    assert dossier.similar.words(lang) in shown
    for case in dossier.similar.nearest:
        assert case.inspection_id in shown


def test_the_same_business_asked_twice_has_the_same_cases(
    dossier, scored_warehouse, riskiest
):
    again = explain(
        scored_warehouse, riskiest, store=scored_warehouse.parent / "models"
    )
    assert again.similar == dossier.similar
    assert again.as_dict()["similar"] == dossier.as_dict()["similar"]


def test_a_model_without_a_casebook_shows_none(scored_warehouse, riskiest, tmp_path):
    store = kept_model(tmp_path / "store")
    dossier = explain(scored_warehouse, riskiest, store=store)
    assert dossier.similar is None
    assert "相似的以往情形" not in page(dossier, "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_of_the_model_says_how_often_it_recurs(dossier, lang):
    view = View(dossier, lang)
    for row, told in zip(dossier.reasons, view.reasons(), strict=True):
        assert told.startswith(row[f"text_{lang}"])
        if row["source"] == "law":
            assert row["recurs"] is None
            assert told == row[f"text_{lang}"]
        else:
            assert f"{row['recurs']:.0%}" in told
            assert row["is_stable"] == (row["recurs"] >= 0.8)


def test_a_reason_that_does_not_keep_is_marked(dossier):
    row = {"text_zh": "甲", "text_en": "a", "source": "model", "recurs": 0.5}
    shaky = replace(dossier, reasons=[row | {"is_stable": False}])
    assert View(shaky, "zh").reasons() == ["甲（不稳定：重抽样重训后仅50%仍为理由）"]
    assert "unstable" in View(shaky, "en").reasons()[0]


def test_the_base_value_is_said_in_words(dossier):
    own = f"{100 * dossier.grade['probability']:.0f}"
    assert f"约{own}家" in View(dossier, "zh").base()
    assert View(dossier, "en").base() in page(dossier, "en")
