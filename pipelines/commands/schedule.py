"""Commands about the annual plan: schedule."""

import secrets
from typing import Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet, Seed, Warehouse

_SEED_BITS = 48

Year = Annotated[
    int | None,
    typer.Option("--year", help="计划年度，默认今年 / year, default this one"),
]
ScoreRun = Annotated[
    str | None,
    typer.Option(
        "--score-run", help="评分运行编号，默认最近一次 / score run; default the newest"
    ),
]


def schedule(
    year: Year = None,
    score_run: ScoreRun = None,
    seed: Seed = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """编制年度检查计划 / plan the inspections of a year

    先报人力缺口，再排谁在哪一周由哪两人检查。不给种子则随机取一个，不公开才猜不到检查日期。

    What hands are missing comes first, then who is visited in which week by which two
    inspectors. Without a seed a fresh one is drawn; kept secret, it keeps the dates so.
    """
    from pipelines.schedule.plan import plan_year
    from pipelines.screens.schedule import show_plan

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("编制计划", "planning") as progress:
        report = plan_year(
            warehouse,
            year=year or options.now().year,
            seed=secrets.randbits(_SEED_BITS) if seed is None else seed,
            score_run=score_run,
            progress=progress,
        )
    voice.facts(report.as_dict())
    show_plan(voice, report)
    voice.say(
        f"计划已写入 {warehouse}（运行 {report.run_id}）",
        f"The plan is in {warehouse} (run {report.run_id})",
    )
