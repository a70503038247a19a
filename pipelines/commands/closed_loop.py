"""The command that compares ways of deciding: closed-loop."""

from typing import Annotated

import typer

from features.errors import UsageError
from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet

Businesses = Annotated[
    int,
    typer.Option("--businesses", min=900, help="每区经营者数 / businesses a district"),
]
Districts = Annotated[
    int,
    typer.Option(
        "--districts",
        min=2,
        max=100,
        help="模拟区数，两个以上才有区间 / invented districts; two or more give intervals",
    ),
]
LoopYears = Annotated[
    int, typer.Option("--years", min=1, max=10, help="闭环年数 / years of the loop")
]
Policies = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        help="只比较这些做法（可重复），固定轮查总在其中 / only these policies, repeatable; "
        "the fixed schedule is always among them",
    ),
]


def closed_loop(
    businesses: Businesses = 1500,
    districts: Districts = 5,
    years: LoopYears = 3,
    policy: Policies = None,
    out: options.Out = settings.CLOSED_LOOP,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """闭环比较安排检查的做法 / compare ways to plan visits

    在已知真相的模拟区里，按各种做法逐期评定、安排、检查、重新训练，比较发现多少、多快、
    学到多少。全部做法需十几分钟。

    On invented districts whose truth is known: grade, plan, visit and train again, period
    after period; what is found, how soon, what is learned. All policies take some
    quarter of an hour.
    """
    from pipelines.closed_loop.loop import Setting
    from pipelines.closed_loop.page import write_files
    from pipelines.closed_loop.study import AGAINST, study
    from pipelines.closed_loop.ways import POLICIES
    from pipelines.screens.closed_loop import show_study

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    asked = dict.fromkeys([AGAINST, *(policy or POLICIES)])
    if unknown := [name for name in asked if name not in POLICIES]:
        message = f"--policy {unknown[0]!r} is none; give {', '.join(POLICIES)}"
        raise UsageError(message)
    setting = Setting(businesses=businesses, loop_years=years)
    with voice.progress("闭环比较", "closed loop") as progress:
        found = study(
            setting, range(1, districts + 1), policies=list(asked), progress=progress
        )
    files = write_files(found, out)
    voice.facts({**found.as_dict(), "files": files})
    show_study(voice, found)
    voice.say(
        f"网页：{files[0]}　全部数值：{files[2]}",
        f"Page: {files[1]}   every number: {files[2]}",
    )
