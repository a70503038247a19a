"""Errors: one tree, an exit code each, and a word for each language."""

import re
from copy import copy

from features import errors
from features.errors import NotFoundError, ShianError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ShianError)
]


def test_every_error_has_an_exit_code_of_its_own() -> None:
    codes = [kind.exit_code for kind in KINDS]
    assert len(KINDS) > 1
    assert len(set(codes)) == len(codes)
    assert 0 not in codes


def test_what_is_said_in_chinese_goes_with_the_error_from_process_to_process() -> None:
    error = NotFoundError("no business", said="没有经营者")
    # Processes hand errors over the way a copy is made.
    again = copy(error)
    assert (type(again), str(again), again.said) == (
        NotFoundError,
        "no business",
        "没有经营者",
    )


def test_every_error_has_a_chinese_word_of_its_own() -> None:
    words = [kind.zh for kind in KINDS]
    assert len(set(words)) == len(words)
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+", word) for word in words)


def test_the_drawing_of_the_tree_names_every_error() -> None:
    drawn = re.findall(r"^(?:[├└]── )?(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    assert drawn == [kind.__name__ for kind in KINDS]
