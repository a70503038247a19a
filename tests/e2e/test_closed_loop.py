"""Ways of deciding compared from the command line."""

import json
from pathlib import Path

import pytest

from features.errors import UsageError
from tests.e2e.conftest import Shian

pytestmark = pytest.mark.slow


def test_two_policies_are_compared_over_two_small_districts(
    shian: Shian, tmp_path: Path
) -> None:
    small = ["--businesses", "900", "--districts", "2", "--years", "1"]
    said = shian(
        "closed-loop", *small, "--policy", "random", "--out", str(tmp_path), "--json"
    )
    told = json.loads(said.out)
    assert {row["policy"] for row in told["measures"]} == {"fixed", "random"}
    assert told["seeds"] == [1, 2]
    assert [Path(file).exists() for file in told["files"]] == [True] * 3


def test_a_policy_that_is_none_is_told_before_anything_is_invented(
    shian: Shian,
) -> None:
    said = shian("closed-loop", "--policy", "whim")
    assert said.code == UsageError.exit_code
    assert "'whim' is none; give fixed, grade" in said.err
