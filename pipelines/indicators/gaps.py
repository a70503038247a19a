"""The gap lists of all indicators as one table that an officer can sort."""

import polars as pl

from pipelines.indicators.running import Indicators

_HEADERS = {
    "zh": ("序号", "指标", "编号", "名称", "街道", "差额", "原因"),
    "en": ("no", "indicator", "number", "name", "street", "lacks", "why"),
}


def gap_table(found: Indicators, lang: str, no: int | None = None) -> pl.DataFrame:
    """List what stands between the indicators, or one of them, and the targets.

    Raises:
        UsageError: there is no indicator of that number.
    """
    en = lang == "en"
    streets = dict(found.league.select("street_code", "name").iter_rows())
    chosen = found.judged if no is None else (found.of(no),)
    parts = [
        judged.assessed.gaps.select(
            pl.lit(judged.no).alias("no"),
            pl.lit(
                judged.plan.target.short_en if en else judged.plan.target.short_zh
            ).alias("indicator"),
            "unit_id",
            "name",
            pl.col("street_code").replace(streets).fill_null("-").alias("street"),
            pl.col("missing").cast(pl.Int64),
            pl.col("why_en" if en else "why_zh").alias("why"),
        )
        for judged in chosen
    ]
    table = pl.concat(parts)
    return table.rename(dict(zip(table.columns, _HEADERS[lang], strict=True)))
