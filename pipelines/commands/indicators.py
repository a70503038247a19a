"""The command about the plan: indicators."""

from typing import Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Warehouse

Year = Annotated[
    int | None,
    typer.Option(
        "--year",
        help="考核年度，默认截止日前一天所在年 / year the values are of; default the "
        "year of the day before",
    ),
]
Gap = Annotated[
    int | None,
    typer.Option(
        "--gap",
        help="只列某项指标的差距清单，1至14 / show the gap list of one indicator alone",
    ),
]


def indicators(
    as_of: AsOf = None,
    year: Year = None,
    gap: Gap = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    out: options.Out = settings.INDICATORS,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """规划的14项指标 / the plan's fourteen indicators

    当前值、目标、区间、趋势、年末预测和差距清单；写入仓库、网页、工作簿和 gaps.csv。

    Values, targets, intervals, trends, forecasts and gap lists; into the warehouse, a
    page, a workbook and gaps.csv.
    """
    from pipelines.indicators.files import write_files
    from pipelines.indicators.gaps import gap_table
    from pipelines.indicators.running import indicators as run
    from pipelines.screens.indicators import (
        facts,
        show_gaps,
        show_indicators,
        show_next,
    )

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("计算指标", "computing the indicators") as progress:
        found = run(warehouse, as_of=options.day(as_of), year=year, progress=progress)
        gaps = None if gap is None else gap_table(found, voice.lang, gap)
        files = write_files(found, out, voice.lang)
    voice.facts(facts(found, files, gap))
    if gaps is None or gap is None:
        show_indicators(voice, found)
    else:
        show_gaps(voice, found.of(gap), gaps)
    voice.say(
        f"网页：{files[0]}　工作簿：{files[2]}　差距清单：{files[3]}",
        f"Page: {files[1]}   workbook: {files[2]}   gap lists: {files[3]}",
    )
    if gap is None:
        show_next(voice, found, warehouse)
