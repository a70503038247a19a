"""The command that shows everything at once: demo."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet


def demo(
    out: Annotated[
        Path, typer.Option("--out", help="演示文件夹 / folder of the demo")
    ] = settings.DEMO,
    businesses: Annotated[
        int | None,
        typer.Option(
            "--businesses",
            min=1000,
            help="经营者数，默认规划的全部 / number of businesses; default the plan's",
        ),
    ] = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """一步演示 / the main job end to end

    模拟一个区的记录，装载、训练、检验、评定并出报告。

    Invents a district's records, loads them, trains, tests, grades and reports.
    """
    from pipelines.demo import STORE, WAREHOUSE
    from pipelines.demo import demo as run
    from pipelines.simulate import PLAN_TOTAL
    from pipelines.summary import show_backtest, show_run

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("演示", "demo") as progress:
        made = run(
            out, businesses=businesses or PLAN_TOTAL, lang=lang, progress=progress
        )
    voice.facts(made.as_dict())
    show_run(voice, made.run)
    show_backtest(voice, made.backtest)
    stages = voice.pick("、", ", ").join(
        f"{k} {v:.0f}s" for k, v in made.seconds.items()
    )
    voice.say(f"用时：{stages}", f"Time: {stages}")
    where = f"--warehouse {out / WAREHOUSE} --store {out / STORE}"
    first = made.run.scores["business_id"][0]
    voice.say(
        f"""报告：{out}/report.html（英文版 report.en.html）　名单：{out}/scores.xlsx
接下来可以试：
  shian explain {first} {where}
  shian score --as-of {made.run.as_of} {where}
  shian backtest --from 2025-07-01 --to 2026-01-01 --warehouse {out / WAREHOUSE}
  marimo run notebooks/grades.py
这些数据是虚构的，不涉及任何真实经营者。""",
        f"""Report: {out}/report.en.html (Chinese: report.html)   list: {out}/scores.xlsx
Try next:
  shian explain {first} --lang en {where}
  shian score --as-of {made.run.as_of} --lang en {where}
  shian backtest --from 2025-07-01 --to 2026-01-01 --warehouse {out / WAREHOUSE}
  marimo run notebooks/grades.py
The records are invented; no real business is meant.""",
    )
