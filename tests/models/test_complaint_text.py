"""What a complaint is about, from its text: hand-labelled ones, and none lost to JSON."""

import csv
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from features.errors import ModelError
from models.complaint_text import WORDS, TextModel, pieces_of, train
from pipelines.simulate.grievances import GRIEVANCES
from tests.worked import CASES

NAMES = ("老王面馆", "江南福鲜超市", "阿芳早餐店", "大泰丰果蔬", "钱塘食堂")


def simulated() -> pl.DataFrame:
    """Write texts as the simulator does: every template of every kind, of five names."""
    rows = [
        (said.format(name), category)
        for category, kinds in GRIEVANCES.items()
        for templates in kinds.values()
        for said in templates
        for name in NAMES
    ]
    return pl.DataFrame(rows, schema=["text", "category"], orient="row")


def labelled() -> Sequence[dict[str, str]]:
    path = CASES / "complaint_texts.csv"
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def model() -> TextModel:
    return train(simulated())


def test_texts_written_by_hand_are_told_apart(model: TextModel) -> None:
    told = [model.category(row["text"]) == row["category"] for row in labelled()]
    assert len(told) == 60
    assert np.mean(told) >= 0.85


def test_nobody_who_was_taken_ill_is_overlooked(model: TextModel) -> None:
    ill = [row["text"] for row in labelled() if row["category"] == "illness"]
    assert [text for text in ill if model.category(text) != "illness"] == []


def test_the_texts_of_the_simulator_are_told_whatever_the_name(
    model: TextModel,
) -> None:
    texts = simulated().with_columns(
        text=pl.col("text").str.replace_many(NAMES, ["小巷深处"])
    )
    assert (model.categories(texts) == texts["category"]).mean() > 0.97


def test_words_alone_do_where_no_text_is_on_record() -> None:
    bare = train(simulated().clear())
    assert bare.category("吃完就拉肚子") == "illness"
    assert bare.classes == tuple(WORDS)


def test_what_says_nothing_keeps_the_category_it_came_with(model: TextModel) -> None:
    assert model.category("") is None
    assert model.category("xyz") is None
    given = pl.DataFrame(
        {
            "text": [None, "", "qqq", "看到老鼠"],
            "category": ["price", "other", None, None],
        },
        schema={"text": pl.String, "category": pl.String},
    )
    assert model.categories(given).to_list() == ["price", "other", None, "pests"]
    assert model.categories(given.clear()).to_list() == []


def test_a_model_written_as_json_is_the_same_model(model: TextModel) -> None:
    again = TextModel.from_json(model.as_json())
    assert again == model
    assert again.as_json() == model.as_json()


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other"}', '{"format": 1}'])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="no text model"):
        TextModel.from_json(text)


def test_a_text_is_cut_into_pairs_and_triples() -> None:
    assert pieces_of("有老鼠") == {"有老", "老鼠", "有老鼠"}
    assert pieces_of("鼠") == {"鼠"}
