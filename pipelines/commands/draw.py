"""Commands about double-random draws: draw commit, run, withdraw, sheets, verify."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from features.errors import InputError
from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Warehouse

SEED_BYTES = 32

TaskName = Annotated[str, typer.Option("--task", help="任务名称 / name of the task")]
Kind = Annotated[
    str,
    typer.Option(
        "--kind",
        help="directed 差异化（按等级和信用分层）或 undirected 不定向（机会均等） / by "
        "grade and credit class, or the same chance for all",
    ),
]
Ends = Annotated[
    str,
    typer.Option(
        "--ends", metavar="YYYY-MM-DD", help="任务截止日 / last day of the task"
    ),
]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", help="业态大类，可重复 / business type, may be repeated"),
]
Streets = Annotated[
    list[str] | None,
    typer.Option("--street", help="街道代码，可重复 / street code, may be repeated"),
]
Ratio = Annotated[
    float | None,
    typer.Option("--ratio", help="不定向抽查比例 / share of an undirected draw"),
]
LeftOut = Annotated[
    Path | None,
    typer.Option(
        "--left-out",
        help="不入库名单：编号、事由、说明 / table of who is left out: number, reason, "
        "note",
    ),
]
BeaconSource = Annotated[
    str,
    typer.Option(
        "--beacon-source",
        help="抽取前无人知晓的公开数，如某期彩票号码 / a public number nobody knows yet, "
        "such as a coming lottery draw, to mix in",
    ),
]
Beacon = Annotated[
    str, typer.Option("--beacon", help="该公开数的值 / the public number announced")
]
SeedText = Annotated[
    str | None,
    typer.Option("--seed", help="64位十六进制种子，默认随机 / 64 hex digits"),
]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="YYYY-MM-DD", help="日期，默认今天 / day, or today"),
]
Folder = Annotated[
    Path, typer.Argument(help="承诺所在文件夹 / folder of the commitment")
]
BundleFile = Annotated[Path, typer.Argument(help="抽取档案 / bundle of the draw")]
Published = Annotated[
    str,
    typer.Option(
        "--commitment", help="抽取前公布的承诺值 / commitment published before the draw"
    ),
]
OutBusiness = Annotated[
    str | None, typer.Option("--business", help="经营者编号 / number of the business")
]
OutInspector = Annotated[
    str | None, typer.Option("--inspector", help="检查员编号 / number of the inspector")
]
Begins = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="YYYY-MM-DD",
        help="首个检查日，默认今天 / first day of visits; default today",
    ),
]
ReasonCode = Annotated[
    str, typer.Option("--reason", help="事由代码 / code of the reason")
]
Note = Annotated[str, typer.Option("--note", help="说明 / note")]


def commit(
    task: TaskName,
    ends: Ends,
    kind: Kind = "directed",
    business_type: Types = None,
    street: Streets = None,
    ratio: Ratio = None,
    left_out: LeftOut = None,
    beacon_source: BeaconSource = "",
    seed: SeedText = None,
    as_of: AsOf = None,
    on: On = None,
    out: options.Out = settings.DRAW,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """冻结两库并承诺种子 / freeze both libraries and commit to a seed

    抽取前公布 commitment.json；seed.txt 在抽取前保密。

    Publish commitment.json before the draw; keep seed.txt secret until then.
    """
    from pipelines.draw.freezing import Request
    from pipelines.draw.running import commit as run
    from pipelines.screens.draw import committed_facts, show_commitment

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    request = Request(
        name=task,
        committed_on=options.day(on, "--on"),
        as_of=options.day(as_of),
        ends=options.day(ends, "--ends"),
        kind=kind,
        business_types=tuple(business_type or ()),
        streets=tuple(street or ()),
        ratio=ratio,
        beacon_source=beacon_source,
        left_out=left_out,
    )
    chosen = seed or secrets.token_hex(SEED_BYTES)
    with voice.progress("冻结名录库", "freezing the libraries"):
        commitment, frozen = run(warehouse, request, seed=chosen, out=out)
    voice.facts(committed_facts(commitment, frozen, out))
    show_commitment(voice, commitment, frozen, warehouse=warehouse, out=out)


def run(
    folder: Folder = settings.DRAW,
    beacon: Beacon = "",
    on: On = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """抽取对象和检查人员 / draw businesses and inspectors

    只抽一次；结果写入仓库和可独立核验的档案 bundle.json。

    Once; into the warehouse, and into a bundle that anybody can verify.
    """
    from pipelines.draw.running import run as draw
    from pipelines.screens.draw import drawn_facts, show_drawn

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("抽取", "drawing"):
        drawn = draw(folder, warehouse, on=options.day(on, "--on"), beacon=beacon)
    voice.facts(drawn_facts(drawn))
    show_drawn(voice, drawn)


def withdraw(
    bundle: BundleFile,
    reason: ReasonCode,
    business: OutBusiness = None,
    inspector: OutInspector = None,
    note: Note = "",
    on: On = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """更换不能检查的对象或不能前往的人员 / replace who cannot take part

    事由入档；替补由同一种子抽取。

    The reason goes on record; the same seed draws the replacement.
    """
    from models.double_random import Withdrawal
    from pipelines.draw.running import withdraw as replace
    from pipelines.screens.draw import drawn_facts, show_drawn

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    withdrawal = Withdrawal(
        on=options.day(on, "--on").isoformat(),
        reason=reason,
        note=note,
        business_id=business,
        inspector_id=inspector,
    )
    with voice.progress("更换", "replacing"):
        drawn = replace(bundle, warehouse, withdrawal)
    voice.facts(drawn_facts(drawn))
    show_drawn(voice, drawn)


def sheets(
    bundle: BundleFile,
    begins: Begins = None,
    out: options.Out = settings.WORKLIST,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """打印抽查任务单 / print the visits of a draw

    各所 XLSX、CSV、各组 ICS；填好后 shian load --mapping worklist，抽取概率随检查入库。

    Sheets, CSV and calendars; loaded back, each inspection keeps its chance of being
    drawn.
    """
    from pipelines.screens.worklist import drawn_list_facts, show_drawn_list
    from pipelines.weekly.drawn import export_draw

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    first = options.day(begins, "--from")
    with voice.progress("编制任务单", "making the sheets"):
        drawn = export_draw(bundle, warehouse, out, begins=first)
    voice.facts(drawn_list_facts(drawn))
    show_drawn_list(voice, drawn, warehouse)


def verify(
    bundle: BundleFile,
    commitment: Published = "",
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """核验抽取 / verify a draw

    只凭档案重抽一遍，逐项说明哪里不符；给出抽取前公布的承诺值，可识破整体伪造。

    Repeats the draw from the bundle alone and says what does not match; with the
    commitment published before the draw, a forgery of the whole is found too.
    """
    from pipelines.draw.verify import verify as check
    from pipelines.screens.draw import show_verification

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("核验", "verifying"):
        found = check(bundle, published=commitment.strip())
    voice.facts(found.as_dict())
    show_verification(voice, found)
    if not found.is_sound:
        parts = ", ".join(dict.fromkeys(f.part for f in found.findings))
        message = (
            f"{bundle} does not verify: {len(found.findings)} differences in {parts}"
        )
        raise InputError(message)
