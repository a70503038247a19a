"""What an officer reads beside a grade, word by word."""

from datetime import date

import pytest

from tests.graded import decision, decisions, found, graded

KNOWN = {"checklist_points": 5.0}


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        (KNOWN, "", ""),
        (
            {**KNOWN, "is_provisional": True},
            "静态风险分含暂定值（官方分值未获取、存疑或者未登记）",
            "static points hold a provisional value (official points missing or "
            "uncertain, or nothing recorded)",
        ),
        (
            {"opened_on": date(2026, 6, 1)},
            "新开办，仅按静态风险分定级（《食品生产经营风险分级管理办法（试行）》"
            "第二十五条（条文待核））",
            "new business, graded from static points alone (Measures for Risk-Graded "
            "Management of Food Production and Trade (Trial), art. 25 [to be verified])",
        ),
        (
            {},
            "没有可用的动态风险分，仅按静态风险分定级，等级暂定，可能低估风险",
            "no dynamic points to go by: graded from static points alone, provisional, "
            "perhaps too mild",
        ),
        (
            {"probability": 0.1, "stated_lower": 0.05, "stated_upper": 0.2},
            "临界：模型概率区间对应的总分跨越等级界限",
            "the interval of the points crosses a grade edge",
        ),
    ],
)
def test_a_note_says_what_the_points_rest_on(changes, zh, en):
    got = graded(10.0, **changes)
    assert got["notes"] == zh
    assert got["notes_en"] == en


@pytest.mark.parametrize(
    ("points", "grounds", "taken", "zh", "en"),
    [
        (
            35,
            ["R29-2", "R29-6", "L31-1"],
            [],
            "发现可以上调等级的情形：第二十九条第（二）项（R29-2）、"
            "第二十九条第（六）项（R29-6），待执法人员决定",
            "grounds for raising found, art. 29(2) (R29-2), art. 29(6) (R29-6): "
            "an officer has to decide",
        ),
        (
            35,
            ["L31-1"],
            [],
            "发现可以下调等级的情形：第三十一条第（一）项（L31-1），待执法人员决定",
            "grounds for lowering found, art. 31(1) (L31-1): an officer has to decide",
        ),
        (20, ["L31-1"], [], "", ""),
        (
            35,
            ["L31-1"],
            [("L31-1", -1), ("R29-7", 1)],
            "已由执法人员决定上调1级；"
            "同年已决定上调，下调决定不适用（《食安系统默认设置》P-19"
            "（系统默认，非法定））",
            "raised by 1 by an officer's decision; "
            "raised in the same year: the decision to lower does not apply "
            "(Shian policy defaults, P-19 [our default, not law])",
        ),
        (
            50,
            ["R29-2"],
            [("R29-2", 0), ("L31-4", -1)],
            "已由执法人员决定下调1级；已决定下调，但发现可以上调等级的情形，请复核",
            "lowered by 1 by an officer's decision; "
            "lowered by decision although a ground for raising was found: review",
        ),
        (
            35,
            [],
            [("L31-1", 1)],
            "有等级调整决定与所引情形允许的级数不符，未予采用",
            "a decision its ground does not allow was set aside",
        ),
        (
            55,
            [],
            [("R29-4", 2)],
            "已由执法人员决定上调2级；上调以D级为限",
            "raised by 2 by an officer's decision; a raise stops at D",
        ),
        (
            40,
            [],
            [("R29-4", 2)],
            "已由执法人员决定上调2级",
            "raised by 2 by an officer's decision",
        ),
        (
            20,
            [],
            [("L31-4", -1)],
            "已由执法人员决定下调1级；下调以A级为限",
            "lowered by 1 by an officer's decision; a lowering stops at A",
        ),
    ],
)
def test_a_note_says_what_an_officer_has_to_decide(points, grounds, taken, zh, en):
    got = graded(
        float(points),
        is_provisional=False,
        probability=0.0,
        stated_lower=0.0,
        stated_upper=0.0,
        grounds=found(*grounds),
        decisions=decisions(*(decision(*one) for one in taken)),
    )
    assert got["notes"] == zh
    assert got["notes_en"] == en


def test_several_notes_are_separated_as_the_language_does():
    got = graded(10.0, is_provisional=True, grounds=found("R29-2"))
    assert len(got["notes"].split("；")) == 3
    assert len(got["notes_en"].split("; ")) == 3


def test_whatever_is_provisional_says_so_in_a_note():
    for changes in ({}, {**KNOWN, "is_provisional": True}):
        got = graded(10.0, **changes)
        assert got["is_provisional"]
        assert "暂定" in got["notes"]
        assert "provisional" in got["notes_en"]
