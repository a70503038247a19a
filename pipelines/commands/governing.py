"""Commands about which model is in use: promote."""

from typing import Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet, Store, Warehouse

By = Annotated[
    str | None,
    typer.Option(
        "--by", help="确认启用的人 / the person who confirms; without, only the gates"
    ),
]
Reason = Annotated[
    str | None, typer.Option("--reason", help="启用的理由 / why it comes into use")
]


def promote(
    by: By = None,
    reason: Reason = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """启用候选模型 / make the challenger the champion

    候选模型须通过质量、校准、单调、公平、稳定和规则版本各关，并由具名人员说明理由后启用；
    未通过时说明是哪一关，现行模型不变。不给 --by 时只检验，不启用。

    The challenger has to pass the gates (quality, calibration, monotone directions,
    fairness, stability, law version), and a named person confirms with a reason. A
    refusal names the gate, and the champion stays. Without --by only the gates are run.
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
        found = review(warehouse, store=store, progress=progress)
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
