"""The data dictionary of the README, made from the schema.

    python -m features.dictionary README.md

rewrites the part between the two markers; a test holds that part to the schema.
"""

import sys
from pathlib import Path

from features.schema import Column, Table, labels, schema

START = "<!-- data dictionary: made by python -m features.dictionary README.md -->"
END = "<!-- end of data dictionary -->"


def data_dictionary() -> str:
    """Describe every table, column and code list as Markdown, folded into sections."""
    tables = (_section(table) for table in schema().values())
    return "\n".join((*tables, _codes()))


def replace_dictionary(text: str) -> str:
    """Put the current dictionary between the markers of a text."""
    before, rest = text.split(START, 1)
    _, after = rest.split(END, 1)
    return f"{before}{START}\n\n{data_dictionary()}\n{END}{after}"


def _section(table: Table) -> str:
    rows = "\n".join(_row(column, table) for column in table.columns.values())
    return (
        f"<details><summary><code>{table.name}</code> {table.grain_zh}</summary>\n\n"
        f"{table.grain_en} Key: {', '.join(f'`{k}`' for k in table.key)}.\n\n"
        "| column | 中文 | meaning | type | unit or codes |\n|---|---|---|---|---|\n"
        f"{rows}\n\n</details>\n"
    )


def _row(column: Column, table: Table) -> str:
    required = "" if column.nullable else " required"
    key = " key" if column.name in table.key else ""
    return (
        f"| `{column.name}` | {column.zh} | {column.en} "
        f"| {column.sql_type}{required}{key} | {column.unit} |"
    )


def _codes() -> str:
    """List the codes of every list, with the columns that hold them."""
    users: dict[str, list[str]] = {}
    for table in schema().values():
        for column in table.columns.values():
            if kind := column.code_list:
                users.setdefault(kind, []).append(f"{table.name}.{column.name}")
    lists = "\n".join(_code_list(kind, users[kind]) for kind in users)
    return (
        "<details><summary>code lists 代码表</summary>\n\n"
        "A file in our own format may hold the code, or exactly its Chinese or English "
        "label. 填代码或中文、英文名称均可，须一字不差。\n\n"
        f"{lists}\n</details>\n"
    )


def _code_list(kind: str, columns: list[str]) -> str:
    rows = "\n".join(
        f"| `{code}` | {zh} | {en} |" for code, (zh, en) in labels(kind).items()
    )
    used = ", ".join(f"`{name}`" for name in columns)
    return f"**{kind}**: {used}\n\n| code | 中文 | English |\n|---|---|---|\n{rows}\n"


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(replace_dictionary(readme.read_text("utf-8")), "utf-8")
