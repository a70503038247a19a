"""Commands about the annual plan and its weeks: schedule."""

import secrets
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import UsageError
from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Seed, Warehouse
from pipelines.commands.worklist import check_plan, make_week

if TYPE_CHECKING:
    from pipelines.console import Voice
    from pipelines.schedule.plan import PlanReport

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

Week = Annotated[
    str | None,
    typer.Option(
        "--week",
        metavar="YYYY-MM-DD",
        help="改为编制该周（周一）的工作单 / make the worklist of the week of this Monday",
    ),
]
Check = Annotated[
    str | None,
    typer.Option(
        "--check",
        metavar="RUN",
        help="改为逐条核对已写入的计划：运行编号或 newest / check a written plan: the "
        "number of its run, or newest",
    ),
]


def schedule(
    year: Year = None,
    score_run: ScoreRun = None,
    seed: Seed = None,
    week: Week = None,
    check: Check = None,
    as_of: AsOf = None,
    out: options.Out = settings.WORKLIST,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """编制年度检查计划、周工作单，核对计划 / plan the inspections of a year or a week

    先报人力缺口，再排谁在哪一周由哪两人检查。不给种子则随机取一个，不公开才猜不到检查日期。

    What hands are missing comes first, then who is visited in which week by which two
    inspectors. Without a seed a fresh one is drawn; kept secret, it keeps the dates so.

    --week 把计划和之后的新事实排成一周的工作单（XLSX、CSV、ICS、总览）；填好后用 load 装回。

    --week makes a week's list of the plan and what became known since.
    """
    from pipelines.schedule.plan import plan_year
    from pipelines.screens.schedule import show_plan

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    _refuse_several(year, week, check)
    if week is None:
        _refuse_day(as_of)
    if check is not None:
        check_plan(voice, warehouse, check)
        return
    if week is not None:
        monday, day = options.day(week, "--week"), options.day(as_of)
        make_week(voice, warehouse, monday=monday, as_of=day, out=out)
        return
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
    _say_written(voice, report, warehouse)


def _say_written(voice: "Voice", report: "PlanReport", warehouse: Path) -> None:
    where = shlex.quote(str(warehouse))
    following = f"shian schedule --check newest --warehouse {where}"
    voice.say(
        f"计划已写入 {warehouse}（运行 {report.run_id}，数据截止 {report.run['as_of']}）\n"
        f"下一步：{following}",
        f"The plan is in {warehouse} (run {report.run_id}, as of {report.run['as_of']})\n"
        f"Next: {following}",
    )


def _refuse_day(as_of: str | None) -> None:
    """Refuse a day that would change nothing, rather than pass over it in silence."""
    if as_of is not None:
        message = "--as-of goes with --week alone: a year's plan is as of its score run; choose that with --score-run"
        raise UsageError(message)


def _refuse_several(*asked: object) -> None:
    if sum(one is not None for one in asked) > 1:
        message = "--year, --week and --check are three different things; give one"
        raise UsageError(message)
