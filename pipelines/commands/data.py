"""Commands that bring records in: init, load, simulate."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet, Warehouse


def init(
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """建立或升级数据仓库 / make or upgrade a warehouse"""
    from features.schema import schema, schema_version
    from features.warehouse import create_warehouse

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    create_warehouse(warehouse)
    voice.facts(
        {
            "warehouse": warehouse,
            "schema_version": schema_version(),
            "tables": len(schema()),
        }
    )
    voice.say(
        f"数据仓库已就绪：{warehouse}（结构版本 {schema_version()}，{len(schema())} 张表）\n"
        f"下一步：shian load 文件夹 --mapping shian --warehouse {warehouse}",
        f"Warehouse ready: {warehouse} (schema version {schema_version()}, "
        f"{len(schema())} tables)\n"
        f"Next: shian load FOLDER --mapping shian --warehouse {warehouse}",
    )


def load(
    source: Annotated[
        Path, typer.Argument(help="源文件或文件夹 / file or folder to load")
    ],
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping",
            "-m",
            help="对照文件：shian、nyc、toronto、chicago、london 或 TOML 路径 / mapping: a "
            "name that ships with Shian, or the path of a TOML file",
        ),
    ] = "shian",
    warehouse: Warehouse = settings.WAREHOUSE,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="YYYY-MM-DD",
            help="装载日，默认今天；晚于该日的日期进入隔离区 / day of loading, default "
            "today; later dates are quarantined",
        ),
    ] = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """装载数据 / load a source

    整批成功或整批不变；重复装载不产生变化；不能装载的行连同原因进入隔离区。

    All of it or nothing, and nothing twice; what cannot be loaded is kept in
    quarantine with the reason.
    """
    from pipelines.load import load as run

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("装载数据", "loading") as progress:
        report = run(
            source,
            mapping=mapping,
            warehouse=warehouse,
            loaded_on=options.day(on, "--on"),
            progress=progress,
        )
    voice.facts(report.as_dict())
    voice.table(
        ("装载结果", "What was loaded"),
        _LOAD_HEADER[voice.lang],
        [
            (table, *_fates(counts))
            for table, counts in [
                *report.tables.items(),
                (voice.pick("合计", "total"), report.total),
            ]
        ],
    )
    if report.rules:
        voice.table(
            (
                "隔离的行（见 output.quarantine）",
                "Rows in quarantine (output.quarantine)",
            ),
            (voice.pick("规则", "rule"), voice.pick("行数", "rows")),
            list(report.rules.items()),
        )
    for file, columns in report.extra_columns.items():
        names = voice.pick("、", ", ").join(columns)
        voice.say(f"{file}：未读取的列 {names}", f"{file}: columns not read: {names}")


def simulate(
    out: Annotated[
        Path, typer.Option("--out", help="写入的文件夹 / folder to write")
    ] = settings.SIMULATED,
    businesses: Annotated[
        int | None,
        typer.Option(
            "--businesses",
            min=100,
            help="经营者数，默认规划的 25,140 家和 34 家市场 / number of businesses; "
            "default the plan's 25,140 and 34 markets",
        ),
    ] = None,
    years: Annotated[
        int, typer.Option("--years", min=1, help="年数 / years of records")
    ] = 5,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="随机种子，同种子同结果 / same seed, same bytes"),
    ] = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """模拟记录 / invent a district's records

    用于演示和检验，不涉及真实经营者。

    For trying and for testing; no real business is meant.
    """
    from pipelines.simulate import PLAN_TOTAL, SEED
    from pipelines.simulate import simulate as run

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("模拟", "simulating") as progress:
        summary = run(
            out,
            businesses=businesses or PLAN_TOTAL,
            years=years,
            seed=SEED if seed is None else seed,
            progress=progress,
        )
    voice.facts(summary.as_dict())
    voice.table(
        ("模拟的记录", "Invented records"),
        (voice.pick("表", "table"), voice.pick("行数", "rows")),
        list(summary.rows.items()),
    )
    voice.say(
        f"文件在 {out}/source，真值在 {out}/truth（不参与任何计算）\n"
        f"下一步：shian load {out}/source --warehouse {settings.WAREHOUSE}",
        f"Files in {out}/source; the truth in {out}/truth (no computation reads it)\n"
        f"Next: shian load {out}/source --warehouse {settings.WAREHOUSE}",
    )


_LOAD_HEADER = {
    "zh": ("表", "读取", "新增", "更新", "未变", "隔离"),
    "en": ("table", "read", "loaded", "updated", "unchanged", "quarantined"),
}


def _fates(counts: object) -> tuple[int, ...]:
    return tuple(
        getattr(counts, name)
        for name in ("read", "loaded", "updated", "unchanged", "quarantined")
    )
