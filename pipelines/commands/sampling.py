"""Commands about sampling: sample-plan, sample-results, sample-open."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from features.errors import UsageError
from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import AsOf, Json, Lang, Quiet, Warehouse

KEY_BYTES = 32

Year = Annotated[
    int, typer.Option("--year", min=2000, max=2100, help="计划年度 / year planned for")
]
PopulationYear = Annotated[
    int | None,
    typer.Option(
        "--population-year",
        help="按哪一年的常住人口，默认最近一年 / residents of which year; default the last",
    ),
]
Residents = Annotated[
    int | None,
    typer.Option(
        "--residents",
        min=1,
        help="常住人口数，代替内置数 / number of residents, in place of those built in",
    ),
]
Laboratories = Annotated[
    Path | None,
    typer.Option(
        "--laboratories",
        help="检验机构表：检验机构、每月承检批次 / table of laboratories: laboratory_id, "
        "batches_a_month",
    ),
]
Key = Annotated[
    str | None,
    typer.Option("--key", help="64位十六进制密钥，默认随机 / key of 64 hex digits"),
]
PlanRun = Annotated[
    str | None,
    typer.Option(
        "--run", help="计划的运行编号，默认最近一次 / run of the plan; default last"
    ),
]

Returned = Annotated[
    Path,
    typer.Argument(
        help="检验机构交回的结果表：检验码、检验机构、抽样日、报告日、是否不合格、不合格项目 / "
        "what laboratories returned, by their codes"
    ),
]
KeyFile = Annotated[
    Path, typer.Option("--key-file", help="密封的密钥文件 / file of the sealed key")
]
PlanNeeded = Annotated[
    str, typer.Option("--run", help="计划的运行编号 / run of the plan")
]


def sample_plan(
    year: Year,
    population_year: PopulationYear = None,
    residents: Residents = None,
    laboratories: Laboratories = None,
    key: Key = None,
    as_of: AsOf = None,
    out: options.Out = settings.SAMPLING,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """编制抽检计划 / plan the samples of a year

    按每千人批次数安排监督抽检、评价性抽检和风险监测，随机抽取经营者、抽样人员和检验机构；
    抽样、接样、检验三方文件分开，密钥密封。

    Batches per thousand residents in three programmes; businesses, officers and
    laboratories drawn at random; the files of officers, reception and laboratories
    apart, the key sealed.
    """
    from pipelines.sampling_plan.files import write_files
    from pipelines.sampling_plan.planning import Request, make_plan
    from pipelines.sampling_plan.sides import (
        check_unused,
        read_laboratories,
        write_sides,
    )
    from pipelines.screens.sampling import plan_facts, show_plan

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    check_unused(out)
    request = Request(
        year=year,
        as_of=options.day(as_of),
        key=_key(key),
        population_year=population_year,
        residents=residents,
        laboratories=read_laboratories(laboratories) if laboratories else (),
    )
    with voice.progress("编制抽检计划", "planning samples") as progress:
        plan = make_plan(warehouse, request, progress)
        progress("writing", 0.9)
        files = [*write_files(plan, out, lang), *write_sides(plan, out)]
    voice.facts({**plan_facts(plan), "files": files})
    show_plan(voice, plan, out, warehouse)


def _key(text: str | None) -> bytes:
    """Read the key, or make one that nobody knows."""
    if text is None:
        return secrets.token_bytes(KEY_BYTES)
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        message = "a key is 64 digits from 0-9 and a-f; leave --key out to get one"
        told = "密钥是64位十六进制数（0-9、a-f）；不写 --key 则自动生成"
        raise UsageError(message, said=told)
    return key


def sample_results(
    run: PlanRun = None,
    as_of: AsOf = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """抽检结果：合格率和时限 / results of sampling: pass rate and terms

    评价性抽检合格率及区间（复检中的不计入），不合格批次的复检、核查处置、召回时限，逾期在前。

    The pass rate of evaluation with its interval, without what is under re-inspection;
    terms of re-inspection, disposal and recall of failed batches, overdue first.
    """
    from pipelines.sampling_plan.results import read_results
    from pipelines.screens.sampling import results_facts, show_results

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    with voice.progress("汇总抽检结果", "reading results"):
        results = read_results(warehouse, options.day(as_of), run_id=run)
    voice.facts(results_facts(results))
    show_results(voice, results)


def sample_open(
    returned: Returned,
    run: PlanNeeded,
    key_file: KeyFile,
    out: options.Out = settings.SAMPLING / "results",
    warehouse: Warehouse = settings.WAREHOUSE,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """凭密钥启封检验结果 / open the results with the key

    把检验机构按检验码交回的结果对应到经营者，写成可装载的 sampling_result.csv。

    Gives what laboratories returned under their codes its businesses back, as a file
    to load.
    """
    from pipelines.sampling_plan.opening import open_results

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    if not key_file.is_file():
        message = f"--key-file {key_file}: there is no such file"
        told = f"--key-file {key_file}：没有这个文件"
        raise UsageError(message, said=told)
    key = _key(key_file.read_text("utf-8").strip())
    with voice.progress("启封", "opening"):
        opened = open_results(warehouse, returned, key, run_id=run, out=out)
    voice.facts(vars(opened))
    voice.say(
        f"启封 {opened.results:,} 批次，不合格 {opened.failed:,}：{opened.path}\n"
        f"下一步：shian load {opened.path} --warehouse {warehouse}",
        f"Opened {opened.results:,} batches, {opened.failed:,} failed: {opened.path}\n"
        f"Next: shian load {opened.path} --warehouse {warehouse}",
    )
