"""Which rule was in force on a day, and which law files are refused, on planted errors."""

import shutil
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import RuleError
from models.clauses import Choice, GradeBands, Ground, Number, Rule
from models.rules import LAW, load_rules
from tests.worked import DAY

ALL = load_rules()
RULES = ALL.in_force(DAY)

SOURCES = """
[measures]
zh = "某某办法"
en = "Some Measures"
doc_no = ""
effective_from = 2016-12-01
effective_to = 2025-12-31
confidence = "found"

[order]
zh = "某某令"
en = "Some Order"
doc_no = "第1号"
effective_from = 2020-01-01
confidence = "found"
"""

HEAD = """
source = "measures"
article = "18"
effective_from = 2016-12-01
effective_to = 2025-12-31
confidence = "found"
kind = "law"
zh = "某规定"
en = "some rule"
"""

BANDS = f"""
[[grade_bands]]
id = "bands"
{HEAD}
bands = [
  {{ grade = "A", above = 0, up_to = 30 }},
  {{ grade = "B", above = 30, up_to = 45 }},
  {{ grade = "C", above = 45, up_to = 60 }},
  {{ grade = "D", above = 60, up_to = 100 }},
]
"""

TABLE = f"""
[[point_bands]]
id = "area"
{HEAD}
table = "seller"
factor = "area_m2"
whole_units = true
unit_zh = "平方米"
unit_en = "m2"
bands = [{{ above = 0, up_to = 200, points = 1 }}, {{ above = 200, up_to = inf, points = 2 }}]
"""

CATEGORIES = f"""
[[point_table]]
id = "food"
{HEAD}
table = "producer"
factor = "food_category"
rows = [
  {{ code = "0101", zh = "小麦粉", en = "flour", points = 13.5 }},
  {{ code = "0102", zh = "大米", en = "rice", points = 13.5 }},
]
"""

SCALE = f"""
[[scale]]
id = "scale"
{HEAD}
version = "1"
knots = [
  {{ probability = 0.0, points = 0 }},
  {{ probability = 0.5, points = 40 }},
  {{ probability = 1.0, points = 60 }},
]
"""

GROUND = f"""
[[ground]]
id = "R1"
{HEAD}
direction = 1
shifts = [1, 2]
"""

CHOICE = f"""
[[choice]]
id = "way"
{HEAD}
value = "left"
options = ["left", "right"]
"""

NUMBER = f"""
[[number]]
id = "years"
{HEAD}
value = 3
"""

RANGES = f"""
[[tier_ranges]]
id = "ranges"
{HEAD}
ranges = [{{ tier = "I", low = 1, high = 4 }}, {{ tier = "II", low = 5, high = 9 }}]
"""

RATING = f"""
[[rating]]
id = "rating"
{HEAD}
components = ["hygiene"]
steps = [{{ grade = "5", sum_up_to = 15 }}, {{ grade = "4", sum_up_to = 20 }}]
otherwise = "0"
"""

SECTIONS = (BANDS, TABLE, CATEGORIES, SCALE, GROUND, CHOICE, NUMBER, RANGES, RATING)


def law(folder, rules, sources=SOURCES):
    """Write a law folder of one file."""
    (folder / "sources.toml").write_text(sources, "utf-8")
    (folder / "rules.toml").write_text(rules, "utf-8")
    return folder


def test_law_files_without_an_error_are_read(tmp_path):
    rules = load_rules(law(tmp_path, "".join(SECTIONS))).in_force(date(2020, 6, 1))
    assert len(rules.rules) == len(SECTIONS)
    assert rules.number("years") == 3.0
    assert rules.choice("way") == "left"
    assert [g.id for g in rules.all(Ground)] == ["R1"]
    assert rules.citation("years") == "《某某办法》第十八条"


@pytest.mark.parametrize(
    ("section", "good", "planted", "says"),
    [
        (NUMBER, 'article = "18"\n', "", "'article' is missing"),
        (NUMBER, 'article = "18"', 'article = " "', "article: is empty"),
        (NUMBER, 'source = "measures"\n', "", "'source' is missing"),
        (NUMBER, '"measures"', '"measure"', "source 'measure' is not in sources.toml"),
        (NUMBER, "article", "artcle", r"unknown key 'artcle' \(did you mean 'article'"),
        (NUMBER, "[[number]]", "[[numbre]]", r"'numbre' \(did you mean 'number'\?\)"),
        (NUMBER, "[[number]]", "[number]", "unknown section 'number'"),
        (NUMBER, 'id = "years"', "", "rule .without id.: 'id' is missing"),
        (NUMBER, "value = 3", 'value = "3"', "expected float, got '3'"),
        (NUMBER, "value = 3", "value = true", "expected float, got True"),
        (NUMBER, "value = 3", "value =", "is not valid TOML"),
        (NUMBER, '"found"', '"sure"', "'sure' is none of found, recalled, uncertain"),
        (NUMBER, 'kind = "law"', 'kind = "habit"', "'habit' is none of law"),
        (NUMBER, "= 2016-12-01", '= "2016-12-01"', "expected date, got"),
        (
            NUMBER,
            "= 2016-12-01",
            "= 2016-11-30",
            "when 'measures', its source, was not",
        ),
        (NUMBER, "effective_to = 2025-12-31\n", "", "its source, ended"),
        (NUMBER, "= 2025-12-31", "= 2026-01-01", "its source, ended"),
        (NUMBER, "= 2025-12-31", "= 2016-11-30", "effective_to lies before"),
        (
            BANDS,
            "above = 30",
            "above = 31",
            "no band holds what lies between 30 and 31",
        ),
        (BANDS, "above = 45", "above = 44", "bands overlap between 44 and 45"),
        (BANDS, "up_to = 45", "up_to = 30", r"band \(30, 30\] is empty"),
        (BANDS, '"B"', '"A"', "one band for each of A, B, C, D, in this order"),
        (BANDS, '"D"', '"E"', "'E' is none of A, B, C, D"),
        (BANDS, "up_to = 100", "upto = 100", r"'upto' \(did you mean 'up_to'\?\)"),
        (TABLE, "above = 200", "above = 201", "no band holds what lies between 200"),
        (TABLE, "up_to = inf", "up_to = 900", "no band holds what lies above 900"),
        (TABLE, "whole_units = true", "whole_units = 1", "expected bool, got 1"),
        (CATEGORIES, '"0102"', '"0101"', "code '0101' stands twice"),
        (CATEGORIES, "rows = [", "rows = [3,", "expected a table, got 3"),
        (CATEGORIES, "rows = [", "rows = 3 #", "is not valid TOML"),
        (SCALE, "probability = 0.5", "probability = 0.0", "must rise"),
        (
            SCALE,
            "points = 60",
            "points = 30",
            r"must rise: \(1, 30\) follows \(0.5, 40",
        ),
        (SCALE, "= 1.0", "= 0.9", "must run from probability 0 to probability 1"),
        (GROUND, "[1, 2]", "[-1]", "a shift goes against the direction"),
        (GROUND, "[1, 2]", "[]", "allows no shift"),
        (GROUND, "[1, 2]", "1", "expected a list, got 1"),
        (CHOICE, '"left"\n', '"up"\n', "'up' is none of left, right"),
        (RANGES, "high = 9", "high = 3", "must rise"),
        (RATING, "sum_up_to = 20", "sum_up_to = 15", "must rise"),
    ],
)
def test_a_planted_error_is_refused_and_named(tmp_path, section, good, planted, says):
    assert good in section
    with pytest.raises(RuleError, match=says) as refused:
        load_rules(law(tmp_path, section.replace(good, planted, 1)))
    assert "rules.toml" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("bands", ["[]", "3"])
def test_a_table_without_bands_is_refused(tmp_path, bands):
    emptied = TABLE[: TABLE.index("bands = ")] + f"bands = {bands}\n"
    with pytest.raises(RuleError, match=r"has no bands|expected a list"):
        load_rules(law(tmp_path, emptied))


def test_rules_that_are_no_tables_are_refused(tmp_path):
    with pytest.raises(RuleError, match="expected a table, got 3"):
        load_rules(law(tmp_path, "number = [3]"))


def test_a_folder_without_sources_is_refused(tmp_path):
    (tmp_path / "rules.toml").write_text(NUMBER, "utf-8")
    with pytest.raises(RuleError, match=r"holds no sources\.toml"):
        load_rules(tmp_path)


def test_a_misspelt_source_is_refused(tmp_path):
    with pytest.raises(RuleError, match=r"source measures: unknown key 'docno'"):
        load_rules(law(tmp_path, NUMBER, SOURCES.replace("doc_no", "docno", 1)))


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    law(tmp_path, NUMBER)
    (tmp_path / "rules.toml").write_bytes(NUMBER.encode("gb18030"))
    with pytest.raises(RuleError, match=r"rules\.toml is not valid TOML"):
        load_rules(tmp_path)


def followed_by(begins):
    later = NUMBER.replace("= 2016-12-01", f"= {begins}").replace(
        "value = 3", "value = 4"
    )
    earlier = NUMBER.replace("= 2025-12-31", "= 2020-12-31")
    return earlier + later


def test_a_rule_may_follow_another_of_its_id_but_not_overlap_it(tmp_path):
    with pytest.raises(RuleError, match="two rules 'years' are in force on 2020-12-31"):
        load_rules(law(tmp_path, followed_by("2020-12-31")))


def test_each_day_has_the_version_of_its_own(tmp_path):
    rules = load_rules(law(tmp_path, followed_by("2021-02-01")))
    assert rules.in_force(date(2020, 12, 31)).number("years") == 3
    assert rules.in_force(date(2021, 2, 1)).number("years") == 4
    gap = rules.in_force(date(2021, 1, 1))
    assert gap.find(Number, "years") is None
    with pytest.raises(RuleError, match="no Number 'years' was in force on 2021-01-01"):
        gap.number("years")


def test_a_rule_holds_from_its_first_day_to_its_last(tmp_path):
    rules = load_rules(law(tmp_path, NUMBER))
    days = [date(2016, 11, 30), date(2016, 12, 1), date(2025, 12, 31), date(2026, 1, 1)]
    held = [rules.in_force(day).find(Number, "years") is not None for day in days]
    assert held == [False, True, True, False]


def test_a_rule_of_another_shape_is_not_given():
    assert RULES.find(Number, "grade.bands") is None
    with pytest.raises(RuleError, match=r"no Number 'grade\.bands'"):
        RULES.number("grade.bands")


def test_what_if_changes_one_rule_and_says_so():
    asked = RULES.what_if("policy.raise_shift", value=2.0)
    assert asked.number("policy.raise_shift") == 2.0
    assert RULES.number("policy.raise_shift") == 1.0
    assert asked.version == f"{RULES.version}+policy.raise_shift"
    unchanged = {k: r for k, r in asked.rules.items() if k != "policy.raise_shift"}
    assert unchanged.items() <= RULES.rules.items()


def test_what_if_is_held_to_the_same_checks():
    with pytest.raises(RuleError, match=r"what if policy\.dynamic_basis: 'both' is"):
        RULES.what_if("policy.dynamic_basis", value="both")
    with pytest.raises(RuleError, match="no Rule 'X' was in force"):
        RULES.what_if("X", value=1.0)


def test_an_older_day_is_graded_by_the_first_law_there_was_and_marked():
    applied = ALL.applied_to(date(2014, 1, 1))
    assert applied.law_day == date(2016, 12, 1)
    assert applied.day == date(2014, 1, 1)
    assert applied.is_hypothetical
    assert not ALL.applied_to(DAY).is_hypothetical


def test_the_law_of_another_day_can_be_asked_for():
    asked = ALL.in_force(DAY, law_day=date(2020, 1, 1))
    assert asked.is_hypothetical
    assert asked.find(Number, "visits.full_checklist_every_years") is None
    assert ALL.in_force(date(2020, 1, 1)).find(GradeBands, "grade.bands") is not None


def test_the_version_follows_every_byte_of_the_law(tmp_path):
    same = shutil.copytree(LAW, tmp_path / "same")
    edited = shutil.copytree(LAW, tmp_path / "edited")
    policy = edited / "policy.toml"
    policy.write_text(policy.read_text("utf-8") + "# checked\n", "utf-8")
    assert load_rules(same).version == ALL.version
    assert load_rules(edited).version != ALL.version


@given(st.dates(date(2010, 1, 1), date(2035, 12, 31)))
def test_nobody_sees_a_rule_that_was_not_in_force(day):
    held = ALL.in_force(day).rules.values()
    assert all(rule.is_in_force(day) for rule in held)
    ids = [rule.id for rule in ALL.rules if rule.is_in_force(day)]
    assert len(ids) == len(set(ids)) == len(held)


@pytest.mark.parametrize("rule", ALL.rules, ids=lambda r: f"{r.id} {r.effective_from}")
def test_every_shipped_rule_says_where_it_stands_in_both_languages(rule):
    assert rule.source in ALL.sources
    assert rule.article.strip()
    assert any("\u4e00" <= char <= "\u9fff" for char in rule.zh)
    assert not any("\u4e00" <= char <= "\u9fff" for char in rule.en)
    assert (rule.kind == "policy_default") == (rule.source == "policy")


def test_every_policy_default_has_a_number_of_its_own_or_shares_one_table():
    by_article = {}
    for rule in ALL.rules:
        if rule.article.startswith("P-"):
            by_article.setdefault(rule.article, []).append(rule.id)
    shared = {article for article, ids in by_article.items() if len(ids) > 1}
    assert shared <= {"P-11"}


def test_grading_rules_hold_without_a_gap_since_the_measures_began():
    day, grading = date(2016, 12, 1), ("grade.", "policy.", "R29", "L31", "seller.")
    needed = {r.id for r in RULES.all(Rule) if r.id.startswith(grading)}
    while day <= DAY:
        assert needed <= set(ALL.in_force(day).rules)
        day += timedelta(days=30)
    assert RULES.get(Choice, "policy.dynamic_basis").value == "higher"
