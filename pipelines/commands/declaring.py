"""The command of an analyst's own features: features."""

from pathlib import Path
from typing import Annotated

import typer

from features.errors import UsageError
from pipelines import settings
from pipelines.commands import options
from pipelines.commands.options import Json, Lang, Quiet, Warehouse

File = Annotated[
    Path, typer.Argument(help="特征声明文件（TOML）/ declaration file, TOML")
]
Days = Annotated[
    list[str] | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="数据截止日，可多次给出，默认今天 / only facts recorded before this day; "
        "may be given often; default today",
    ),
]
Out = Annotated[Path, typer.Option("--out", help="输出文件 / file to write, Parquet")]


def features(
    file: File,
    as_of: Days = None,
    warehouse: Warehouse = settings.WAREHOUSE,
    out: Out = settings.FEATURES,
    lang: Lang = settings.LANGUAGE,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """按声明文件计算特征 / features from a declaration file of your own

    一条声明一个特征（表、数量、指标、窗口）；每个经营者、每个截止日一行。不进入评分模型。

    One declaration is one feature (table, quantity, metric, windows); a row per business
    and day. They do not enter the score.
    """
    from pipelines.declaring import make_features
    from pipelines.screens.declaring import facts, show_features

    voice = options.voice(lang, as_json=as_json, quiet=quiet)
    if out.suffix != ".parquet":
        message = (
            f"--out is a Parquet file such as {out.with_suffix('.parquet')}, not {out}"
        )
        raise UsageError(message)
    days = [options.day(day) for day in as_of] if as_of else [options.day(None)]
    with voice.progress("计算特征", "computing features") as progress:
        progress("features", 0.1)
        made = make_features(warehouse, file, days=days)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f"{out.name}.draft")
    made.matrix.write_parquet(draft)
    draft.replace(out)
    voice.facts(facts(made, out))
    show_features(voice, made, out)
