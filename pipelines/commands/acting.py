"""Commands that record in the register: listing open, listing act.

The time is the machine's, and no option changes it. The command believes the name and
the role it is given; the account of the operating system is kept beside them.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.listing import CaseNumber, ListType
from pipelines.commands.options import Json, Lang, Quiet, Register, Store, Warehouse
from pipelines.console import Voice

if TYPE_CHECKING:
    from pipelines.acting import Asked
    from pipelines.register.chain import Entry

Actor = Annotated[
    str,
    typer.Option(
        "--actor",
        help="办理人姓名；命令不核验身份，只记下操作系统账号 / who does it; taken on "
        "trust, with the operating-system account recorded beside it",
    ),
]
Role = Annotated[
    str,
    typer.Option(
        "--role",
        help="角色：case_officer 办案人员、legal_reviewer 法制审核人员、approver 审批人 / role",
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="理由 / why")]
Attached = Annotated[
    list[str] | None,
    typer.Option(
        "--attach",
        metavar="KIND=FILE",
        help="附件，种类=文件，可重复；只留存文件名和哈希 / a document, may be repeated; "
        "its name and hash are kept, the file is not",
    ),
]
Confirmed = Annotated[
    list[str] | None,
    typer.Option(
        "--confirm", help="逐项确认的内容，可重复 / what is confirmed, item by item"
    ),
]
Seen = Annotated[
    str | None,
    typer.Option(
        "--seen",
        help="当日所看说明的编号：shian listing look / mark of the explanation seen today",
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="请求编号，重复发送只登记一次；默认由当日和全部内容得出 / key of the request: "
        "sent again it is done once; default: the day and all that was said",
    ),
]
HappenedOn = Annotated[
    str | None,
    typer.Option(
        "--happened-on",
        metavar="YYYY-MM-DD",
        help="发生日，限送达、收到等事后登记的事项；登记时间总是当前时间 / day it happened, "
        "only for what is recorded afterwards, as a service; the time of recording is now",
    ),
]
Day = Annotated[
    str | None,
    typer.Option(
        "--day",
        metavar="YYYY-MM-DD",
        help="确定的日期：听证日，或较长限制的截止日 / a day that is fixed: of the hearing, "
        "or the end of a longer restriction",
    ),
]
Action = Annotated[
    str,
    typer.Argument(
        help="操作，见 shian listing case / action, as shian listing case names them"
    ),
]
Business = Annotated[
    str,
    typer.Argument(
        help="线索：编号、统一社会信用代码、许可证号或名称 / candidate: number or name"
    ),
]
Penalty = Annotated[
    str | None,
    typer.Option("--penalty", help="处罚编号，只有一件时可省 / penalty, if several"),
]
Trigger = Annotated[
    str | None,
    typer.Option("--trigger", help="列入情形编号，如 F5-2 / ground, such as F5-2"),
]
Elsewhere = Annotated[
    bool,
    typer.Option(
        "--elsewhere", help="当事人登记地在外省 / registered in another province"
    ),
]


def open_case(
    business: Business,
    actor: Actor,
    reason: Reason,
    role: Role = "case_officer",
    penalty: Penalty = None,
    trigger: Trigger = None,
    attach: Attached = None,
    confirm: Confirmed = None,
    seen: Seen = None,
    key: Key = None,
    elsewhere: Elsewhere = False,
    list_type: ListType = "SAMR44",
    register: Register = settings.REGISTER,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """对线索立案 / open a case on a candidate

    先用 shian listing look 查看说明；说明冻结入登记簿。

    Look at the explanation first: shian listing look. It is frozen in the register.
    """
    from pipelines.acting import Places
    from pipelines.filing import Wanted, file_case

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    who = (actor, role, reason)
    asked = asked_for("file", who, attach, confirm, seen=seen, key=key)
    wanted = Wanted(
        business=business,
        penalty=penalty,
        trigger=trigger,
        list_type=list_type,
        is_registered_elsewhere=elsewhere,
    )
    places = Places(register=register, warehouse=warehouse, store=store)
    with voice.progress("立案", "opening the case"):
        entry = file_case(places, wanted, asked)
    _tell(voice, entry, register)


def act(
    case_id: CaseNumber,
    action: Action,
    actor: Actor,
    role: Role,
    reason: Reason,
    attach: Attached = None,
    confirm: Confirmed = None,
    happened_on: HappenedOn = None,
    day: Day = None,
    seen: Seen = None,
    key: Key = None,
    register: Register = settings.REGISTER,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """登记一项操作 / record an act in a case

    程序不允许的不登记，并说明原因。

    What the procedure does not allow is not recorded, and the reason is said.
    """
    from pipelines.acting import Places
    from pipelines.acting import act as record

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    who = (actor, role, reason)
    asked = asked_for(action, who, attach, confirm, seen=seen, key=key)
    asked = replace(
        asked,
        happened_on=_day(happened_on, "--happened-on"),
        day=_day(day, "--day"),
    )
    places = Places(register=register, warehouse=warehouse, store=store)
    with voice.progress("登记", "recording"):
        entry = record(places, case_id, asked)
    _tell(voice, entry, register)


def asked_for(
    action: str,
    who: tuple[str, str, str],
    attach: list[str] | None,
    confirm: list[str] | None,
    *,
    seen: str | None,
    key: str | None,
) -> "Asked":
    """Put together what was asked, at the time and from the account of the machine."""
    from pipelines.acting import Asked

    actor, role, reason = who
    return Asked(
        action=action,
        at=options.now(),
        actor=actor,
        role=role,
        reason=reason,
        account=options.account(),
        attached=tuple(attach or ()),
        confirmed=tuple(confirm or ()),
        seen=seen,
        key=key,
    )


def _tell(voice: Voice, entry: "Entry", register: Path) -> None:
    from pipelines.register.ledger import shown
    from pipelines.screens.cases import entry_facts, show_entry

    voice.facts(entry_facts(entry))
    following = f"shian listing case {entry.case_id} --register {shown(register)}"
    show_entry(voice, entry, following=following)


def _day(text: str | None, option: str) -> date | None:
    return None if text is None else options.day(text, option)
