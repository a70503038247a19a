"""The options that several commands share, said once."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from features.errors import UsageError
from pipelines.console import LANGUAGES, Voice

Warehouse = Annotated[
    Path,
    typer.Option(
        "--warehouse", "-w", help="数据仓库文件 / warehouse file", show_default=True
    ),
]
Store = Annotated[
    Path, typer.Option("--store", help="模型库文件夹 / folder of the model store")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="数据截止日，只用该日之前已记录的事实，默认今天 / only facts recorded "
        "before this day; default today",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出同样的事实 / the same facts as JSON")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="只输出错误 / print nothing but errors")
]
Lang = Annotated[
    str, typer.Option("--lang", help="界面语言 zh 或 en / language, zh or en")
]


def voice(lang: str, *, as_json: bool, quiet: bool) -> Voice:
    """Give the voice a command speaks with.

    Raises:
        UsageError: the language is not one of those there are.
    """
    if lang not in LANGUAGES:
        message = f"--lang is {' or '.join(LANGUAGES)}, not {lang!r}"
        raise UsageError(message)
    return Voice(lang=lang, as_json=as_json, quiet=quiet)


def day(text: str | None, option: str = "--as-of") -> date:
    """Read a day; today where none is given, for only a command may look at a clock.

    Raises:
        UsageError: it is no day of the calendar.
    """
    if text is None:
        return datetime.now(UTC).astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{option} is a day such as 2026-01-31, not {text!r}"
        raise UsageError(message) from error
