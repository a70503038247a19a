"""What a store's pointers name, and what is refused."""

import pytest

from features.errors import ModelError
from models.pointers import point, pointed


def test_a_pointer_names_what_was_pointed_at(tmp_path):
    point(tmp_path, "challenger", {"version": "a", "scorecard": "b", "stumps": "c"})
    assert pointed(tmp_path, "challenger") == {
        "version": "a",
        "scorecard": "b",
        "stumps": "c",
    }
    assert [p.name for p in tmp_path.iterdir()] == ["challenger.json"]


def test_a_pointer_from_before_there_were_stumps_names_none(tmp_path):
    point(tmp_path, "champion", {"version": "a", "scorecard": ""})
    assert pointed(tmp_path, "champion")["stumps"] == ""


@pytest.mark.parametrize("text", ["", "[]", '"a"', "{}", "3"])
def test_what_names_nothing_says_how_to_train(tmp_path, text):
    (tmp_path / "champion.json").write_text(text, "utf-8")
    with pytest.raises(ModelError, match="holds no champion; train one with"):
        pointed(tmp_path, "champion")


@pytest.mark.parametrize("named", ['"scorecard": 3', '"scorecard": "", "stumps": []'])
def test_what_is_no_text_is_told(tmp_path, named):
    (tmp_path / "champion.json").write_text(f'{{"version": "a", {named}}}', "utf-8")
    with pytest.raises(ModelError, match="which is no text"):
        pointed(tmp_path, "champion")
