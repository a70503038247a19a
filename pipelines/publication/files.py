"""The files that are handed over for publication, in the fields their readers expect."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from features.errors import UsageError
from features.schema import labels
from models.case import Case, words
from models.rules import Rules
from pipelines.plain_text import plain
from pipelines.written import drafts

PENALTIES, TAKEN_DOWN = "penalties.csv", "taken_down.csv"
SERIOUS, NOTICES = "serious_list.csv", "notices.csv"
# The standard counts money in units of ten thousand yuan.
_UNIT_YUAN = 10_000

Row = Mapping[str, Any]


def write_files(
    folder: Path, tables: Mapping[str, tuple[list[str], list[list[Any]]]]
) -> list[Path]:
    """Write all files or none, as UTF-8 with its mark, so that a spreadsheet reads them.

    Raises:
        UsageError: the folder cannot be written.
    """
    paths = [folder / name for name in tables]
    try:
        with drafts(paths) as written:
            for path, (header, rows) in zip(written, tables.values(), strict=True):
                with path.open("w", encoding="utf-8-sig", newline="") as file:
                    csv.writer(file).writerows(
                        [header, *([plain(cell) for cell in row] for row in rows)]
                    )
    except OSError as error:
        message = f"{folder} cannot be written to ({error}); choose another folder"
        told = f"{folder} 无法写入（{error}），请换一个文件夹"
        raise UsageError(message, said=told) from error
    return paths


def penalty_table(
    rows: Iterable[Row], rules: Rules
) -> tuple[list[str], list[list[Any]]]:
    """Give penalties in the fields of the double publicity, amounts in 万元.

    A fine of 5,000 yuan is written 0.5.
    """
    fields = words(rules, "export_penalty")
    header = [f"{code} {zh}" for code, (zh, _) in fields.items()]
    return header, [[_field(code, row) for code in fields] for row in rows]


def _field(code: str, row: Row) -> Any:  # noqa: ANN401  a cell is text, a number or a day
    kinds = row["kinds"].split("+")
    said = {
        "CF_XDR_MC": row["name"],
        "CF_XDR_LB": labels("legal_form").get(row["legal_form"] or "", ("", ""))[0],
        "CF_XDR_SHXYM": row["usci"],
        "CF_WSH": row["document_no"],
        "CF_WFXW": row["act"],
        "CF_YJ": row["law_article"],
        "CF_CFLB": "、".join(labels("penalty_kind").get(k, (k, k))[0] for k in kinds),
        "CF_NR_FK": _wan(row["fine_yuan"]),
        "CF_NR_WFFF": _wan(row["confiscated_yuan"]),
        "CF_JDRQ": row["decided_on"],
        "CF_GSJZQ": row["ends_on"],
    }
    return said.get(code) if said.get(code) is not None else ""


def _wan(yuan: Any) -> str:  # noqa: ANN401  a decimal or nothing
    return (
        ""
        if yuan is None
        else f"{float(yuan) / _UNIT_YUAN:.6f}".rstrip("0").rstrip(".")
    )


def listing_table(
    listed: Iterable[tuple[Case, Row, Mapping[str, str]]], rules: Rules
) -> tuple[list[str], list[list[Any]]]:
    """Give listings in the fields of the published list; `Mapping` has the days."""
    fields = words(rules, "export_serious_list")
    triggers = {rule.id: rule.zh for rule in rules.rules}
    rows = []
    for case, business, days in listed:
        said = {
            "name": business["name"],
            "usci": business["usci"],
            "category": case.list_type,
            "in_reason": triggers.get(case.trigger, case.trigger),
            **days,
        }
        rows.append([said.get(code, "") for code in fields])
    return [zh for zh, _ in fields.values()], rows


def notice_table(
    listed: Iterable[tuple[Case, Row, str]], rules: Rules
) -> tuple[list[str], list[list[Any]]]:
    """Say who is to be told of a listing or of its end, and of which measure."""
    measures, told = words(rules, "listing_measure"), words(rules, "listing_recipient")
    header = [
        "告知单位（系统默认，待区确定）",
        "管理措施",
        "名称",
        "统一社会信用代码",
        "事项",
    ]
    return header, [
        [told[code][0], zh, business["name"], business["usci"], what]
        for _, business, what in listed
        for code, (zh, _) in measures.items()
    ]
