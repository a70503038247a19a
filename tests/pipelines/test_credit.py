"""Enterprise credit on a simulated district: cases, card, scores, and what they reach."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.errors import ModelError
from features.schema import Facts
from features.warehouse import open_warehouse
from models.card_trial import card_trial, fit_cards
from models.credit import (
    MIN_CASES,
    Cases,
    credit_reasons,
    credit_standing,
    past_cases,
)
from models.metrics import Array, Ranked
from models.registry import challenger, kept_table, scorecard_in_use
from models.rules import RuleSet, load_rules
from models.scorecard import EVIDENCE, STUMPS, Scorecard, scorecard_sql
from models.stability import characteristic_stability, score_stability
from pipelines import monitoring
from pipelines.explain import explain
from pipelines.load import load
from pipelines.page import View
from pipelines.promoting import Person, confirm, promotions, review
from pipelines.score import score
from pipelines.simulate import simulate
from pipelines.train import fit_cards as fit_known
from pipelines.train import train

pytestmark = pytest.mark.slow

TODAY, LAST_YEAR = date(2026, 1, 1), date(2025, 1, 1)
# Enough for some 3,000 enterprise years: with half of them chance decides a ranking.
BUSINESSES = 3000
LIFE = 1826
DRAWS, SEED = 400, 3
PERSON = Person("李雷", "试用树桩卡", "2026-01-02T09:00:00+08:00", "officer")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district")
    simulate(folder, businesses=BUSINESSES, until=TODAY)
    path = folder / "district.duckdb"
    load(folder / "source", mapping="shian", warehouse=path, loaded_on=TODAY)
    return path


@pytest.fixture(scope="module")
def facts(warehouse: Path) -> Facts:
    with open_warehouse(warehouse, read_only=True) as opened:
        return opened.facts()


@pytest.fixture(scope="module")
def law() -> RuleSet:
    return load_rules().applied_to(TODAY)


@pytest.fixture(scope="module")
def cases(facts: Facts, law: RuleSet) -> Cases:
    return past_cases(facts, TODAY, law, legal_life_days=LIFE)


@pytest.fixture(scope="module")
def card(cases: Cases, law: RuleSet) -> Scorecard:
    return fit_cards(cases, law, until=TODAY)[EVIDENCE]


@pytest.fixture(scope="module")
def earlier(facts: Facts, law: RuleSet) -> Cases:
    return past_cases(facts, LAST_YEAR, law, legal_life_days=LIFE)


def of_last_year(cases: Cases) -> Cases:
    last = cases.pairs["as_of"] == LAST_YEAR
    return Cases(
        cases.pairs.filter(last), cases.matrix.filter(last), cases.bad[last.to_numpy()]
    )


def known_before(facts: Facts, day: date) -> Facts:
    """Take away everything that was recorded on the day or later."""
    kept = {
        name: frame.filter(pl.col("recorded_at") < day)
        for name, frame in vars(facts).items()
        if "recorded_at" in frame.columns
    }
    return replace(facts, **kept)


def test_facts_recorded_on_the_day_or_later_change_nothing(
    facts: Facts, earlier: Cases, law: RuleSet
) -> None:
    blind = past_cases(
        known_before(facts, LAST_YEAR), LAST_YEAR, law, legal_life_days=LIFE
    )
    assert earlier.matrix.equals(blind.matrix)
    assert (earlier.bad == blind.bad).all()
    ours = fit_cards(earlier, law, until=LAST_YEAR)[EVIDENCE]
    assert ours == fit_cards(blind, law, until=LAST_YEAR)[EVIDENCE]


def test_no_case_of_an_earlier_year_is_of_the_year_to_come(
    cases: Cases, earlier: Cases
) -> None:
    assert cases.pairs["as_of"].max() == LAST_YEAR
    assert earlier.pairs["as_of"].max() < LAST_YEAR
    assert len(earlier.bad) > MIN_CASES


def test_out_of_time_the_card_ranks_ahead_of_every_single_fact(
    cases: Cases, earlier: Cases, law: RuleSet
) -> None:
    """Frozen a year ago, judged on the year since; paired over resampled enterprises."""
    past = fit_cards(earlier, law, until=LAST_YEAR)[EVIDENCE]
    late = of_last_year(cases)
    rankers = {
        "card": -past.score(late.matrix).astype(float),
        "past serious": values(late, "serious_1826d"),
        "past penalties": values(late, "penalties_1826d"),
        "last result": values(late, "last_key_failed"),
        "days since visit": values(late, "days_since_visit"),
    }
    rng = np.random.default_rng(SEED)
    weight = rng.poisson(1.0, (DRAWS, len(late.bad))).astype(float)
    auc = {name: Ranked(s, late.bad).auc(weight) for name, s in rankers.items()}
    lower, upper = np.percentile(auc["card"], [2.5, 97.5])
    assert 0.65 < lower < upper < 0.9
    for name in set(rankers) - {"card"}:
        gain = auc["card"] - auc[name]
        assert gain.mean() > 0, (name, gain.mean(), gain.std(), auc["card"].mean())
    assert np.percentile(auc["card"] - auc["past penalties"], 2.5) > 0


@pytest.fixture(scope="module")
def trial(facts: Facts, cases: Cases, law: RuleSet) -> pl.DataFrame:
    return card_trial(facts, cases, fit_cards(cases, law, until=TODAY), law)


def test_the_cards_are_tried_on_a_year_that_neither_had_seen(
    trial: pl.DataFrame, cases: Cases, earlier: Cases, law: RuleSet
) -> None:
    """What the trial learned from is what was on record when that year began."""
    rows = {row["card"]: row for row in trial.to_dicts()}
    assert list(rows) == [EVIDENCE, STUMPS]
    late = of_last_year(cases)
    past = fit_cards(earlier, law, until=LAST_YEAR)
    for name, row in rows.items():
        assert row["year_from"] == LAST_YEAR
        assert (row["cases"], row["bad"]) == (len(late.bad), late.bad.sum())
        scores = -past[name].score(late.matrix).astype(float)
        auc = Ranked(scores, late.bad).auc(np.ones((1, len(late.bad))))
        assert row["auc"] == pytest.approx(auc[0], abs=1e-12)
        assert row["lower"] < row["auc"] < row["upper"]
        assert row["breaks"] == 0
        assert row["psi"] == score_stability(past[name], late.matrix)
    gain = rows[STUMPS]["auc"] - rows[EVIDENCE]["auc"]
    assert rows[STUMPS]["gain"] == pytest.approx(gain)
    assert rows[STUMPS]["gain_lower"] < gain < rows[STUMPS]["gain_upper"]
    assert rows[EVIDENCE]["gain"] is None


def test_without_an_earlier_year_only_the_cards_themselves_are_told(
    facts: Facts, cases: Cases, law: RuleSet
) -> None:
    late = of_last_year(cases)
    cards = fit_cards(late, law, until=TODAY)
    alone = card_trial(facts, late, cards, law)
    assert alone["version"].to_list() == [card.version for card in cards.values()]
    assert alone["auc"].null_count() == alone.height == 2


def values(cases: Cases, feature: str) -> Array:
    return cases.matrix[feature].cast(pl.Float64).fill_null(0.0).to_numpy()


def test_the_score_says_how_many_enterprises_go_bad(
    cases: Cases, card: Scorecard
) -> None:
    stated = card.scale.bad_share(card.score(cases.matrix).astype(float))
    assert stated.mean() == pytest.approx(cases.bad.mean(), abs=0.01)


def test_no_enterprise_scores_better_by_moving_any_feature_the_worse_way(
    cases: Cases, card: Scorecard
) -> None:
    """Past every cut of the card in turn, missing values too."""
    before = card.score(cases.matrix)
    moves = 0
    for bins in card.bins:
        name, way = bins.column.name, bins.column.direction
        for cut in bins.edges:
            past = np.nextafter(cut, np.inf) if way > 0 else cut
            value = cases.matrix[name].cast(pl.Float64)
            worse = ((value - past) * way < 0) | value.is_null()
            moved = cases.matrix.with_columns(
                pl.when(worse).then(pl.lit(past)).otherwise(value).alias(name)
            )
            after, touched = card.score(moved), worse.to_numpy()
            best = bins.locate(np.array([past]))[0] == bins.best
            if not best:
                moves += int(touched.sum())
                assert (after[touched] <= before[touched]).all(), name
    assert moves > 10_000


def test_reasons_are_points_lost_and_add_up_to_all_that_was_lost(
    cases: Cases, card: Scorecard, law: RuleSet
) -> None:
    late = of_last_year(cases)
    everything = credit_reasons(card, late.matrix, law, most=len(card.columns))
    lost = everything.group_by("business_id").agg(pl.col("points_lost").sum())
    scored = late.matrix.select("business_id", score=pl.Series(card.score(late.matrix)))
    summed = scored.join(lost, on="business_id", how="left").fill_null(0)
    assert (summed["score"] + summed["points_lost"] == card.highest).all()
    first = credit_reasons(card, late.matrix, law)
    assert first["rank"].max() == 4
    assert first.select("business_id", "rank").is_unique().all()


def test_sql_scores_the_real_matrix_as_the_program_does(
    warehouse: Path, cases: Cases, card: Scorecard
) -> None:
    late = of_last_year(cases).matrix.sort("business_id")
    with open_warehouse(warehouse, read_only=True) as opened:
        found = opened.sql(scorecard_sql(), matrix=late, scorecard=card.table())
    assert found["credit_score"].cast(pl.Int64).to_list() == card.score(late).tolist()


def test_a_year_on_the_population_has_hardly_moved(
    cases: Cases, earlier: Cases, law: RuleSet
) -> None:
    past = fit_cards(earlier, law, until=LAST_YEAR)[EVIDENCE]
    late = of_last_year(cases).matrix
    assert 0 <= score_stability(past, late) < 0.25
    by_feature = characteristic_stability(past, late)
    assert by_feature["feature"].to_list() == list(past.columns)
    assert (by_feature["csi"] >= 0).all()


@pytest.fixture(scope="module")
def store(warehouse: Path) -> Path:
    folder = warehouse.parent / "models"
    report = train(warehouse, as_of=TODAY, store=folder)
    assert report.scorecard_version
    assert report.scorecard_note == ""
    assert report.scorecard_cases > MIN_CASES
    return folder


def test_a_score_run_gives_enterprises_a_class_and_individuals_a_reason_for_none(
    warehouse: Path, store: Path
) -> None:
    report = score(warehouse, as_of=TODAY, store=store)
    with open_warehouse(warehouse, read_only=True) as opened:
        rows = opened.sql(
            "select legal_form, credit_score, credit_class, credit_basis "
            "from output.scored_business where run_id = ?",
            [report.run_id],
        )
    firms = rows.filter(pl.col("legal_form") == "enterprise")
    assert firms["credit_score"].null_count() == firms["credit_class"].null_count() == 0
    assert set(firms["credit_basis"]) == {"scorecard"}
    assert set(firms["credit_class"]) == {"A", "B", "C", "D"}
    individuals = rows.filter(pl.col("legal_form") == "individual")
    assert individuals.height > firms.height
    assert individuals["credit_score"].is_null().all()
    assert individuals["credit_class"].is_null().all()
    assert set(individuals["credit_basis"]) == {"individual"}


def test_an_explanation_names_where_an_enterprise_lost_its_points(
    warehouse: Path, store: Path, tmp_path: Path
) -> None:
    score(warehouse, as_of=TODAY, store=store)
    with open_warehouse(warehouse, read_only=True) as opened:
        scored = opened.sql(
            "select business_id, credit_score from output.score "
            "where credit_score is not null order by credit_score, business_id limit 1"
        )
    business, points = scored.row(0)
    card = scorecard_in_use(store)
    assert card is not None
    told = explain(warehouse, business, store=store)
    assert told.credit is not None
    lost = told.credit["lost"]
    assert 1 <= len(lost) <= 4
    amounts = [row["points_lost"] for row in lost]
    assert amounts == sorted(amounts, reverse=True)
    assert sum(amounts) <= card.highest - points
    first = f"{lost[0]['zh']}（{lost[0]['group_zh']}）-{amounts[0]}"
    assert f"扣分最多：{first}" in View(told, "zh").credit()
    assert "most points lost by: " in View(told, "en").credit()
    # The score of another card is not explained by this one.
    own = shutil.copytree(store, tmp_path / "models")
    pointer = own / "challenger.json"
    named = json.loads(pointer.read_text("utf-8"))
    pointer.write_text(json.dumps({**named, "scorecard": named["stumps"]}), "utf-8")
    other = explain(warehouse, business, store=own)
    assert other.credit is not None
    assert "lost" not in other.credit
    assert "扣分最多" not in View(other, "zh").credit()


def test_the_card_in_use_is_readable_by_people_and_refused_when_changed(
    store: Path, tmp_path: Path
) -> None:
    card = scorecard_in_use(store)
    assert card is not None
    folder = store / "scorecards" / card.version
    assert pl.read_csv(folder / "scorecard.csv").height == card.table().height
    other = tmp_path / "models"
    shutil.copytree(store / "scorecards", other / "scorecards")
    shutil.copy(store / "challenger.json", other)
    changed = other / "scorecards" / card.version / "scorecard.json"
    text = changed.read_text("utf-8")
    changed.write_text(text.replace(f'"highest": {card.highest}', '"highest": 999'))
    with pytest.raises(ModelError, match="was changed after it was trained"):
        scorecard_in_use(other)


def test_the_card_of_stumps_is_kept_beside_and_used_only_when_a_person_promotes_it(
    warehouse: Path, store: Path, tmp_path: Path
) -> None:
    own = shutil.copytree(store, tmp_path / "models")
    version = challenger(own).version
    trial = kept_table(own, version, "credit")
    assert trial is not None
    kept = dict(trial.select("card", "version").iter_rows())
    in_use = scorecard_in_use(own)
    assert in_use is not None
    assert in_use.version == kept[EVIDENCE]
    assert Scorecard.load(own / "scorecards" / kept[STUMPS]).breaks() == 0
    for card in (EVIDENCE, STUMPS):
        found = review(warehouse, store=own, card=card)
        assert found.scorecard == kept[card]
        gate = found.gates[-1]
        assert gate.name == "credit"
        passing = replace(
            found, gates=tuple(replace(g, passed=True) for g in found.gates)
        )
        confirm(passing, PERSON, store=own)
        in_use = scorecard_in_use(own)
        assert in_use is not None
        assert in_use.version == kept[card]
        assert promotions(own)[-1]["card"] == card


def test_a_credit_score_changes_nothing_in_the_risk_grade(
    warehouse: Path, store: Path
) -> None:
    """Another scale of credit: other scores and classes, the same grades to the byte."""
    with_card = scored(warehouse, store)
    pointer = store / "challenger.json"
    kept = pointer.read_text("utf-8")
    bare = {**json.loads(kept), "scorecard": ""}
    pointer.write_text(json.dumps(bare), "utf-8")
    without = scored(warehouse, store)
    pointer.write_text(kept, "utf-8")
    credit = ["credit_score", "credit_class", "credit_basis"]
    assert with_card["credit_score"].is_not_null().any()
    assert without["credit_score"].is_null().all()
    assert set(without["credit_basis"]) == {"no_scorecard", "individual", "other_form"}
    assert with_card.drop(credit).equals(without.drop(credit))


def scored(warehouse: Path, store: Path) -> pl.DataFrame:
    run_id = score(warehouse, as_of=TODAY, store=store).run_id
    with open_warehouse(warehouse, read_only=True) as opened:
        rows = opened.table("output.score").filter(pl.col("run_id") == run_id)
        return rows.sort("business_id").drop("run_id").collect()


def test_too_few_enterprises_make_no_card_and_the_report_says_so(facts: Facts) -> None:
    few = (
        facts.business.filter(pl.col("legal_form") == "enterprise")["business_id"]
        .unique()
        .sort()
        .head(20)
    )
    small = replace(
        facts,
        business=facts.business.filter(pl.col("business_id").is_in(few.implode())),
    )
    found = fit_known(small, TODAY, load_rules())
    assert found.cards == {}
    assert found.trial.is_empty()
    assert "enterprise years" in found.told["scorecard_note"]


def test_before_the_opinions_no_card_is_fitted(facts: Facts) -> None:
    found = fit_known(facts, date(2021, 12, 31), load_rules())
    assert found.cards == {}
    assert "no rules in force" in found.told["scorecard_note"]


def test_scoring_leaves_everybody_without_a_form_alone(
    facts: Facts, cases: Cases, card: Scorecard, law: RuleSet
) -> None:
    formless = replace(
        facts, business=facts.business.with_columns(legal_form=pl.lit(None, pl.String))
    )
    standing = credit_standing(formless, of_last_year(cases).matrix, card, law)
    assert set(standing["credit_basis"]) == {"other_form"}
    assert standing["credit_class"].is_null().all()


def test_the_monitoring_reports_the_stability_of_score_and_characteristics(
    warehouse: Path, store: Path
) -> None:
    """The card was fitted on the same enterprises in the years before."""
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    rules, card = load_rules(), scorecard_in_use(store)
    law = rules.applied_to(TODAY)
    firms = monitoring._firms(facts, TODAY, rules)
    check = monitoring._credit(card, firms, law)
    assert check.holds is not None
    assert f"{firms.height:,}家" in check.zh
    table = monitoring._characteristics(card, firms)
    assert set(table["feature"]) == set(card.columns)
    assert table["csi"].is_sorted(descending=True)
    assert monitoring._credit(None, None, law).holds is None
    assert monitoring._characteristics(card, firms.clear()).is_empty()
