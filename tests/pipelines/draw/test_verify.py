"""A bundle proves its own draw, and gives away every change made to it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import InputError
from models.double_random import Inspector, Withdrawal, after_withdrawals, draw_visits
from pipelines.draw.bundle import (
    Bundle,
    Excluded,
    Frozen,
    Share,
    commit_to,
    parse,
    render,
)
from pipelines.draw.verify import verify
from tests.pipelines.draw.conftest import SEED


def is_only_told(way: tuple[Any, ...]) -> bool:
    """Say whether nothing follows from a value, so that only the digest guards it."""
    told = {"on", "reason", "note"}
    return way[0] in {"drawn_on", "digest"} or (
        way[0] == "withdrawals" and way[-1] in told
    )


@pytest.fixture(scope="module")
def sound(drawn: tuple[Path, Bundle]) -> Bundle:
    """Give a small bundle with two withdrawals: a few businesses and their inspectors."""
    bundle = drawn[1]
    few = bundle.frozen.businesses[:40]
    held = {s.business_id for s in few}
    frozen = replace(
        bundle.frozen,
        businesses=few,
        conflicts=tuple(c for c in bundle.frozen.conflicts if c.business_id in held),
        excluded=bundle.frozen.excluded[:3],
    )
    return made_of(replace(bundle, frozen=frozen), withdrawn=True)


def made_of(bundle: Bundle, *, withdrawn: bool = False) -> Bundle:
    """Make everything that follows from libraries and seed, as the draw does."""
    hashes = bundle.frozen.hashes()
    commitment = replace(
        bundle.commitment, hashes=hashes, commitment=commit_to(bundle.seed, hashes)
    )
    library = bundle.frozen.library
    visits = draw_visits(library, bundle.key)
    acts = bundle.withdrawals
    if withdrawn:
        first, second = visits[0], visits[1]
        acts = (
            Withdrawal("2026-02-01", "closed", "", first.business_id),
            Withdrawal("2026-02-02", "leave", "病假", None, second.inspectors[0]),
        )
    return replace(
        bundle,
        commitment=commitment,
        visits=visits,
        withdrawals=acts,
        standing=after_withdrawals(library, visits, acts, bundle.key),
    ).sealed()


def parts(bundle: Bundle, folder: Path, *, published: str = "") -> set[str]:
    """Write a bundle and name the parts that do not verify."""
    path = folder / "bundle.json"
    path.write_bytes(render(bundle))
    return {finding.part for finding in verify(path, published=published).findings}


def test_a_true_bundle_verifies_with_the_commitment_that_was_published(
    sound: Bundle, tmp_path: Path
) -> None:
    published = sound.commitment.commitment
    assert parts(sound, tmp_path, published=published) == set()
    assert len(sound.visits) > 3
    assert sound.standing != sound.visits


def test_the_bundle_of_a_whole_district_verifies(drawn: tuple[Path, Bundle]) -> None:
    found = verify(drawn[0] / "bundle.json")
    assert found.is_sound
    assert found.as_dict()["visits"] == len(drawn[1].visits)


def test_another_seed_is_found(sound: Bundle, tmp_path: Path) -> None:
    other = replace(sound, seed="0" * 64).sealed()
    assert parts(other, tmp_path) >= {"seed", "visits"}


def test_a_business_slipped_out_of_the_library_is_found(
    sound: Bundle, tmp_path: Path
) -> None:
    fewer = replace(sound.frozen, businesses=sound.frozen.businesses[1:])
    assert "businesses" in parts(replace(sound, frozen=fewer).sealed(), tmp_path)


def test_an_exclusion_with_another_reason_is_found(
    sound: Bundle, tmp_path: Path
) -> None:
    (first, *rest) = sound.frozen.excluded
    other = replace(sound.frozen, excluded=(replace(first, reason="closed"), *rest))
    found = parts(replace(sound, frozen=other).sealed(), tmp_path)
    assert found == {"excluded"}


def test_a_conflict_struck_out_is_found(sound: Bundle, tmp_path: Path) -> None:
    fewer = replace(sound.frozen, conflicts=sound.frozen.conflicts[1:])
    assert "conflicts" in parts(replace(sound, frozen=fewer).sealed(), tmp_path)


def test_a_friendlier_inspector_is_found_by_name(sound: Bundle, tmp_path: Path) -> None:
    visit = replace(sound.visits[2], inspectors=("INS0000", "INS0001"))
    visits = (*sound.visits[:2], visit, *sound.visits[3:])
    path = tmp_path / "bundle.json"
    path.write_bytes(render(replace(sound, visits=visits).sealed()))
    (finding,) = verify(path).findings
    assert finding.part == "visits"
    assert visit.business_id in finding.en
    assert "INS0000+INS0001" in finding.en
    assert "检查人员为 INS0000+INS0001" in finding.zh


def test_a_business_put_in_anothers_place_is_found_from_both_sides(
    sound: Bundle, tmp_path: Path
) -> None:
    drawn = {v.business_id for v in sound.visits}
    other = next(
        s.business_id for s in sound.frozen.businesses if s.business_id not in drawn
    )
    visits = (replace(sound.visits[0], business_id=other), *sound.visits[1:])
    path = tmp_path / "bundle.json"
    path.write_bytes(render(replace(sound, visits=visits).sealed()))
    told = [finding.en for finding in verify(path).findings]
    assert told == [
        f"{other} stands in the bundle and was not drawn",
        f"{sound.visits[0].business_id} was drawn and is missing from the bundle",
    ]


def test_a_forgery_from_end_to_end_is_found_by_what_was_published(
    sound: Bundle, tmp_path: Path
) -> None:
    forged = made_of(replace(sound, seed="f" * 64, withdrawals=()))
    assert parts(forged, tmp_path) == set()
    published = sound.commitment.commitment
    assert parts(forged, tmp_path, published=published) == {"commitment"}


def test_what_the_draw_could_not_have_been_made_from_is_named(
    sound: Bundle, tmp_path: Path
) -> None:
    frozen = sound.frozen
    nobody = replace(frozen.businesses[0], weight=0)
    first = frozen.businesses[0]
    impossible = {
        "businesses": replace(frozen, businesses=(nobody, *frozen.businesses[1:])),
        "inspectors": replace(
            frozen, inspectors=(Inspector("INS9999", "OFF00"), *frozen.inspectors)
        ),
        "shares": replace(
            frozen,
            shares=tuple(Share(s.stratum, Fraction(2)) for s in frozen.shares),
        ),
        "excluded": replace(
            frozen, excluded=(Excluded("business", first.business_id, "closed", ""),)
        ),
    }
    assert_impossible(sound, impossible, tmp_path)


def test_a_library_in_which_somebody_cannot_be_visited_is_found(
    sound: Bundle, tmp_path: Path
) -> None:
    nobody_left = replace(sound.frozen, inspectors=sound.frozen.inspectors[:1])
    assert_impossible(sound, {"businesses": nobody_left}, tmp_path)


def assert_impossible(
    sound: Bundle, impossible: dict[str, Frozen], tmp_path: Path
) -> None:
    for part, changed in impossible.items():
        hashes = changed.hashes()
        commitment = replace(
            sound.commitment, hashes=hashes, commitment=commit_to(SEED, hashes)
        )
        forged = replace(sound, frozen=changed, commitment=commitment).sealed()
        assert parts(forged, tmp_path) >= {part, "visits"}, part


def test_an_announced_number_that_was_not_used_is_found(
    sound: Bundle, tmp_path: Path
) -> None:
    assert "beacon" in parts(replace(sound, beacon="").sealed(), tmp_path)


def test_a_draw_before_its_commitment_is_found(sound: Bundle, tmp_path: Path) -> None:
    for day in ("2025-12-31", "yesterday"):
        early = replace(sound, drawn_on=day).sealed()
        assert parts(early, tmp_path) == {"days"}, day


def test_a_withdrawal_that_never_was_is_found(sound: Bundle, tmp_path: Path) -> None:
    never = Withdrawal("2026-02-03", "closed", "", "SC99999999")
    forged = replace(sound, withdrawals=(*sound.withdrawals, never)).sealed()
    assert parts(forged, tmp_path) == {"withdrawals"}
    fewer = replace(sound, withdrawals=sound.withdrawals[1:]).sealed()
    assert parts(fewer, tmp_path) == {"standing"}


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"\xff", b'{"seed": 1}', b"[" * 100_000],
    ids=["empty", "list", "not UTF-8", "other fields", "too deep"],
)
def test_what_is_no_bundle_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "bundle.json").write_bytes(text)
    with pytest.raises(InputError, match=r"bundle\.json"):
        verify(tmp_path / "bundle.json")


def test_the_same_content_in_other_bytes_is_refused(sound: Bundle) -> None:
    text = render(sound)
    assert parse(text, Bundle, "bundle.json") == sound
    for other in (text.replace(b"\n ", b"\n\t", 1), text + b"\n"):
        with pytest.raises(InputError, match="not in these bytes"):
            parse(other, Bundle, "bundle.json")


def leaves(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to every value that is no list or object."""
    entries = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    inner = list(entries)
    if not isinstance(content, dict | list):
        yield path
    for key, value in inner:
        yield from leaves(value, (*path, key))


def another(value: Any, draw: st.DrawFn) -> Any:
    if isinstance(value, str):
        digits = value.translate(str.maketrans("0123456789abcdef", "1234567890bcdefa"))
        return draw(st.sampled_from([digits + "0" if digits == value else digits, ""]))
    return draw(st.sampled_from([None, "x", 0, -1, 7, 10**6, True, [], {}]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.data())
def test_any_single_change_is_found(
    sound: Bundle, tmp_path: Path, data: st.DataObject
) -> None:
    """Change one value anywhere; mend the digest too where the draw depends on it."""
    content = json.loads(render(sound))
    way = data.draw(st.sampled_from(list(leaves(content))))
    changed = deepcopy(content)
    place = changed
    for key in way[:-1]:
        place = place[key]
    value = data.draw(st.composite(lambda draw: another(place[way[-1]], draw))())
    if value == place[way[-1]] and type(value) is type(place[way[-1]]):
        return
    place[way[-1]] = value
    mended = not is_only_told(way) and data.draw(st.booleans())
    assert_found(changed, tmp_path, mended=mended)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_any_single_row_taken_out_or_put_in_twice_is_found(
    sound: Bundle, tmp_path: Path, data: st.DataObject
) -> None:
    content = json.loads(render(sound))
    frozen = content["frozen"]
    lists = [v for v in (*content.values(), *frozen.values()) if isinstance(v, list)]
    rows = data.draw(st.sampled_from([v for v in lists if v]))
    at = data.draw(st.integers(0, len(rows) - 1))
    if data.draw(st.booleans()):
        del rows[at]
    else:
        rows.insert(at, rows[at])
    assert_found(content, tmp_path, mended=data.draw(st.booleans()))


def assert_found(content: dict[str, Any], folder: Path, *, mended: bool) -> None:
    path = folder / "bundle.json"
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    path.write_text(text, "utf-8")
    # A file that is refused gave the change away as well as a finding does.
    with suppress(InputError):
        if mended:
            bundle = parse(path.read_bytes(), Bundle, path.name)
            path.write_bytes(render(bundle.sealed()))
        assert verify(path).findings
