"""Commands about listing that look: candidates, look, case, worklist, annulments."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import (
    AsOf,
    Json,
    Lang,
    Quiet,
    Register,
    Store,
    Warehouse,
)
from pipelines.console import Voice

ListType = Annotated[
    str,
    typer.Option(
        "--list", help="名单：SAMR44 或 ZJ_FOOD_DRUG / list: SAMR44 or ZJ_FOOD_DRUG"
    ),
]
CaseNumber = Annotated[
    str, typer.Argument(metavar="CASE", help="案件编号 / number of the case")
]
CaseOrBusiness = Annotated[
    str,
    typer.Argument(
        metavar="CASE_OR_BUSINESS",
        help="案件编号，或经营者编号、名称等 / case, or number or name of a business",
    ),
]
SomeRole = Annotated[
    str | None,
    typer.Option(
        "--role",
        help="角色：case_officer 办案人员、legal_reviewer 法制审核人员、approver 审批人 / role",
    ),
]
SomeActor = Annotated[
    str | None,
    typer.Option(
        "--actor",
        help="姓名；因回避不能由其办理的不列 / name; leaves out what must be another's",
    ),
]
Workbook = Annotated[
    Path | None,
    typer.Option("--out", help="另存为工作簿的文件夹 / folder to write a workbook to"),
]
Corrections = Annotated[
    Path,
    typer.Option("--out", help="写入 penalty.csv 的文件夹 / folder of penalty.csv"),
]


def candidates(
    as_of: AsOf = None,
    list_type: ListType = "SAMR44",
    warehouse: Warehouse = settings.WAREHOUSE,
    register: Register = settings.REGISTER,
    out: Workbook = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """查找列入线索 / find whom there may be a ground to list

    较重行政处罚加法定情形，附证据和条款；评分只排先后，不是依据。

    A heavier penalty for an act the law names, with evidence and articles; a score
    only orders them and is never a ground.
    """
    from pipelines.listing import find_candidates
    from pipelines.listing_book import write_candidates
    from pipelines.register.ledger import is_there
    from pipelines.screens.candidates import candidate_facts, show_candidates

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    known = register if is_there(register) else None
    with voice.progress("查找线索", "finding candidates"):
        found = find_candidates(
            warehouse, as_of=options.day(as_of), register=known, list_type=list_type
        )
    book = None if out is None else write_candidates(found, out, lang)
    voice.facts({**candidate_facts(found, known), "workbook": book})
    show_candidates(voice, found, known)
    if book is not None:
        voice.say(f"工作簿：{book}", f"Workbook: {book}")
    if found.candidates.height:
        first = found.candidates["business_id"][0]
        following = f"shian listing look {first} --warehouse {warehouse}"
        voice.say(f"下一步：{following}", f"Next: {following}")


def look(
    asked: CaseOrBusiness,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    register: Register = settings.REGISTER,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """查看系统说明 / look at the explanation

    立案、法制审核和列入决定前须当日查看；说明编号填入 --seen，说明随案留存。

    To be seen on the day before filing, legal review and the decision to list; its
    mark goes into --seen, and the explanation is kept with the act.
    """
    from pipelines.acting import Places, look
    from pipelines.screens.cases import filing_options, show_seen

    voice, day = options.voice(lang, as_json=as_json, quiet=quiet), today()
    places = Places(register=register, warehouse=warehouse, store=store)
    with voice.progress("说明", "explaining"):
        seen = look(places, asked, today=day)
    voice.facts({"mark": seen.mark, "explanation": seen.explanation})
    act = f"shian listing act {asked} ... --seen {seen.mark}"
    file = f"shian listing open {seen.business_id} {filing_options(day)} --seen {seen.mark}"
    show_seen(voice, seen, following=act if seen.is_of_case else file)


def case(
    case_id: CaseNumber,
    register: Register = settings.REGISTER,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """查看案件 / show a case

    办理经过、待办、现在可以办理的操作和全部期限。

    Its history, what waits, what may be done now, and every term.
    """
    from pipelines.case_files import find_case_file
    from pipelines.screens.cases import case_facts, show_case

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    file = find_case_file(register, case_id, today=today())
    voice.facts(case_facts(file))
    show_case(voice, file)


def worklist(
    role: SomeRole = None,
    actor: SomeActor = None,
    register: Register = settings.REGISTER,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """待办清单 / what waits for whom

    逾期的在前并标红；数据仓库中已撤销而未登记的处罚一并列出。

    What is overdue first and red; penalties the warehouse knows to be annulled and the
    register does not are shown too.
    """
    from pipelines.listing import find_worklist, unloaded_ends
    from pipelines.screens.cases import show_annulments, show_work

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    known = warehouse if warehouse.exists() else None
    items, gone = find_worklist(
        register, today=today(), role=role, actor=actor, warehouse=known
    )
    unloaded = None if known is None else unloaded_ends(register, known)
    voice.facts(
        {
            "items": [vars(item) for item in items],
            "warehouse": known,
            "unloaded_ends": unloaded,
            "unrecorded_annulments": gone.to_dicts(),
        }
    )
    _tell_warehouse(voice, warehouse, unloaded)
    show_annulments(voice, gone)
    show_work(voice, items)
    late = sum(item.is_overdue for item in items)
    voice.say(
        f"待办 {len(items)} 项，逾期 {late} 项", f"{len(items)} to do, {late} overdue"
    )


def annulments(
    out: Corrections = settings.ANNULMENTS,
    register: Register = settings.REGISTER,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """导出已撤销的处罚 / write what was annulled for the warehouse

    装载后，该处罚自撤销之日起不再进入特征、评分、等级和线索。

    Once loaded, the penalty leaves features, scores, grades and candidates from the
    very day of its annulment.
    """
    from pipelines.listing import write_annulments

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    rows = write_annulments(register, warehouse, out)
    voice.facts({"rows": rows, "folder": out})
    following = f"shian load {out} --mapping shian --warehouse {warehouse}"
    voice.say(
        f"须更正的处罚 {rows} 件：{out}/penalty.csv\n下一步：{following}",
        f"{rows} penalties to correct: {out}/penalty.csv\nNext: {following}",
    )


def today() -> date:
    """Give the day of the office."""
    from pipelines.acting import day_of

    return day_of(options.now())


def _tell_warehouse(voice: Voice, warehouse: Path, unloaded: int | None) -> None:
    """Say what the warehouse does not know, or that there is none to compare with."""
    if unloaded is None:
        voice.say(
            f"没有数据仓库 {warehouse}：未核对已撤销的处罚",
            f"No warehouse {warehouse}: annulled penalties were not compared",
        )
    elif unloaded:
        voice.say(
            f"{unloaded} 件处罚已撤销、修复或恢复而数据仓库未更正：shian listing annulments，"
            "然后 shian load",
            f"{unloaded} penalties ended or came back and the warehouse does not know: "
            "shian listing annulments, then shian load",
        )
