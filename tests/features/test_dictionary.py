"""The README's data dictionary is the schema's own words."""

import re
import runpy
import sys

import pytest

from features import dictionary
from features.dictionary import END, START, data_dictionary, replace_dictionary
from features.schema import labels, schema
from tests import README

CODE_LISTS = "<details><summary>code lists 代码表</summary>"


def test_the_readme_holds_the_dictionary_of_this_schema() -> None:
    text = README.read_text("utf-8")
    between = text.split(START, 1)[1].split(END, 1)[0]
    assert between.strip() == data_dictionary().strip()


def test_every_table_and_column_is_described_once() -> None:
    tables_only, _ = data_dictionary().split(CODE_LISTS)
    lines = tables_only.splitlines()
    tables = [line for line in lines if line.startswith("<details>")]
    rows = [line for line in lines if line.startswith("| `")]
    assert len(tables) == len(schema())
    assert len(rows) == sum(len(table.columns) for table in schema().values())


def test_every_code_is_listed_once_with_both_labels_and_the_columns_that_hold_it() -> (
    None
):
    _, listed = data_dictionary().split(CODE_LISTS)
    wanted = []
    for kind in re.findall(r"^\*\*(\w+)\*\*", listed, re.MULTILINE):
        wanted += [(code, *both) for code, both in labels(kind).items()]
    assert re.findall(r"^\| `(.+)` \| (.+) \| (.+) \|$", listed, re.MULTILINE) == wanted
    columns = {
        f"{table.name}.{column.name}"
        for table in schema().values()
        for column in table.columns.values()
        if column.code_list
    }
    held = re.findall(r"`([a-z]+\.\w+\.\w+)`", listed)
    assert (set(held), len(held)) == (columns, len(columns))


def test_only_what_is_between_the_markers_is_replaced() -> None:
    text = f"before\n{START}\nold\n{END}\nafter\n"
    found = replace_dictionary(text)
    assert found.startswith(f"before\n{START}\n")
    assert found.endswith(f"{END}\nafter\n")
    assert "\nold\n" not in found
    assert replace_dictionary(found) == found


def test_the_command_of_the_marker_rewrites_the_file(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# 食安\n{START}\nold\n{END}\n", "utf-8")
    monkeypatch.setattr(sys, "argv", ["features.dictionary", str(readme)])
    runpy.run_path(str(dictionary.__file__), run_name="__main__")
    assert data_dictionary() in readme.read_text("utf-8")
    assert "python -m features.dictionary README.md" in START
