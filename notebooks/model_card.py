# /// script
# requires-python = ">=3.11"
# ///
import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="模型说明卡")

with app.setup:
    import os
    from pathlib import Path

    import marimo as mo
    import polars as pl

    from models.registry import kept_table
    from pipelines.model_card import ModelCard, model_card
    from pipelines.model_card_page import (
        ATTRIBUTES,
        METRICS,
        compared,
        facts,
        fairness_rows,
        measured,
        scorecard_rows,
        stability_rows,
    )
    from pipelines.training_tables import HELD_OUT

    WAREHOUSE = Path(os.environ.get("SHIAN_WAREHOUSE", "var/demo/warehouse.duckdb"))
    STORE = Path(os.environ.get("SHIAN_STORE", "var/demo/models"))


@app.function
def zh(chinese: str, _english: str) -> str:
    """Choose the Chinese text."""
    return chinese


@app.function
def gates_of(card: ModelCard) -> pl.DataFrame:
    """List the gates with what they found."""
    return pl.DataFrame(
        [(g["name"], g["passed"], g["zh"]) for g in card.gates],
        schema={"关": pl.String, "通过": pl.Boolean, "结果": pl.String},
        orient="row",
    )


@app.function
def groups_of(card: ModelCard, attribute: str) -> pl.DataFrame:
    """List how the groups of one attribute were treated, the reference first."""
    table = card.fairness.filter(pl.col("attribute") == attribute)
    return pl.DataFrame(fairness_rows(table, zh)).drop("attribute", strict=False)


@app.function
def scorecards_of(card: ModelCard) -> pl.DataFrame:
    """List the scorecards of enterprises, which is in use, and how they rank."""
    return pl.DataFrame(
        scorecard_rows(card, zh),
        schema=["评分卡", "版本", "用途", "项/档", "违背方向", "AUC", "AUC之差", "PSI"],
        orient="row",
    )


@app.function
def comparison_of(rows: list[tuple[str, ...]]) -> pl.DataFrame:
    """List what was compared, least regret first."""
    names = ["排序依据", "遗憾值", "AUC", "完整模型多出的AUC"]
    return pl.DataFrame(rows, schema=names, orient="row")


@app.function
def selected_at(held: pl.DataFrame, share: float) -> tuple[int, int, int]:
    """Count visits selected, serious cases among them, and all serious cases.

    The first part of each window by probability is selected, as an office would that
    can visit so many.
    """
    place = pl.col("probability").rank("ordinal", descending=True).over("window")
    chosen = held.filter(place <= (pl.len() * share).over("window").ceil())
    hits, serious = chosen["is_serious"].sum(), held["is_serious"].sum()
    return chosen.height, int(hits), int(serious)


@app.cell
def _():
    mo.md("""
    # 模型说明卡

    只读。模型用于配置检查力量，不是信用评价，也不是列入严重违法失信名单的依据。
    """)


@app.cell
def _():
    card = model_card(WAREHOUSE, store=STORE)
    promoted = card.promotion
    mo.md(
        f"模型 {card.version}，由 {promoted['by']} 启用：{promoted['reason']}"
        if promoted
        else f"模型 {card.version}，尚未启用，仅供试用"
    )
    return (card,)


@app.cell
def _(card):
    mo.ui.table(
        pl.DataFrame(facts(card, zh), schema=["项目", "值"], orient="row"),
        selection=None,
    )


@app.cell
def _(card):
    mo.ui.table(
        pl.DataFrame(
            [(name, *cells) for name, cells in measured(card.overall, zh)],
            schema=["排序依据", *(names[0] for names in METRICS.values())],
            orient="row",
        ),
        selection=None,
    )


@app.cell
def _(card):
    mo.ui.table(gates_of(card), selection=None)


@app.cell
def _():
    share = mo.ui.slider(1, 50, value=10, label="能去的比例（%）", show_value=True)
    share
    return (share,)


@app.cell
def _(card, share):
    held = kept_table(STORE, card.version, HELD_OUT)
    visits, hits, serious = selected_at(held, share.value / 100)
    mo.md(
        f"留出检查 {held.height:,} 次。先去概率最高的 {share.value}%（{visits:,} 次），可发现"
        f" {serious:,} 起严重问题中的 {hits:,} 起。"
    )
    return (visits,)


@app.cell
def _():
    attribute = mo.ui.dropdown(
        {names[0]: code for code, names in ATTRIBUTES.items()},
        value="业态",
        label="按什么分组",
    )
    attribute
    return (attribute,)


@app.cell
def _(attribute, card):
    mo.ui.table(groups_of(card, attribute.value), selection=None)


@app.cell
def _(card):
    mo.ui.table(
        pl.DataFrame(
            stability_rows(card.stability, zh),
            schema=["理由", "条数", "再现", "稳定"],
            orient="row",
        ),
        selection=None,
    )


@app.cell
def _(card):
    mo.ui.table(scorecards_of(card), selection=None)


@app.cell
def _(card):
    mo.vstack(
        [
            mo.ui.table(comparison_of(table["rows"]), selection=None)
            if table["kept"]
            else mo.md(f"尚未计算：`shian compare`（{table['name']}）")
            for table in compared(card, "zh")
        ]
    )


@app.cell
def _(card):
    stricter, milder, same = card.moved
    mo.md(
        f"与前一现行模型相比：更严 {stricter:,} 家，更宽 {milder:,} 家，不变 {same:,} 家。"
        if card.migration.height
        else "首个模型，没有等级可比。"
    )


if __name__ == "__main__":
    app.run()
