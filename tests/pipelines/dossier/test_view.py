from dataclasses import replace
from datetime import date

import pytest

from features.errors import NotFoundError
from models.case import running
from pipelines.acting import Places
from pipelines.dossier.content import Dossier, countdown
from pipelines.dossier.gathering import gather_kept
from pipelines.dossier.view import sections
from pipelines.report import pages
from tests.dossiers import DAY, SEEN
from tests.listing_acts import CASE, acts
from tests.register_requests import RULES

PARTS = (
    "head",
    "ground",
    "doubts",
    "explanation",
    "points",
    "changes",
    "evidence",
    "similar",
    "clocks",
    "history",
    "origin",
)


@pytest.fixture
def case(noticed: Places) -> Dossier:
    return gather_kept(noticed, "2026-0001", today=DAY)


def rendered(dossier: Dossier, lang: str) -> str:
    calls = "".join(f"{{{{ parts.{name}(d, t) }}}}" for name in PARTS)
    text = '{% import "dossier_parts.html.j2" as parts %}' + calls
    return (
        pages()
        .from_string(text)
        .render(d=sections(dossier, lang), t=lambda zh, en: zh if lang == "zh" else en)
    )


def test_a_case_is_shown_with_the_explanation_it_was_decided_on(case: Dossier) -> None:
    assert case.kept_with is not None
    assert case.kept_with.action == "serve_notice"
    told = sections(case)
    assert told["head"]["state"] == "已告知"
    assert [a["action"] for a in told["acts"]] == ["立案：建议列入", "送达拟列入告知书"]
    assert told["acts"][0]["seen"]["model"] == "risk-1"
    assert told["origin"]["kept_with"]["seq"] == 2


def test_every_clock_of_a_case_is_counted_down(case: Dossier) -> None:
    clocks = {c["text"]: c for c in sections(case)["clocks"]}
    assert clocks["申请听证期限"]["left"] == "还有1天（1个工作日）"
    assert clocks["立案之日起九十日内作出决定"]["ends_on"] == date(2026, 5, 31)
    late = replace(case, today=date(2026, 6, 2))
    ended = {c["text"]: c["left"] for c in sections(late, "en")["clocks"]}
    over = ended["decide within 90 days of filing"]
    assert over == "OVERDUE by 2 days (2 workdays)"


def test_the_last_day_of_a_term_is_not_late() -> None:
    filed = replace(CASE, acts=tuple(acts(["2026-03-02 Li file"])))
    (term,) = running(filed, RULES)
    assert not countdown(term, date(2026, 5, 31)).is_late
    assert countdown(term, date(2026, 6, 1)).is_late
    assert countdown(term, date(2026, 5, 29)).workdays_left == 0


def test_a_case_without_a_kept_explanation_sends_to_todays(noticed: Places) -> None:
    with pytest.raises(NotFoundError, match="no case 2026-0009"):
        gather_kept(noticed, "2026-0009", today=DAY)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "zh",
            [
                "老王&lt;烧烤&gt;",
                "《中华人民共和国食品安全法》第一百二十三条、",
                "只检查过1次",
                "列入依据",
                "为什么可能有错",
            ],
        ),
        (
            "en",
            ["art. 123", "one visit only", "drugs added", "Why this might be wrong"],
        ),
    ],
)
def test_a_candidate_is_shown_whole_in_both_languages(
    lang: str, words: list[str]
) -> None:
    candidate = Dossier(DAY, SEEN, "abc", None, None)
    page = rendered(candidate, lang)
    assert [word for word in words if word not in page] == []


def test_the_fragments_hold_nothing_that_a_strict_policy_forbids(
    case: Dossier,
) -> None:
    for dossier in (case, Dossier(DAY, SEEN, "abc", None, None)):
        page = rendered(dossier, "zh")
        assert "style=" not in page
        assert "<script" not in page
        assert "onclick" not in page


def test_without_a_ground_the_page_says_that_nobody_can_be_listed() -> None:
    groundless = {**SEEN, "evidence": [], "gravity": []}
    page = rendered(Dossier(DAY, groundless, "abc", None, None), "zh")
    assert "没有法定列入情形" in page


def test_contributions_of_a_feature_that_is_no_more_keep_the_sum() -> None:
    picture = str(sections(Dossier(DAY, SEEN, "abc", None, None))["waterfall"])
    assert "gone_feature" in picture
    # -2 are odds of 0.135 to 1, a chance of 11.9%.
    assert "11.9%" in picture
