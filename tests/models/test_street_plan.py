"""The plan of one office, against every plan there is where there are few."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.patterns import DROPPED, Exposure
from models.plan_bound import lagrange_bound
from models.plan_task import Hands, Prices, Season, Slot, Subject, Task, Weeks
from models.street_plan import CROWD, plan_kept, plan_street

KEY = b"a key of thirty-two bytes, surely"
WEEKS = 4
ALL_YEAR = Season(
    np.ones(WEEKS, dtype=bool), Exposure.over(np.arange(WEEKS) * 91 + 45.0, 365.0)
)


def slot(**changes: object) -> Slot:
    whole = {"first": 0, "last": WEEKS - 1, "minutes": 60.0, "gap": 1, "rank": 1}
    return Slot(**{**whole, **changes})  # type: ignore[arg-type]


def shop(name: str, value: float, *slots: Slot, kind: str = "seller") -> Subject:
    return Subject(name, kind, "all", value, slots or (slot(),))


def task(subjects: list[Subject], *hands: Hands, crowd: float = 1.0) -> Task:
    return Task(
        subjects=tuple(subjects),
        seasons={"all": ALL_YEAR},
        is_workweek=np.ones(WEEKS, dtype=bool),
        longest=np.full(WEEKS, np.inf),
        hands=hands,
        ranks=3,
        minute_cost=0.1,
        crowd_share=crowd,
    )


def hands(*minutes: float, kinds: str = "seller", over: float = 0.0) -> Hands:
    return Hands(frozenset(kinds.split()), np.array(minutes, dtype=float), over)


def offices_of(most: int) -> st.SearchStrategy[list[Subject]]:
    """Draw the shops of an office, each with one or two visits to be made."""
    drawn = st.tuples(
        st.sampled_from([0.1, 0.4, 0.9]),
        st.integers(1, 2),
        st.sampled_from([40.0, 60.0]),
        st.integers(0, 2),
        st.sampled_from(["seller", "catering"]),
    )

    def built(all_drawn: list[tuple[float, int, float, int, str]]) -> list[Subject]:
        return [
            shop(
                f"s{n}",
                value,
                *(slot(minutes=minutes, rank=rank, gap=2) for _ in range(visits)),
                kind=kind,
            )
            for n, (value, visits, minutes, rank, kind) in enumerate(all_drawn)
        ]

    return st.lists(drawn, min_size=1, max_size=most).map(built)


ROOM = st.lists(st.sampled_from([0.0, 60.0, 100.0]), min_size=WEEKS, max_size=WEEKS)


def used(found: dict[str, Weeks], of: Task, hand: Hands) -> np.ndarray:
    minutes = np.zeros(WEEKS)
    for subject in of.subjects:
        for one, week in zip(subject.slots, found[subject.business_id], strict=True):
            if week != DROPPED and subject.kind in hand.kinds:
                minutes[week] += one.minutes
    return minutes


def test_the_riskier_goes_first_where_a_week_has_room_for_one() -> None:
    plan = plan_street(
        task([shop("mild", 0.1), shop("grave", 0.9)], hands(60, 60, 60, 60)), KEY
    )
    assert plan.weeks == {"grave": (0,), "mild": (1,)}


def test_a_term_comes_before_a_risk() -> None:
    due = shop("due", 0.1, slot(last=0, rank=0))
    plan = plan_street(task([due, shop("grave", 0.9)], hands(60, 60, 60, 60)), KEY)
    assert plan.weeks == {"due": (0,), "grave": (1,)}


def test_what_ranks_last_is_dropped_when_hands_are_short() -> None:
    shops = [shop("law", 0.1, slot(rank=0)), shop("grade", 0.9, slot(rank=2))]
    plan = plan_street(task(shops, hands(60, 0, 0, 0)), KEY)
    assert plan.weeks == {"law": (0,), "grade": (DROPPED,)}
    assert plan.dropped == 1
    kept = plan_kept(task(shops, hands(60, 0, 0, 0)), plan, KEY)
    assert kept.weeks == plan.weeks
    assert kept.cost < 100 < plan.cost


def test_visits_to_one_business_keep_their_distance() -> None:
    twice = shop("twice", 0.5, slot(), slot(gap=3))
    ((first, second),) = plan_street(
        task([twice], hands(60, 60, 60, 60)), KEY
    ).weeks.values()
    assert second - first >= 3


def test_a_closed_week_is_left_out_and_a_visit_before_term_opens_it() -> None:
    closed = Season(np.array([False, True, True, True]), ALL_YEAR.exposure)
    school = shop("school", 0.5, slot(last=1))
    term = shop("term", 0.5, slot(last=1, opens=True))
    given_ = replace(task([school, term], hands(*[600] * 4)), seasons={"all": closed})
    assert plan_street(given_, KEY).weeks == {"school": (1,), "term": (0,)}


def test_a_crowd_is_spread_so_that_nobody_can_tell_its_week() -> None:
    crowd = [shop(f"s{n:02d}", 0.5) for n in range(CROWD)]
    roomy = hands(*[6000] * 4)
    together = plan_street(task(crowd, roomy), KEY)
    spread = plan_street(task(crowd, roomy, crowd=0.25), KEY)
    assert set(together.weeks.values()) == {(0,)}
    counts = defaultdict(int)
    for (week,) in spread.weeks.values():
        counts[week] += 1
    assert max(counts.values()) == CROWD // 4
    assert spread.gap == pytest.approx(0, abs=0.01)


def test_the_same_key_gives_the_same_plan_and_another_key_another() -> None:
    crowd = [shop(f"s{n:02d}", 0.5) for n in range(30)]
    given_ = task(crowd, hands(*[600] * 4), crowd=0.25)
    assert plan_street(given_, KEY).weeks == plan_street(given_, KEY).weeks
    assert plan_street(given_, KEY).weeks != plan_street(given_, b"another").weeks


def test_an_office_with_nothing_to_do_has_an_empty_plan() -> None:
    plan = plan_street(task([], hands(*[60] * 4)), KEY)
    assert (dict(plan.weeks), plan.cost, plan.gap) == ({}, 0.0, 0.0)


@settings(deadline=None, max_examples=25)
@given(shops=offices_of(3), room=ROOM)
def test_no_plan_of_all_is_cheaper_than_the_bound_and_ours_is_lawful(
    shops: list[Subject], room: list[float]
) -> None:
    given_ = task(
        shops,
        hands(*room, kinds="seller catering", over=0.5),
        hands(*(r / 2 for r in room), kinds="seller"),
    )
    plan = plan_street(given_, KEY)
    for hand in given_.hands:
        took = used(dict(plan.weeks), given_, hand)
        assert (took <= hand.most + 1e-6).all()
        assert took.sum() <= hand.minutes.sum() + 1e-6
    best = min(
        total
        for total in (price(given_, weeks) for weeks in every_plan(given_))
        if total is not None
    )
    assert plan.bound <= best + 1e-6 * abs(best)
    assert plan.cost >= best - 1e-6 * abs(best)
    random = np.random.default_rng(len(shops)).random
    prices = Prices(random((2, WEEKS)), random(2))
    assert lagrange_bound(given_, prices, ()) <= best + 1e-6 * abs(best)


def every_plan(of: Task) -> list[tuple[Weeks, ...]]:
    choices = [
        [
            weeks
            for weeks in product((DROPPED, *range(WEEKS)), repeat=len(s.slots))
            if keeps_apart(weeks)
        ]
        for s in of.subjects
    ]
    return list(product(*choices))


def keeps_apart(weeks: Weeks) -> bool:
    made = [w for w in weeks if w != DROPPED]
    return all(b - a >= 2 for a, b in pairwise(made))


def price(of: Task, weeks: tuple[Weeks, ...]) -> float | None:
    named = {s.business_id: w for s, w in zip(of.subjects, weeks, strict=True)}
    for hand in of.hands:
        took = used(named, of, hand)
        if (took > hand.most + 1e-9).any() or took.sum() > hand.minutes.sum() + 1e-9:
            return None
    return sum(of.cost(s, named[s.business_id]) for s in of.subjects)
