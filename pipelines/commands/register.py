"""Commands about the register of decisions: init, head, backup, restore, verify."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet, Register

if TYPE_CHECKING:
    from pipelines.register.verify import Finding

HeadFile = Annotated[
    Path | None,
    typer.Option("--out", help="另存链头的文件 / file to write the head to"),
]
Anchor = Annotated[
    Path | None,
    typer.Option(
        "--anchor",
        help="以前另存的链头文件，可识破整体改写 / a head kept elsewhere: shows whether "
        "all was rewritten",
    ),
]
Shown = Annotated[
    Path | None,
    typer.Option(
        "--published",
        help="公示台账，核对正在公示的列入信息与登记簿是否一致 / ledger of publications: "
        "compares the listings that are public with the register",
    ),
]
Target = Annotated[Path, typer.Argument(help="备份文件 / file to write the copy to")]
Copy = Annotated[Path, typer.Argument(help="备份文件 / copy to bring back")]


def init(
    register: Register = settings.REGISTER,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """建立决定登记簿 / make the register of decisions

    已有的登记簿不变。

    A register that is there already is left as it is.
    """
    from pipelines.register.decisions import create_register
    from pipelines.register.ledger import shown
    from pipelines.register.verify import head

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    create_register(register)
    found = head(register)
    voice.facts({"register": shown(register), **vars(found)})
    voice.say(
        f"登记簿已就绪：{shown(register)}（{found.entries} 行）",
        f"Register ready: {shown(register)} ({found.entries} entries)",
    )


def head(
    register: Register = settings.REGISTER,
    out: HeadFile = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """链头 / the end of the chain

    打印或另存于别处，日后凭它可识破整体改写。

    Printed or kept elsewhere, it shows later whether the whole was rewritten.
    """
    from pipelines.register.verify import export_head
    from pipelines.register.verify import head as read
    from pipelines.screens.register import show_head

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    found = read(register) if out is None else export_head(register, out)
    voice.facts({**vars(found), "file": out})
    show_head(voice, found)


def backup(
    target: Target,
    register: Register = settings.REGISTER,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """备份登记簿 / copy the register away

    可在办理期间进行；副本核验后才算完成。

    While officers go on working; the copy is verified.
    """
    from models.rules import load_rules
    from pipelines.register.backup import backup as run

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("备份", "copying"):
        found = run(register, target, load_rules())
    voice.facts({**vars(found), "file": target})
    voice.say(
        f"已备份并核验：{target}（{found.entries} 行，链头 {found.hash}）",
        f"Copied and verified: {target} ({found.entries} entries, head {found.hash})",
    )


def restore(
    copy: Copy,
    register: Register = settings.REGISTER,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """恢复登记簿 / bring a copy back

    只恢复到没有登记簿之处：已有的可能含有备份之后的决定，须先移开。

    Only to where there is no register: one that is there may hold decisions the copy
    lacks, and is moved away first.
    """
    from models.rules import load_rules
    from pipelines.register.backup import restore as run
    from pipelines.register.ledger import shown

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("恢复", "restoring"):
        found = run(copy, register, load_rules())
    voice.facts({**vars(found), "register": shown(register)})
    voice.say(
        f"已恢复：{shown(register)}（{found.entries} 行，链头 {found.hash}）",
        f"Restored: {shown(register)} ({found.entries} entries, head {found.hash})",
    )


def verify(
    register: Register = settings.REGISTER,
    anchor: Anchor = None,
    published: Shown = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """核验登记簿 / verify the register

    核验文件、触发器、计数、链和程序，逐行指出被改动、删除或插入的行；可与公示台账核对。

    File, triggers, counts, chain and procedure; names every row that was altered,
    removed or inserted. Compares with the ledger of publications where one is given.
    """
    from features.errors import RegisterError
    from models.rules import load_rules
    from pipelines.register.ledger import shown
    from pipelines.register.verify import read_head
    from pipelines.register.verify import verify as check
    from pipelines.screens.register import show_verified, verified_facts

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    kept = None if anchor is None else read_head(anchor)
    with voice.progress("核验", "verifying"):
        found = check(register, load_rules(), anchor=kept)
        if published is not None:
            found = replace(
                found, findings=(*found.findings, *_compared(register, published))
            )
    voice.facts(verified_facts(found))
    show_verified(voice, found, is_anchored=kept is not None)
    if not found.is_sound:
        first, more = found.findings[0].text, len(found.findings) - 1
        also = f", and {more} more" if more else ""
        message = f"{shown(register)} is not as it was written: {first}{also}; keep it, and restore a copy elsewhere"
        raise RegisterError(message)


def _compared(register: Path, published: Path) -> "tuple[Finding, ...]":
    """Compare the listings that the ledger of publications shows with the register."""
    from features.errors import UsageError
    from models.rules import load_rules
    from pipelines.acting import day_of
    from pipelines.publication.ledger import public_now
    from pipelines.publication.publishing import LISTING
    from pipelines.register.verify import compare_published

    if not published.exists():
        message = f"there is no ledger of publications at {published}; one is kept by: shian publish --credit DIR --by NAME"
        raise UsageError(message)
    shown = [
        p.item.removeprefix(LISTING)
        for p in public_now(published)
        if p.item.startswith(LISTING)
    ]
    return compare_published(register, load_rules(), shown, day_of(options.now()))
