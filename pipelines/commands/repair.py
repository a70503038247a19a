"""The command that opens the repair of a penalty's publicity: listing repair."""

from typing import Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.acting import Actor, Attached, Key, Reason, asked_for
from pipelines.commands.options import Json, Lang, Quiet, Register, Store, Warehouse
from pipelines.commands.publish import Published

PenaltyNumber = Annotated[
    str, typer.Argument(metavar="PENALTY", help="处罚编号 / number of the penalty")
]
PublishedOn = Annotated[
    str | None,
    typer.Option(
        "--published-on",
        metavar="YYYY-MM-DD",
        help="开始公示日，公示台账没有时填写 / since when it is public, where the ledger "
        "does not say",
    ),
]


def repair(
    penalty: PenaltyNumber,
    actor: Actor,
    reason: Reason,
    attach: Attached = None,
    published_on: PublishedOn = None,
    key: Key = None,
    register: Register = settings.REGISTER,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    published: Published = settings.PUBLISHED,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """登记处罚信息信用修复 / open the repair of a penalty

    登记公示日，最短公示期自该日起算；之后用 listing act 登记申请（penalty_ask）、受理、
    准予或不予。准予之日起该处罚不再进入特征、评分、等级和公示。

    Records since when the penalty is public, from which the least term runs; listing
    act goes on from there (penalty_ask). From the day of the repair the penalty is in
    no feature, score, grade or page.
    """
    from pipelines.acting import Places
    from pipelines.register.ledger import shown
    from pipelines.repairing import WantedRepair, open_repair
    from pipelines.screens.cases import entry_facts, show_entry

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    since = published_on and options.day(published_on, "--published-on")
    asked = asked_for(
        "penalty_public",
        (actor, "case_officer", reason),
        attach,
        None,
        seen=None,
        key=key,
    )
    wanted = WantedRepair(
        penalty_id=penalty, ledger=published, published_on=since or None
    )
    places = Places(register=register, warehouse=warehouse, store=store)
    with voice.progress("登记", "recording"):
        entry = open_repair(places, wanted, asked)
    voice.facts(entry_facts(entry))
    following = f"shian listing act {entry.case_id} penalty_ask ... --register {shown(register)}"
    show_entry(voice, entry, following=following)
