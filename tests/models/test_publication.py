from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case import Act, Case
from models.publication import (
    Published,
    Removal,
    Wanted,
    due,
    wanted_listing,
    wanted_penalty,
)
from models.publicity import Penalty
from models.rules import load_rules

RULES = load_rules()
DAY = date(2026, 5, 6)


def fine(decided: date, kinds: tuple[str, ...] = ("fine",)) -> Penalty:
    return Penalty(
        kinds=kinds, decided_on=decided, procedure="ordinary", fine_yuan=5000
    )


@pytest.mark.parametrize(
    ("published", "ends"),
    [
        (date(2026, 3, 10), date(2029, 3, 10)),
        (date(2026, 3, 30), date(2029, 3, 30)),
        (date(2026, 5, 6), date(2029, 3, 30)),
    ],
)
def test_a_late_publication_ends_as_if_it_had_been_on_time(
    published: date, ends: date
) -> None:
    found = wanted_penalty("penalty:P", fine(date(2026, 3, 2)), published, RULES)
    assert found == Wanted("penalty:P", date(2026, 3, 30), ends)


def test_a_warning_alone_is_never_wanted() -> None:
    assert wanted_penalty("p", fine(date(2026, 3, 2), ("warning",)), DAY, RULES) is None


def test_a_fine_of_an_unknown_amount_is_not_a_low_one() -> None:
    row = {
        "kinds": "fine", "decided_on": date(2026, 3, 2), "procedure": "ordinary",
        "fine_yuan": None,
    }  # fmt: skip
    found = wanted_penalty("p", Penalty.of_row(row), date(2026, 3, 10), RULES)
    assert found is not None
    assert found.ends_on == date(2029, 3, 10)


def test_what_should_have_been_public_before_is_overdue() -> None:
    wanted = wanted_penalty("p", fine(date(2026, 3, 2)), DAY, RULES)
    assert wanted is not None
    found = due({"p": wanted}, {}, [], DAY)
    assert found.publish == (wanted,)
    assert found.overdue(DAY) == (wanted,)
    assert found.overdue(date(2026, 3, 30)) == ()


def test_what_has_ended_already_is_not_published_any_more() -> None:
    wanted = wanted_penalty("p", fine(date(2022, 3, 1)), DAY, RULES)
    assert wanted is not None
    assert due({"p": wanted}, {}, [], DAY).publish == ()


def test_the_last_day_in_public_counts() -> None:
    wanted = {"p": Wanted("p", DAY, DAY)}
    known = [Published("p", DAY, DAY)]
    assert due(wanted, {}, known, DAY).take_down == ()
    after = due(wanted, {}, known, DAY + timedelta(days=1))
    assert after.take_down == (Removal("p", "term_over"),)


@pytest.mark.parametrize("why", ["annulled", "repaired", "removed"])
def test_what_the_law_wants_no_more_is_taken_down_with_its_reason(why: str) -> None:
    known = [Published("p", DAY, date(2029, 1, 1))]
    assert due({}, {"p": why}, known, DAY).take_down == (Removal("p", why),)  # type: ignore[dict-item]
    assert due({}, {}, known, DAY).take_down == (Removal("p", "unknown"),)


def act(action: str, on: date) -> Act:
    return Act(action=action, on=on, recorded_on=on, actor="a", role="r", reason="x")


def listed(*acts: Act) -> Case:
    return Case(
        case_id="2026-0001", business_id="B", list_type="SAMR44", trigger="T",
        penalties=("P",), acts=acts,
    )  # fmt: skip


def test_a_listing_is_public_from_the_officers_act_to_the_end_of_its_term() -> None:
    decided = act("decide_listed", date(2023, 3, 1))
    served = act("serve_decision", date(2023, 3, 3))
    assert wanted_listing("l", listed(decided, served), RULES) is None
    case = listed(decided, served, act("publish", date(2023, 3, 8)))
    found = wanted_listing("l", case, RULES)
    assert found == Wanted("l", date(2023, 3, 8), date(2026, 3, 1))


DAYS = st.dates(date(2022, 1, 1), date(2030, 1, 1))
ITEMS = st.sampled_from("abcdef")


@given(
    st.dictionaries(ITEMS, st.tuples(DAYS, DAYS)),
    st.dictionaries(ITEMS, st.tuples(DAYS, DAYS)),
    DAYS,
)
def test_nothing_stays_public_after_its_term_or_without_a_ground(
    wanted: dict[str, tuple[date, date]],
    known: dict[str, tuple[date, date]],
    day: date,
) -> None:
    asked = {item: Wanted(item, by, ends) for item, (by, ends) in wanted.items()}
    shown = [Published(item, on, ends) for item, (on, ends) in known.items()]
    found = due(asked, {}, shown, day)
    standing = {p.item for p in found.standing}
    down = {removal.item for removal in found.take_down}
    assert standing | down == set(known)
    assert standing & down == set()
    assert standing <= set(wanted)
    assert all(wanted[item][1] >= day and known[item][1] >= day for item in standing)
    # What is public is never published again, and nothing is published past its end.
    assert not {w.item for w in found.publish} & set(known)
    assert all(w.ends_on >= day for w in found.publish)
