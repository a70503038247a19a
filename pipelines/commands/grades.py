"""Commands about grades: score, explain."""

from pathlib import Path

from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Store, Warehouse
from pipelines.console import Voice


def score(
    as_of: AsOf = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    out: options.Out = settings.SCORES,
    workers: options.Workers = 1,
    cluster: options.Cluster = None,
    shards: options.Shards = None,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """评定风险等级 / grade every business

    给所有在营经营者评定风险等级并说明理由，写入仓库、名单和报告。进程数、集群和分片数
    不影响结果；中断后重新运行，从已完成的分片继续。

    Grades every trading business with its reasons, into the warehouse, the list and
    the report. Workers, cluster and shards change nothing in the result; run it again
    after an interruption and it goes on from the finished shards.
    """
    from pipelines.export import export, export_scores
    from pipelines.score import score as run
    from pipelines.screens.grades import show_counts, show_run

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("评定", "scoring") as progress:
        report = run(
            warehouse,
            as_of=options.day(as_of),
            store=store,
            spread=options.spread(workers, cluster, shards),
            progress=progress,
        )
        progress("writing", 0.95)
        is_listed = report.businesses <= settings.LISTED_BUSINESSES
        if is_listed:
            scored, files = export(warehouse, out, run_id=report.run_id, lang=lang)
        else:
            files = export_scores(warehouse, out, run_id=report.run_id)
    voice.facts({**report.as_dict(), "files": files})
    if not is_listed:
        show_counts(voice, report, files[0])
        return
    show_run(voice, scored)
    _say_next(voice, out, f"--warehouse {warehouse} --store {store}")


def _say_next(voice: Voice, out: Path, where: str) -> None:
    voice.say(
        f"名单：{out}/scores.xlsx　报告：{out}/report.html\n"
        f"下一步：shian explain 编号 {where}",
        f"List: {out}/scores.xlsx   report: {out}/report.en.html\n"
        f"Next: shian explain NUMBER {where}",
    )


def explain(
    business: options.Business,
    as_of: options.RunDay = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    store: Store = settings.STORE,
    out: options.Out = settings.PAGES,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """说明一家的等级 / explain one business

    分值与条款、理由、历史，以及如何降低等级；在终端显示并写成网页。

    Points by article, reasons, history, and what would lower the grade; in the
    terminal and as a page.
    """
    from features.warehouse import open_warehouse
    from pipelines.finding import find_business

    # Whoever is not there is told before the libraries of the model are loaded.
    with open_warehouse(warehouse, read_only=True) as opened:
        business = find_business(opened, business)

    from pipelines.explain import explain as run
    from pipelines.page import write_page
    from pipelines.screens.business import show_business

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    asked = None if as_of is None else options.day(as_of)
    with voice.progress("说明", "explaining") as progress:
        dossier = run(warehouse, business, store=store, as_of=asked, progress=progress)
    path = write_page(dossier, out, lang)
    voice.facts({**dossier.as_dict(), "page": path})
    show_business(voice, dossier)
    voice.say(f"页面：{path}", f"Page: {path}")
