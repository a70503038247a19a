"""Commands about which model is in use: promote, monitor, model-card."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Store, Warehouse

ScorecardKind = Literal["evidence", "stumps"]
By = Annotated[
    str | None,
    typer.Option(
        "--by", help="确认启用的人 / the person who confirms; without, only the gates"
    ),
]
Reason = Annotated[
    str | None, typer.Option("--reason", help="启用的理由 / why it comes into use")
]
Card = Annotated[
    ScorecardKind,
    typer.Option(
        "--card",
        help="企业信用评分卡：evidence 证据权重卡，stumps 树桩卡 / scorecard of "
        "enterprises to use: weights of evidence, or stumps",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="YYYY-MM-DD",
        help="监测期起始日，默认训练截止之后 / first day; default where the training ended",
    ),
]
Page = Annotated[Path, typer.Option("--out", help="网页文件 / page to write")]


def promote(
    by: By = None,
    reason: Reason = None,
    card: Card = "evidence",
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """启用候选模型 / make the challenger the champion

    候选模型须通过质量、校准、单调、公平、稳定和规则版本各关，并由具名人员说明理由后启用；
    未通过时说明是哪一关，现行模型不变。不给 --by 时只检验，不启用。--card stumps 则同时启用
    作为挑战者的树桩评分卡。

    The challenger has to pass the gates (quality, calibration, monotone directions,
    fairness, stability, law version), and a named person confirms with a reason. A
    refusal names the gate, and the champion stays. Without --by only the gates are run.
    With --card stumps the challenging scorecard of enterprises comes into use with it.
    """
    from pipelines.promoting import Person, confirm, review
    from pipelines.screens.governing import show_review

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    person = None
    if by is not None or reason is not None:
        at = options.now().isoformat(timespec="seconds")
        person = Person(by or "", reason or "", at, options.account())
        person.check()
    with voice.progress("检验候选模型", "reviewing") as progress:
        found = review(warehouse, store=store, card=card, progress=progress)
    show_review(voice, found)
    if person is None:
        voice.facts({**found.as_dict(), "is_promoted": False})
        voice.say(
            "仅检验，未启用。启用：shian promote --by 姓名 --reason 理由",
            "Reviewed only. To promote: shian promote --by NAME --reason WHY",
        )
        return
    path = confirm(found, person, store=store)
    voice.facts({**found.as_dict(), "is_promoted": True, "record": path})
    voice.say(
        f"已由{person.by}启用为现行模型，记录：{path}",
        f"Promoted by {person.by}; recorded in {path}",
    )


def monitor(
    as_of: AsOf = None,
    since: Since = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    out: Page = settings.MONITOR,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """监测现行模型 / does the model still fit

    用训练截止之后的检查衡量：特征漂移、随机检查的AUC、校准、暂定等级占比、等级变动；写成
    网页。有指标超限时退出码为 11，供定时任务判断。

    Measures the model in use on the visits since its training: drift of features, AUC
    on random visits, calibration, provisional grades, grades that change; and writes a
    page. Exits with 11 where a limit was crossed, for schedulers.
    """
    from features.errors import DriftError
    from pipelines.monitor_page import write_monitoring
    from pipelines.monitoring import monitor as run
    from pipelines.screens.governing import show_monitoring

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("监测", "monitoring") as progress:
        found = run(
            warehouse,
            store=store,
            end=options.day(as_of),
            start=None if since is None else options.day(since, "--from"),
            progress=progress,
        )
    path = write_monitoring(found, out, lang)
    voice.facts({**found.as_dict(), "page": path})
    show_monitoring(voice, found)
    voice.say(f"页面：{path}", f"Page: {path}")
    if found.crossed:
        which = ", ".join(found.crossed)
        message = f"limits crossed: {which}; look at {path}, then train a challenger"
        told = f"有指标超限（{which}），请查看 {path}，必要时训练候选模型"
        raise DriftError(message, said=told)


def model_card(
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    out: Page = settings.MODEL_CARD,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """模型说明卡 / the card of the model in use

    由什么数据训练、表现如何、对各组是否公平、理由是否稳定、哪些等级会变、有何局限、何人
    因何启用；写成网页。

    What it was trained on, what it can do, how groups are treated, whether its reasons
    keep, which grades change, its limits, and who brought it into use and why; as a page.
    """
    from pipelines.model_card import model_card as put_together
    from pipelines.model_card_page import write_card
    from pipelines.screens.governing import show_card

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("模型说明卡", "model card"):
        card = put_together(warehouse, store=store)
    path = write_card(card, out, lang)
    voice.facts({**card.as_dict(), "page": path})
    show_card(voice, card)
    voice.say(f"页面：{path}", f"Page: {path}")
