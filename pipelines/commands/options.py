"""The options that several commands share, said once."""

import os
import pwd
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import UsageError
from pipelines.console import LANGUAGES, Voice

if TYPE_CHECKING:
    from pipelines.engines import Spread
    from pipelines.train import Grower

# Twenty million businesses are four hundred shards; more only cost files.
MOST_SHARDS = 10_000
# A plan looks some months ahead; a day beyond is a slip of the hand.
MOST_DAYS_AHEAD = 366

Warehouse = Annotated[
    Path,
    typer.Option(
        "--warehouse", "-w", help="数据仓库文件 / warehouse file", show_default=True
    ),
]
Store = Annotated[
    Path, typer.Option("--store", help="模型库文件夹 / folder of the model store")
]
Register = Annotated[
    Path,
    typer.Option(
        "--register",
        help="决定登记簿：文件，或 postgresql://用户@主机/库 / register of decisions: a "
        "file, or the address of a PostgreSQL database",
    ),
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
RunDay = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="哪一天的评分，默认最近一次 / the score run of this day; default the newest",
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
Workers = Annotated[
    int,
    typer.Option(
        "--workers", min=1, help="本机进程数 / processes of this machine to work in"
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="dask 调度器地址，如 tcp://10.0.0.1:8786 / work on the cluster of this dask "
        "scheduler",
    ),
]
Shards = Annotated[
    int | None,
    typer.Option(
        "--shards",
        min=1,
        max=MOST_SHARDS,
        help="分片数，默认按经营者数和进程数 / shards to cut the register into; default "
        "by its size and the workers",
    ),
]
Out = Annotated[Path, typer.Option("--out", help="结果文件夹 / folder to write")]
OutOrNothing = Annotated[
    Path | None,
    typer.Option(
        "--out", help="结果文件夹；不填则只显示 / folder to write; only shown without"
    ),
]
Source = Annotated[Path, typer.Argument(help="源文件或文件夹 / file or folder to load")]
Mapping = Annotated[
    str,
    typer.Option(
        "--mapping",
        "-m",
        help="对照文件：shian、nyc、toronto、chicago、london 或 TOML 路径 / mapping: a "
        "name that ships with Shian, or the path of a TOML file",
    ),
]
LoadedOn = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="YYYY-MM-DD",
        help="装载日，默认今天；晚于该日的日期进入隔离区 / day of loading, default "
        "today; later dates are quarantined",
    ),
]
Businesses = Annotated[
    int | None,
    typer.Option(
        "--businesses",
        min=100,
        help="经营者数，默认规划的 25,140 家和 34 家市场 / number of businesses; "
        "default the plan's 25,140 and 34 markets",
    ),
]
# Longer than any office keeps its records; memory and time grow with the years.
MOST_YEARS = 50
Years = Annotated[
    int,
    typer.Option(
        "--years", min=1, max=MOST_YEARS, help="年数 / years of records, 50 at most"
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, help="随机种子，同种子同结果 / same seed, same bytes"
    ),
]
From = Annotated[
    str,
    typer.Option("--from", metavar="YYYY-MM-DD", help="首个窗口起始日 / first day"),
]
To = Annotated[
    str,
    typer.Option(
        "--to", metavar="YYYY-MM-DD", help="截止日（不含） / day after the end"
    ),
]
Window = Annotated[
    str, typer.Option("--window", help="窗口长度，整月 / whole months, as 2mo")
]
Metrics = Annotated[
    Path | None,
    typer.Option("--out", help="另存全部指标 / also write every metric as Parquet"),
]
Business = Annotated[
    str,
    typer.Argument(
        help="编号、统一社会信用代码、许可证号或名称 / number, USCI, licence or name"
    ),
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


def spread(workers: int, cluster: str | None, shards: int | None) -> "Spread":
    """Say where the shards of a run are worked on.

    Raises:
        UsageError: both a number of processes and a cluster are given.
    """
    from pipelines.engines import Here, Pool, Spread

    if cluster is None:
        return Spread(Pool(workers) if workers > 1 else Here(), shards)
    if workers > 1:
        message = "--workers are processes of this machine and --cluster are others; give one of them"
        raise UsageError(message)
    from pipelines.cluster import Cluster

    return Spread(Cluster(cluster), shards)


def grower(cluster: str | None) -> "Grower | None":
    """Say where a model is grown; None for this process."""
    if cluster is None:
        return None
    from pipelines.cluster import Cluster

    return Cluster(cluster).grower


def day(text: str | None, option: str = "--as-of") -> date:
    """Read a day; today where none is given, for only a command may look at a clock.

    Raises:
        UsageError: it is no day of the calendar, or too far ahead to be meant.
    """
    today = now().date()
    if text is None:
        return today
    try:
        asked = date.fromisoformat(text)
    except ValueError as error:
        message = f"{option} is a day such as 2026-01-31, not {text!r}"
        told = f"{option} 要写日期，如 2026-01-31，不能是 {text!r}"
        raise UsageError(message, said=told) from error
    if asked > today + timedelta(days=MOST_DAYS_AHEAD):
        message = f"{option} {asked} lies more than a year ahead; is the year right?"
        told = f"{option} {asked} 在一年以后，请核对年份"
        raise UsageError(message, said=told)
    return asked


def now() -> datetime:
    """Give the time of the machine; nothing below a command looks at it."""
    return datetime.now(UTC).astimezone()


def account() -> str:
    """Name the account of the operating system that runs the command."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
