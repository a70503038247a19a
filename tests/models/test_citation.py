"""How rules are cited, by worked examples, and that no mark is lost on the way."""

from dataclasses import replace

import pytest

from models.citation import cite, numeral
from models.clauses import Ground
from models.rules import load_rules
from tests.worked import DAY, cases

RULES = load_rules().in_force(DAY)


@pytest.mark.parametrize("example", cases("citations.csv"))
def test_a_rule_is_cited_in_both_languages(example):
    assert RULES.citation(example["rule_id"]) == example["zh"]
    assert RULES.citation(example["rule_id"], "en") == example["en"]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "一"),
        (10, "十"),
        (18, "十八"),
        (20, "二十"),
        (29, "二十九"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (118, "一百一十八"),
        (136, "一百三十六"),
    ],
)
def test_articles_are_numbered_as_chinese_law_numbers_them(number, written):
    assert numeral(number) == written


def test_a_range_may_end_in_an_item():
    rule = replace(RULES.get(Ground, "R29-1"), article="29-31")
    source = RULES.sources["o115"]
    assert cite(rule, source).endswith("第二十九条至第三十一条")
    assert cite(rule, source, "en").endswith("arts 29-31")


@pytest.mark.parametrize("rule", RULES.rules.values(), ids=lambda rule: rule.id)
def test_every_citation_shows_how_sure_we_are_and_what_is_ours(rule):
    zh, en = RULES.citation(rule.id), RULES.citation(rule.id, "en")
    assert zh.startswith("《")
    assert ("条文待核" in zh, "to be verified" in en) == (
        rule.confidence == "recalled",
    ) * 2
    assert ("存疑" in zh, "uncertain" in en) == (rule.confidence == "uncertain",) * 2
    assert ("系统默认" in zh, "our default" in en) == (
        rule.kind == "policy_default",
    ) * 2
    assert ("仅供参考" in zh, "benchmark" in en) == (rule.kind == "benchmark",) * 2
