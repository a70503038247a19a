"""Minutes of an office's pairs, by the kinds that compete for them."""

from datetime import date

import numpy as np

from pipelines.schedule.staff import Office, Officer

DAYS = (frozenset({date(2026, 3, 2)}), frozenset({date(2026, 3, 9)}))


def officer(name: str, kinds: str, *minutes: float) -> Officer:
    held = np.array(minutes or (100.0, 100.0))
    return Officer(name, "OFF", frozenset(kinds.split()), DAYS, held)


def minutes(*people: Officer, share: float = 1.0) -> dict[frozenset[str], list[float]]:
    office = Office("OFF", 2, people)
    found = office.hands(["seller", "catering", "market"], share)
    return {hands.kinds: hands.minutes.tolist() for hands in found}


def test_kinds_that_share_inspectors_share_their_minutes() -> None:
    found = minutes(
        *(officer(n, "seller market") for n in "ab"),
        *(officer(n, "seller catering") for n in "cd"),
    )
    assert found == {
        frozenset({"market"}): [100.0, 100.0],
        frozenset({"catering"}): [100.0, 100.0],
        frozenset({"seller", "market", "catering"}): [200.0, 200.0],
    }


def test_nobody_goes_alone_and_a_kind_without_anybody_has_no_minute() -> None:
    found = minutes(officer("a", "seller"), officer("b", "seller", 30.0, 100.0))
    assert found[frozenset({"seller", "catering", "market"})] == [30.0, 100.0]
    assert found[frozenset({"catering", "market"})] == [0.0, 0.0]
    assert minutes() == {frozenset({"seller", "catering", "market"}): [0.0, 0.0]}


def test_the_reserve_is_left_out() -> None:
    found = minutes(officer("a", ""), officer("b", ""), share=0.85)
    assert found == {frozenset({"seller", "catering", "market"}): [85.0, 85.0]}


def test_a_conflict_holds_in_its_days() -> None:
    spans = {"SC1": [("a", date(2026, 1, 1), date(2026, 3, 4))]}
    office = Office("OFF", 2, (), spans)
    assert office.avoids("SC1", date(2026, 3, 2), date(2026, 3, 8)) == {"a"}
    assert office.avoids("SC1", date(2026, 3, 9), date(2026, 3, 15)) == frozenset()
    assert office.avoids("SC2", date(2026, 3, 2), date(2026, 3, 8)) == frozenset()


def test_one_visit_takes_no_more_than_two_have_in_a_week() -> None:
    people = (officer("a", "", 30, 90), officer("b", "", 60, 80), officer("c", ""))
    assert Office("OFF", 2, people).longest.tolist() == [60.0, 90.0]
    assert Office("OFF", 2, people[:1]).longest.tolist() == [0.0, 0.0]
