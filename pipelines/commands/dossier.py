"""Commands that print: listing dossier, listing document."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.listing import CaseNumber, CaseOrBusiness, today
from pipelines.commands.options import Json, Lang, Quiet, Register, Store, Warehouse

if TYPE_CHECKING:
    from pipelines.acting import Places
    from pipelines.dossier.content import Dossier

OutFile = Annotated[Path, typer.Option("--out", help="PDF 文件 / file to write")]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh",
        help="用今天的说明，而不是随案留存的 / with today's explanation, not the one kept",
    ),
]
DocumentKind = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="文书：notice 告知书、hearing 听证通知书、listed 列入决定书、not_listed 不予"
        "列入决定书、removed 移出决定书、repair 信用修复申请处理决定书 / document",
    ),
]
Field = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        metavar="NAME=TEXT",
        help="填写系统没有记录的内容，可重复：organ 机关全称、number 文书编号、contact 联系、"
        "representative 法定代表人等 / what no record says, may be repeated",
    ),
]


def dossier(
    asked: CaseOrBusiness,
    out: OutFile,
    fresh: Fresh = False,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    register: Register = settings.REGISTER,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """打印案件说明书 / print the dossier of a case

    PDF/A，内嵌中文字体；案件用随案留存的说明，线索用今天的说明。同日同案，字节相同。

    PDF/A with Chinese fonts inside. A case is printed with the explanation kept with
    its last act, a candidate with today's; the same case on the same day gives the
    same bytes.
    """
    from pipelines.acting import Places
    from pipelines.dossier.printed import write_dossier

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    places = Places(register=register, warehouse=warehouse, store=store)
    with voice.progress("案件说明书", "printing the dossier"):
        found = _dossier(places, asked, is_fresh=fresh)
        write_dossier(found, out, lang)
    kept = found.kept_with
    voice.facts(
        {
            "file": out,
            "mark": found.mark,
            "kept_with": None if kept is None else kept.seq,
        }
    )
    voice.say(f"已写入 {out}", f"Written: {out}")


def document(
    case_id: CaseNumber,
    kind: DocumentKind,
    out: OutFile,
    field: Field = None,
    register: Register = settings.REGISTER,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """制作文书 / make a document of a case

    只写登记簿和规则中有的；草拟文字和待填内容有标记，未经签发不生效。

    Only what register and rules say; wording of ours and what is missing is marked.
    """
    from pipelines.acting import Places
    from pipelines.dossier.documents import fields_of, write_document
    from pipelines.dossier.gathering import gather_kept

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    places = Places(
        register=register, warehouse=settings.WAREHOUSE, store=settings.STORE
    )
    with voice.progress("文书", "making the document"):
        found = gather_kept(places, case_id, today=today())
        write_document(found, kind, out, fields_of(field or []))
    voice.facts({"file": out, "kind": kind, "case_id": case_id})
    voice.say(
        f"已写入 {out}：签发前须填写、定稿标记处",
        f"Written: {out}; fill in and settle what is marked before it is signed",
    )


def _dossier(places: "Places", asked: str, *, is_fresh: bool) -> "Dossier":
    """Take the explanation kept with a case, or today's where none is asked for."""
    from pipelines.dossier.gathering import gather, gather_kept
    from pipelines.register.decisions import cases
    from pipelines.register.ledger import is_there

    known = cases(places.register) if is_there(places.register) else {}
    if asked in known and not is_fresh:
        return gather_kept(places, asked, today=today())
    return gather(places, asked, today=today())
