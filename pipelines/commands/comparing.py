"""The command about the choice of model: compare."""

from typing import Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet, Warehouse

Rival = Annotated[
    list[str] | None,
    typer.Option(
        "--rival",
        help="只比较这些，可重复：woe_logistic、ebm 等 / only these, may be repeated",
    ),
]
Ablation = Annotated[
    bool,
    typer.Option(
        "--ablation",
        help="逐族去掉或只留一族特征 / the model without each family of features, and "
        "with each alone",
    ),
]


def compare(
    start: options.From,
    end: options.To,
    window: options.Window = "2mo",
    rival: Rival = None,
    ablation: Ablation = False,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: options.Store = settings.STORE,
    out: options.OutOrNothing = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """比较模型 / which score deserves to decide

    各种模型和单项排序在同样的过去窗口上比较，每个窗口只用其开始前已记录的事实；遗憾值
    为每个窗口与当时最好者之差。结果留存在模型库中，模型说明卡予以展示（--rival 只比较
    部分时不留存）。

    Models and one-fact rankers on the same past windows, each trained before it began;
    regret is what each gives away to the best of every window. The result is kept in
    the store for the model card, unless --rival compares only some.
    """
    from pipelines.compare import chosen, compare_rivals
    from pipelines.kept_comparison import ABLATION, RIVALS, keep_comparison
    from pipelines.screens.comparing import show_comparison, write_files

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    rivals = chosen(rival or [], is_ablation=ablation)
    with voice.progress("比较", "comparing") as progress:
        report = compare_rivals(
            warehouse,
            stretch=(options.day(start, "--from"), options.day(end, "--to")),
            window=window,
            rivals=rivals,
            progress=progress,
        )
    voice.facts(report.as_dict())
    show_comparison(voice, report)
    if not rival and (
        kept := keep_comparison(report, ABLATION if ablation else RIVALS, store=store)
    ):
        voice.say(
            f"已留存，供 shian model-card 展示：{kept}",
            f"Kept for shian model-card: {kept}",
        )
    if out is not None:
        made = write_files(report, out)
        voice.say(f"已写入：{made[0]}", f"Written: {made[0]}")
