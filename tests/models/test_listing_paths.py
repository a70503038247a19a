"""Tries every sequence of actions it can think of to reach a listing unlawfully."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from models.case import LISTED, Act, Case, Running, is_finished, running, state, step_of
from models.listing import refusal
from models.procedure_clauses import Step
from models.rules import load_rules
from models.workdays import is_workday
from models.worklist import Item, live_duties, to_do
from tests.listing_acts import CASE

RULES = load_rules()
START = date(2025, 11, 3)
STEPS = RULES.in_force(date(2026, 1, 5)).all(Step)
ACTIONS = st.sampled_from(sorted(step.action for step in STEPS))
PEOPLE = st.sampled_from(["Li", "Wang", "Zhao", ""])
ROLES = st.sampled_from(["case_officer", "legal_reviewer", "approver", "viewer"])
BEFORE_THE_PARTY = ("file", "serve_notice", "record_defence", "answer_defence")


def workdays_between(first: date, last: date) -> int:
    """Count the workdays after the first day, up to and with the last."""
    days = range(1, (last - first).days + 1)
    return sum(is_workday(first + timedelta(days=n)) for n in days)


def whole_workdays_between(first: date, last: date) -> int:
    """Count the workdays over since the first day, before the last one begins."""
    return workdays_between(first, last - timedelta(days=1))


@pytest.mark.parametrize(
    ("review", "over"), [("2025-11-14", 4), ("2025-11-15", 5), ("2025-11-17", 5)]
)
def test_a_notice_of_friday_leaves_until_the_next_friday_to_answer(
    review: str, over: int
) -> None:
    notice = date(2025, 11, 7)
    assert whole_workdays_between(notice, date.fromisoformat(review)) == over


def leads_to(item: Item, duty: Running, today: date) -> bool:
    """Tell whether an item shows a term, and is no far-off matter beside it."""
    soon = max(duty.ends.date, today + timedelta(days=30))
    fulfils = bool(set(item.actions) & set(duty.clock.actions))
    is_near = item.opens_on is None or item.opens_on <= soon
    shows = item.due is not None and item.due <= duty.ends.date
    return shows and (fulfils or is_near)


class Officers(RuleBasedStateMachine):
    """Officers who try anything, in any order, dated anyhow, on any of three grounds."""

    opening, first = CASE, "file"

    def __init__(self) -> None:
        super().__init__()
        self.case: Case = self.opening
        self.today = START

    def attempt(self, act: Act) -> None:
        if refusal(self.case, act, RULES) is None:
            self.case = self.case.after(act)

    @rule(days=st.sampled_from([1, 2, 5, 9, 30, 366, 1100]))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(action=ACTIONS, actor=PEOPLE, role=ROLES, back=st.integers(-2, 20))
    def try_anything(self, action: str, actor: str, role: str, back: int) -> None:
        self.attempt(self.complete(action, actor, role, back))

    @rule(action=ACTIONS, actor=PEOPLE, lacking=st.integers(0, 5))
    def try_something_incomplete(self, action: str, actor: str, lacking: int) -> None:
        act = self.complete(action, actor, self.role_of(action), 0)
        everything = [*act.attachments, *act.confirmed]
        if everything:
            left_out = everything[lacking % len(everything)]
            fewer = replace(
                act,
                attachments=tuple(a for a in act.attachments if a != left_out),
                confirmed=tuple(c for c in act.confirmed if c != left_out),
            )
            assert refusal(self.case, fewer, RULES) is not None

    @rule(actor=PEOPLE, pick=st.integers(0, 9), back=st.sampled_from([0, 0, 0, 3]))
    def do_what_the_worklist_says(self, actor: str, pick: int, back: int) -> None:
        items = to_do(self.case, RULES, self.today) if self.case.acts else ()
        actions = [a for item in items for a in item.actions] or [self.first]
        action = actions[pick % len(actions)]
        self.attempt(self.complete(action, actor, self.role_of(action), back))

    @rule(pick=st.integers(0, 9))
    def get_the_next_thing_done(self, pick: int) -> None:
        items = to_do(self.case, RULES, self.today) if self.case.acts else ()
        if items:
            item = items[pick % len(items)]
            self.today = max(self.today, item.opens_on or self.today)
            action = item.actions[pick % len(item.actions)]
        else:
            action = self.first
        for actor in ("Li", "Wang", "Zhao"):
            act = self.complete(action, actor, self.role_of(action), 0)
            if refusal(self.case, act, RULES) is None:
                self.case = self.case.after(act)
                return

    def complete(self, action: str, actor: str, role: str, back: int) -> Act:
        step = step_of(RULES, action, self.today)
        assert step is not None
        return Act(
            action=action,
            on=self.today - timedelta(days=back),
            recorded_on=self.today,
            actor=actor,
            role=role,
            reason="because",
            attachments=step.attachments,
            confirmed=step.confirmations,
            day=self.today + timedelta(days=15) if step.fixes_day else None,
            is_explained=True,
        )

    def role_of(self, action: str) -> str:
        step = step_of(RULES, action, self.today)
        assert step is not None
        return step.roles[0]

    @invariant()
    def nobody_is_listed_unlawfully(self) -> None:
        """Written from the law, not from the steps: what must lie before a listing."""
        acts = list(self.case.acts)
        for place, act in enumerate(acts):
            if act.action == "decide_listed":
                self.check_listing(acts[:place], act)

    def check_listing(self, before: list[Act], decided: Act) -> None:
        def last(action: str) -> int:
            return max(n for n, a in enumerate(before) if a.action == action)

        notice, review = last("serve_notice"), last("legal_review")
        discussion, consent = last("discuss"), last("consent")
        assert notice < review < discussion < consent
        served = before[notice]
        assert {"notice", "proof_of_service"} <= set(served.attachments)
        assert whole_workdays_between(served.on, before[review].on) >= 5
        assert whole_workdays_between(served.on, decided.on) >= 5
        for opened, answered in [
            ("record_defence", "answer_defence"),
            ("request_hearing", "hold_hearing"),
        ]:
            if any(a.action == opened for a in before):
                assert last(opened) < last(answered) < review
        prepared = {a.actor for a in before if a.action in BEFORE_THE_PARTY}
        reviewed = before[review].actor
        assert reviewed not in prepared
        assert decided.actor not in prepared | {reviewed, ""}
        assert decided.is_explained

    @invariant()
    def nobody_is_listed_again_unlawfully(self) -> None:
        """Written from article 20: what must lie before an early removal is taken back."""
        acts = list(self.case.acts)
        for place, act in enumerate(acts):
            if act.action == "restore":
                before = acts[:place]
                told = next(a for a in reversed(before) if a.action == "notice_restore")
                ended = [a for a in before if a.action in {"grant_removal", "expire"}]
                assert ended[-1].action == "grant_removal"
                assert whole_workdays_between(told.on, act.on) >= 5
                assert act.actor not in {told.actor, ""}
                assert "false_materials" in act.confirmed

    @invariant()
    def a_listing_lasts_a_year_at_least_and_three_at_most_unless_annulled(self) -> None:
        listed = self.case.latest(["decide_listed"])
        removed = self.case.latest(["grant_removal", "expire"])
        if listed and removed:
            years = 1 if removed.action == "grant_removal" else 3
            assert removed.on >= listed.on.replace(year=listed.on.year + years)

    @precondition(lambda self: bool(self.case.acts))
    @invariant()
    def every_open_case_and_every_term_is_on_somebodys_worklist(self) -> None:
        items = to_do(self.case, RULES, self.today)
        assert bool(items) != is_finished(self.case, RULES)
        assert all(item.roles for item in items)
        for duty in live_duties(self.case, RULES, self.today):
            if self.today > duty.ends.date:
                assert any(item.is_overdue for item in items)
            assert any(leads_to(item, duty, self.today) for item in items)

    @invariant()
    def publication_that_must_end_is_due_within_three_workdays(self) -> None:
        for term in running(self.case, RULES):
            if term.clock.id == "clock.withdraw":
                assert workdays_between(term.started_on, term.ends.date) == 3

    @invariant()
    def a_listed_case_can_always_be_annulled(self) -> None:
        if state(self.case, RULES) in LISTED:
            annulment = self.complete("annul", "Sun", "approver", 0)
            assert refusal(self.case, annulment, RULES) is None


class Repairers(Officers):
    """The same officers on the repair of a penalty's publicity, which lists nobody."""

    opening, first = replace(CASE, list_type="REPAIR45"), "penalty_public"

    @invariant()
    def nobody_is_listed_at_all(self) -> None:
        assert state(self.case, RULES) not in LISTED
        assert not {a.action for a in self.case.acts} & {"file", "decide_listed"}

    @invariant()
    def nothing_is_repaired_before_its_least_term(self) -> None:
        for place, act in enumerate(self.case.acts):
            if act.action == "penalty_grant":
                before = self.case.acts[:place]
                begins = ("penalty_public", "penalty_restore")
                since = next(a for a in reversed(before) if a.action in begins)
                assert act.on >= since.on + timedelta(days=89)
                assert act.actor not in {
                    a.actor for a in before if a.action == "penalty_accept"
                }


for _officers in (Officers, Repairers):
    _officers.TestCase.settings = settings(
        max_examples=40, stateful_step_count=40, deadline=None
    )
TestOfficers = Officers.TestCase
TestRepairers = Repairers.TestCase
