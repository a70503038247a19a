"""The schema file is the one source: what it promises, these tests hold it to."""

import re

import polars as pl
import pytest

from features.dictionary import replace_dictionary
from features.schema import labels, loadable, schema, sql_text
from tests import README


def test_every_table_states_its_grain_in_both_languages() -> None:
    for table in schema().values():
        assert table.grain_en.startswith("One row per "), table.name
        assert re.search(r"[\u4e00-\u9fff]", table.grain_zh), table.name


def test_every_column_has_a_chinese_and_an_english_label() -> None:
    for table in schema().values():
        for column in table.columns.values():
            assert re.search(r"[\u4e00-\u9fff]", column.zh), (table.name, column.name)
            assert column.en, (table.name, column.name)


def test_every_key_column_exists_and_is_required() -> None:
    for table in schema().values():
        for column in table.key:
            assert not table.columns[column].nullable, (table.name, column)


def test_every_code_list_named_by_a_column_has_entries() -> None:
    for table in schema().values():
        for column in table.columns.values():
            if column.code_list:
                assert labels(column.code_list), (table.name, column.name)


def test_no_check_constraint_escapes_the_rule_names() -> None:
    named = sum(len(table.rules) for table in schema().values())
    assert len(re.findall(r"\bcheck \(", sql_text())) == named


def test_every_event_that_can_be_loaded_says_when_it_became_known() -> None:
    registers = {"street", "office", "inspector", "conflict_of_interest"}
    follows_its_inspection = {"inspection_item"}
    for name, table in loadable().items():
        if name not in registers | follows_its_inspection:
            assert not table.columns["recorded_at"].nullable, name


def test_the_four_judgements_share_no_column_name() -> None:
    """Risk grade, credit class, listing and catering grade are kept apart by law."""
    columns = {c for table in schema().values() for c in table.columns}
    assert {"risk_grade", "credit_class"} <= columns
    assert not {"grade", "class", "score", "rating"} & columns


def test_money_reaches_features_as_a_number() -> None:
    assert schema()["mart.penalty"].columns["fine_yuan"].dtype == pl.Float64


def test_the_readme_holds_the_dictionary_of_this_schema() -> None:
    text = README.read_text("utf-8")
    assert replace_dictionary(text) == text, (
        "the schema changed: run python -m features.dictionary README.md"
    )


@pytest.mark.parametrize(
    ("kind", "code", "zh"),
    [
        ("result", "STOP_NOW", "责令停止"),
        ("programme", "evaluation", "评价性抽检"),
        ("discretion", "heavier", "从重处罚"),
    ],
)
def test_codes_carry_the_words_of_the_law(kind: str, code: str, zh: str) -> None:
    assert labels(kind)[code][0] == zh
