from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from features.errors import ProcedureError
from models.case import Case, state
from models.listing import allowed, perform, refusal
from models.procedure_clauses import Step
from models.rules import Rules, load_rules
from models.worklist import Item, to_do, worklist
from tests.listing_acts import CASE, TO_LISTED, acts
from tests.worked import cases

RULES = load_rules()
DAY = date(2026, 3, 2)


def case_of(given: Mapping[str, Any]) -> Case:
    own = {k: given[k] for k in ("list_type", "trigger", "is_registered_elsewhere")}
    return replace(CASE, penalties=tuple(given["penalties"]), **own)


def asked(given: Mapping[str, Any]) -> Mapping[str, Any]:
    plain = {
        "list_type": CASE.list_type,
        "trigger": CASE.trigger,
        "penalties": CASE.penalties,
        "is_registered_elsewhere": False,
    }
    return {**plain, **given}


def performed(case: Case, texts: list[str], rules: Rules = RULES) -> Case:
    for act in acts(texts, rules):
        case = perform(case, act, rules)
    return case


@pytest.mark.parametrize("given", cases("listing.toml"))
def test_the_procedure_is_as_the_law_has_it(given: Mapping[str, Any]) -> None:
    *before, last = acts(given["acts"])
    case = case_of(asked(given))
    for act in before:
        case = perform(case, act, RULES)
    refused = refusal(case, last, RULES)
    assert (refused and refused.code) == given.get("refused")
    if refused is None:
        assert state(case.after(last), RULES) == given["state"]
    if "today" in given:
        items = to_do(case.after(last), RULES, given["today"])
        expect_worklist(items, given)


def expect_worklist(items: tuple[Item, ...], given: Mapping[str, Any]) -> None:
    by_action = {" or ".join(item.actions): item for item in items}
    assert {a: item.due for a, item in by_action.items()} == given["due"]
    for action, opens_on in given.get("opens", {}).items():
        assert by_action[action].opens_on == opens_on
    overdue = [item for item in items if item.is_overdue]
    assert bool(overdue) == given.get("overdue", False)


def test_a_refused_act_says_why_in_both_languages() -> None:
    (act,) = acts(["2026-03-02 Li decide_listed"])
    with pytest.raises(
        ProcedureError, match=r"线索.*作出列入决定.*candidate.*decide to list"
    ):
        perform(CASE, act, RULES)


def test_an_allowed_action_comes_with_its_article() -> None:
    (filing,) = allowed(CASE, RULES, DAY)
    assert filing.step.action == "file"
    assert filing.citation_zh == "《市场监督管理严重违法失信名单管理办法》第二条"


def test_while_the_window_runs_the_party_may_act_and_the_review_may_not() -> None:
    noticed = performed(CASE, ["NOTICE"])
    actions = {a.step.action for a in allowed(noticed, RULES, date(2026, 3, 10))}
    assert {"record_defence", "request_hearing", "ask_evidence"} <= actions
    assert "legal_review" not in actions
    later = {a.step.action for a in allowed(noticed, RULES, date(2026, 3, 11))}
    assert "legal_review" in later
    assert "request_hearing" not in later


def test_when_the_consent_falls_away_the_discussion_leads_to_the_decision() -> None:
    consent_ends = date(2026, 3, 10)
    later = revised(consent_ends)
    without_consent = [line for line in TO_LISTED if "consent" not in line]
    assert state(performed(CASE, without_consent, later), later) == "listed"
    # Before that day the very same steps are refused.
    earlier = [shifted(line, -42) for line in without_consent]
    with pytest.raises(ProcedureError, match="已集体讨论"):
        performed(CASE, earlier, later)


def revised(day: date) -> Rules:
    """Draw the rules as they would be if the consent fell away on a day."""
    decide = RULES.in_force(day).get(Step, "step.decide_listed")
    consent = RULES.in_force(day).get(Step, "step.consent")
    eve = day.replace(day=day.day - 1)
    others = tuple(r for r in RULES.rules if r.id not in {decide.id, consent.id})
    return replace(
        RULES,
        rules=(
            *others,
            replace(consent, effective_to=eve),
            replace(decide, effective_to=eve),
            replace(decide, effective_from=day, states=("discussed", "consented")),
        ),
    )


def shifted(line: str, days: int) -> str:
    on, rest = line.split(maxsplit=1)
    moved = date.fromordinal(date.fromisoformat(on).toordinal() + days)
    return f"{moved} {rest}"


def test_a_ground_that_the_law_drops_midway_leaves_only_the_way_out() -> None:
    reviewed = performed(CASE, ["NOTICE", "2026-03-11 Wang legal_review"])
    dropped = replace(RULES, rules=tuple(r for r in RULES.rules if r.id != "F5-2"))
    (item,) = to_do(reviewed, dropped, date(2026, 3, 12))
    assert item.actions == ("decide_not_listed",)
    (discuss,) = acts(["2026-03-12 Zhao discuss"])
    refused = refusal(reviewed, discuss, dropped)
    assert refused is not None
    assert refused.code == "no_ground"


def test_the_worklist_puts_the_most_urgent_first_and_knows_whose_it_is() -> None:
    listed = replace(performed(CASE, ["LISTED"]), case_id="x")
    noticed = replace(performed(CASE, ["NOTICE"]), case_id="y")
    everybody = worklist([noticed, listed], RULES, date(2026, 3, 17))
    assert [i.case_id for i in everybody] == ["x", "y", "x"]
    review = worklist([noticed, listed], RULES, DAY, role="legal_reviewer")
    assert [i.actions for i in review] == [("legal_review",)]


def test_a_due_day_beyond_the_announced_calendar_is_provisional() -> None:
    case = performed(CASE, ["PUBLISHED", "2027-03-16 Li request_repair"])
    first, *_ = to_do(case, RULES, date(2027, 3, 16))
    assert first.is_provisional


def test_every_state_can_be_reached_and_every_code_has_a_word() -> None:
    steps = RULES.in_force(DAY).all(Step)
    assert {s.to for s in steps if s.to} | {"candidate"} == {
        state for s in steps for state in s.states
    } | {"annulled", "repair_closed"}
    known = {
        rule.id: {entry.code for entry in rule.entries}  # type: ignore[attr-defined]
        for rule in RULES.rules
        if rule.id.startswith("words.")
    }
    used = {
        "words.attachment": {a for s in steps for a in s.attachments},
        "words.confirmation": {c for s in steps for c in s.confirmations},
        "words.role": {r for s in steps for r in s.roles},
        "words.duty": {d for s in steps for d in (*s.opens, *s.settles)},
        "words.state": {s for step in steps for s in step.states},
    }
    assert {kind: codes - known[kind] for kind, codes in used.items()} == {
        kind: set() for kind in used
    }
