"""Commands that bring records in: init, load, quarantine, simulate."""

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
    version, tables = schema_version(), len(schema())
    voice.facts({"warehouse": warehouse, "schema_version": version, "tables": tables})
    following = f"--mapping shian --warehouse {warehouse}"
    voice.say(
        f"数据仓库已就绪：{warehouse}（结构版本 {version}，{tables} 张表）\n"
        f"下一步：shian load 文件夹 {following}",
        f"Warehouse ready: {warehouse} (schema version {version}, {tables} tables)\n"
        f"Next: shian load FOLDER {following}",
    )


def load(
    source: options.Source,
    mapping: options.Mapping = "shian",
    warehouse: Warehouse = settings.WAREHOUSE,
    on: options.LoadedOn = None,
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
    from pipelines.screens.data import show_load, show_new_warehouse, show_next

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    day = options.day(on, "--on")
    was_there = warehouse.exists()
    try:
        with voice.progress("装载数据", "loading") as progress:
            report = run(
                source,
                mapping=mapping,
                warehouse=warehouse,
                loaded_on=day,
                progress=progress,
            )
    finally:
        # Even a load that fails may have made it; the next one would not see the slip.
        if not was_there and warehouse.exists():
            show_new_warehouse(voice, warehouse)
    voice.facts(report.as_dict())
    show_load(voice, report)
    show_next(voice, report, warehouse)


def quarantine(
    warehouse: Warehouse = settings.WAREHOUSE,
    out: options.OutOrNothing = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """查看隔离区 / what could not be loaded

    按表和规则计数；加 --out 写出全部条目，供来源单位改正后重新装载。

    Counted by table and rule; --out writes every entry with its file, line and value,
    for those who mend the files.
    """
    from features.warehouse import open_warehouse
    from pipelines.quarantine import read_quarantine, write_quarantine
    from pipelines.screens.data import show_quarantine

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with open_warehouse(warehouse, read_only=True) as opened:
        found = read_quarantine(opened)
    written = write_quarantine(found, out, lang) if out and found.entries.height else []
    voice.facts({**found.as_dict(), "files": written})
    show_quarantine(voice, found, written)


def simulate(
    out: options.Out = settings.SIMULATED,
    businesses: options.Businesses = None,
    years: options.Years = 5,
    seed: options.Seed = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """模拟记录 / invent a district's records

    用于演示和检验，不涉及真实经营者。

    For trying and for testing; no real business is meant.
    """
    from pipelines.screens.data import show_simulated
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
    show_simulated(voice, summary, out)
