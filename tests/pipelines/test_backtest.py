"""Past windows: what they report, and that nothing of the future reaches them."""

import json
import shutil
from datetime import date
from io import StringIO

import polars as pl
import pytest
from rich.console import Console

from features.errors import ModelError, UsageError
from features.warehouse import open_warehouse
from models.baselines import LABELS
from models.random_visits import ALL, DRAWN
from pipelines.backtest import MIN_VISITS, backtest
from pipelines.console import Voice
from pipelines.screens.grades import show_backtest

START, END = date(2025, 5, 1), date(2026, 1, 1)
WINDOWS = [date(2025, month, 1) for month in (5, 7, 9, 11)]
RANKING = {
    "auc",
    "average_precision",
    "precision_at_top",
    "first_half_share",
    "days_earlier",
    "net_days_earlier",
    "auc_inside_inspectors",
}
PROBABILITY = {"log_loss", "brier", "calibration_error"}
# Every mart table with facts that arrive day by day.
ARRIVING = (
    "static_factor",
    "complaint",
    "sampling_result",
    "penalty",
    "incident",
    "certificate",
    "kitchen_connection",
    "insurance_policy",
    "training_event",
)


@pytest.fixture(scope="module")
def report(small_warehouse):
    return backtest(small_warehouse, start=START, end=END)


@pytest.fixture
def own_copy(small_warehouse, tmp_path):
    return shutil.copy(small_warehouse, tmp_path / "own.duckdb")


def scores(report, window):
    """Take the scores of a window, without what the visits found."""
    return report.scored.filter(pl.col("window") == window).drop("is_serious")


def test_visits_drawn_by_lot_tell_of_everybody_beside_all_visits(report):
    told = report.random
    assert set(told["of"]) == {ALL, DRAWN}
    assert (told["lower"] <= told["upper"]).all()
    share = dict(told.filter(metric="serious_share").select("of", "value").iter_rows())
    # Officers go where they fear, and find more there than by lot.
    assert share[ALL] > share[DRAWN]
    assert report.as_dict()["random"] == told.to_dicts()


def test_every_ranker_is_measured_by_every_metric_overall_and_per_window(report):
    expected = {("model", m) for m in RANKING | PROBABILITY} | {
        (ranker, m) for ranker in set(LABELS) - {"model"} for m in RANKING
    }
    assert set(report.overall.select("ranker", "metric").iter_rows()) == expected
    assert report.windows["window"].unique().sort().to_list() == WINDOWS
    # A small window may hold no inspector with both outcomes, and nothing else less.
    for window in WINDOWS:
        rows = report.windows.filter(pl.col("window") == window)
        missing = expected - set(rows.select("ranker", "metric").iter_rows())
        assert {metric for _, metric in missing} <= {"auc_inside_inspectors"}


def test_every_value_has_an_interval_around_it(report):
    for frame in (report.overall, report.windows):
        assert (
            frame.filter(
                ~pl.col("value").is_between("lower", "upper")
                | pl.col("lower").is_nan()
                | pl.col("upper").is_nan()
            )
            .filter(pl.col("metric") != "calibration_error")
            .is_empty()
        )


def test_the_model_is_compared_with_every_ranker_on_the_same_draws(report):
    others = report.overall.filter(pl.col("ranker") != "model")
    assert others.select("gain", "gain_lower", "gain_upper").null_count().row(0) == (
        0,
        0,
        0,
    )
    auc = report.overall.filter(pl.col("metric") == "auc")
    random = auc.row(by_predicate=pl.col("ranker") == "random", named=True)
    model = auc.row(by_predicate=pl.col("ranker") == "model", named=True)
    assert random["gain"] == pytest.approx(model["value"] - random["value"])
    assert random["lower"] < 0.5 < random["upper"]
    # That the gain is no chance is shown on the larger demo district, end to end.
    assert random["gain"] > 0


def test_visits_are_counted_once_everywhere(report):
    assert report.visits == report.scored.height
    assert report.calibration["visits"].sum() == report.visits
    assert report.serious_share == pytest.approx(report.scored["is_serious"].mean())
    one_row_each = report.windows.unique("window")
    assert one_row_each["visits"].sum() == report.visits
    found = (one_row_each["visits"] * one_row_each["serious_share"]).sum()
    assert found == pytest.approx(report.scored["is_serious"].sum())
    assert not report.scored.select("window", "business_id").is_duplicated().any()


def test_a_program_gets_the_same_facts_as_json(report):
    found = json.loads(json.dumps(report.as_dict()))
    assert (found["from"], found["to"], found["window"]) == (
        "2025-05-01",
        "2026-01-01",
        "2mo",
    )
    assert len(found["overall"]) == report.overall.height
    assert found["windows"][0]["window"] == "2025-05-01"
    assert found["overall"][0]["value"] == report.overall["value"][0]


def test_a_window_is_scored_alike_whichever_others_are_asked_for(
    report, small_warehouse
):
    alone = backtest(small_warehouse, start=WINDOWS[-1], end=END)
    assert scores(alone, WINDOWS[-1]).equals(scores(report, WINDOWS[-1]))


def test_the_report_names_the_days_it_covers_rather_than_those_asked_for(
    small_warehouse,
):
    found = backtest(small_warehouse, start=date(2025, 8, 20), end=date(2025, 12, 20))
    assert (found.start, found.end) == (WINDOWS[2], WINDOWS[3])
    assert found.scored["window"].unique().to_list() == [WINDOWS[2]]


def test_what_is_recorded_from_the_first_day_of_a_window_leaves_its_scores_alone(
    report, own_copy
):
    frozen = date(2025, 9, 1)
    with open_warehouse(own_copy) as opened:
        for table in ARRIVING:
            opened.execute(
                f"delete from mart.{table} where recorded_at >= ?",  # noqa: S608
                [frozen],
            )
        opened.execute(
            "update mart.inspection set is_serious = not is_serious,"
            " key_failed = key_failed + 3, general_failed = 0, source_score = 99,"
            " checklist_points = 60, result_code = null where recorded_at >= ?",
            [frozen],
        )
        opened.execute(
            "update mart.business set business_type = 'market', subtype = null,"
            " lon = null, lat = null, opened_on = null where recorded_at >= ?",
            [frozen],
        )
    altered = backtest(own_copy, start=START, end=END)
    # Scores of the window and those before are the same to the last digit ...
    for window in WINDOWS[:3]:
        assert scores(report, window).height > MIN_VISITS
        assert scores(altered, window).equals(scores(report, window))
    # ... though what was changed does matter to the next.
    assert not scores(altered, WINDOWS[3]).equals(scores(report, WINDOWS[3]))


def test_a_stretch_to_the_ends_of_the_calendar_is_cut_to_the_records(
    report, small_warehouse
):
    """Each of its sixty thousand windows but one lies where there are no records."""
    told = []
    found = backtest(
        small_warehouse,
        start=WINDOWS[3],
        end=date.max,
        progress=lambda what, _: told.append(what),
    )
    assert told == ["features", "2025-11", "intervals"]
    assert (found.start, found.end) == (WINDOWS[3], END)
    assert scores(found, WINDOWS[3]).equals(scores(report, WINDOWS[3]))


def test_a_window_with_too_few_visits_is_left_out(own_copy):
    with open_warehouse(own_copy) as opened:
        opened.execute(
            "update mart.inspection set is_serious = null"
            " where inspected_on between '2025-09-01' and '2025-10-25'"
        )
    found = backtest(own_copy, start=date(2025, 9, 1), end=END)
    assert found.windows["window"].unique().to_list() == [WINDOWS[3]]
    assert (found.start, found.end) == (WINDOWS[3], END)


def test_without_static_factors_or_checklists_the_law_ranks_nobody(own_copy):
    with open_warehouse(own_copy) as opened:
        opened.execute("delete from mart.static_factor")
        opened.execute(
            "update mart.business set declared_risk = null, business_type = 'market',"
            " subtype = null"
        )
        opened.execute("update mart.inspection set checklist_points = null")
    found = backtest(own_copy, start=WINDOWS[3], end=END)
    assert "statutory_points" not in set(found.overall["ranker"])
    assert "past_serious" in set(found.overall["ranker"])


def test_progress_is_told_from_nought_to_nearly_done(small_warehouse):
    told = []
    backtest(
        small_warehouse,
        start=WINDOWS[3],
        end=END,
        progress=lambda what, share: told.append((what, share)),
    )
    assert [what for what, _ in told] == ["features", "2025-11", "intervals"]
    assert [share for _, share in told] == sorted(share for _, share in told)


@pytest.mark.parametrize(
    ("start", "end", "window", "message"),
    [
        (date(2025, 5, 1), date(2025, 6, 30), "2mo", "no whole window of 2mo fits"),
        (date(2025, 5, 1), date(2025, 5, 1), "1mo", "no whole window of 1mo fits"),
        (date(2025, 9, 20), date(2025, 11, 20), "2mo", "no whole window of 2mo fits"),
        (date(2025, 9, 1), date(2025, 5, 1), "2mo", "2025-09-01 to 2025-05-01 is rev"),
        (date(2025, 5, 1), date(2025, 9, 1), "60d", "whole months such as 2mo"),
        (date(2030, 1, 1), date(2030, 5, 1), "2mo", f"has {MIN_VISITS} visits"),
        (date(9999, 12, 1), date.max, "2mo", "no whole window of 2mo fits"),
        (date(9999, 1, 1), date.max, "1mo", f"has {MIN_VISITS} visits"),
        (date.min, date(1, 12, 31), "1mo", f"has {MIN_VISITS} visits"),
    ],
)
def test_a_stretch_without_a_window_is_refused(
    small_warehouse, start, end, window, message
):
    with pytest.raises(UsageError, match=message):
        backtest(small_warehouse, start=start, end=end, window=window)


def test_windows_with_too_little_history_are_skipped_and_shown(report, small_warehouse):
    early = [date(2023, 1, 1), date(2023, 7, 1)]
    found = backtest(small_warehouse, start=early[0], end=END, window="6mo")
    assert found.skipped[: len(early)] == tuple(early)
    assert not set(found.skipped) & set(found.scored["window"])
    assert found.start == found.scored["window"].min() > early[-1]
    assert found.as_dict()["skipped"] == [day.isoformat() for day in found.skipped]
    assert report.skipped == ()
    for lang, words in (("zh", "记录不足"), ("en", "Skipped for too little history")):
        voice = Voice(lang, out=Console(file=StringIO(), width=200))
        show_backtest(voice, found)
        shown = voice.out.file.getvalue()
        assert words in shown
        assert "2023-01, 2023-07" in shown


def test_too_little_history_before_every_window_is_refused(small_warehouse):
    with pytest.raises(ModelError, match="too few to learn from"):
        backtest(small_warehouse, start=date(2023, 5, 1), end=date(2023, 7, 1))
