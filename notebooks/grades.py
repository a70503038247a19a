# /// script
# requires-python = ">=3.11"
# ///
import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="风险等级")

with app.setup:
    import os
    from pathlib import Path

    import marimo as mo
    import polars as pl

    from features.schema import labels
    from features.warehouse import open_warehouse
    from pipelines.runs import read_run

    WAREHOUSE = Path(os.environ.get("SHIAN_WAREHOUSE", "var/demo/warehouse.duckdb"))


@app.function
def latest_scores(path: Path) -> pl.DataFrame:
    """Read the newest score run, the riskiest first; read-only."""
    with open_warehouse(path, read_only=True) as warehouse:
        return read_run(warehouse).scores


@app.function
def grades_by(scores: pl.DataFrame, column: str) -> pl.DataFrame:
    """Count businesses by grade, one row for each value of a column."""
    return (
        scores.group_by(column, "risk_grade")
        .len()
        .pivot("risk_grade", index=column, values="len", sort_columns=True)
        .fill_null(0)
        .sort(column, nulls_last=True)
    )


@app.cell
def _():
    mo.md("""
    # 风险等级分析

    只读。等级用于配置检查力量，不是信用评价，也不是列入严重违法失信名单的依据。
    """)


@app.cell
def _():
    scores = latest_scores(WAREHOUSE)
    types = {code: zh for code, (zh, _en) in labels("business_type").items()}
    scores = scores.with_columns(pl.col("business_type").replace(types).alias("业态"))
    return (scores,)


@app.cell
def _(scores):
    column = mo.ui.dropdown(
        {"街道": "street", "业态": "业态"}, value="街道", label="分组"
    )
    grade = mo.ui.multiselect(list("ABCD"), value=["C", "D"], label="等级")
    mo.hstack([column, grade, mo.md(f"共 {scores.height:,} 家")], justify="start")
    return column, grade


@app.cell
def _(column, scores):
    mo.ui.table(grades_by(scores, column.value), selection=None)


@app.cell
def _(grade, scores):
    mo.ui.table(
        scores.filter(pl.col("risk_grade").is_in(grade.value)).select(
            "business_id",
            "name",
            "street",
            "业态",
            "risk_grade",
            "total_points",
            "static_points",
            "dynamic_points",
            "probability",
            "is_key_supervision",
            "is_provisional",
        ),
        selection=None,
    )


if __name__ == "__main__":
    app.run()
