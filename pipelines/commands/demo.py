"""The command that shows everything at once: demo."""

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet


def demo(
    out: options.Out = settings.DEMO,
    businesses: options.Businesses = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """一步演示 / the main job end to end

    模拟一个区的记录，装载、训练、检验、评定并出报告。

    Invents a district's records, loads them, trains, tests, grades and reports.
    """
    from pipelines.demo import demo as run
    from pipelines.screens.demo import show_demo
    from pipelines.simulate import PLAN_TOTAL

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("演示", "demo") as progress:
        made = run(
            out, businesses=businesses or PLAN_TOTAL, lang=lang, progress=progress
        )
    voice.facts(made.as_dict())
    show_demo(voice, made)
