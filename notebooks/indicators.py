# /// script
# requires-python = ">=3.11"
# ///
import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="规划指标")

with app.setup:
    import os
    from pathlib import Path

    import marimo as mo
    import polars as pl

    from features.errors import NotFoundError
    from features.warehouse import open_warehouse
    from models.indicators.assess import read_plan
    from models.rules import load_rules

    WAREHOUSE = Path(os.environ.get("SHIAN_WAREHOUSE", "var/demo/warehouse.duckdb"))


@app.function
def latest_run(path: Path) -> dict[str, pl.DataFrame]:
    """Read the newest indicator run: its values, trend and gaps; read-only."""
    with open_warehouse(path, read_only=True) as warehouse:
        runs = warehouse.table("output.run").filter(pl.col("kind") == "indicators")
        # Of runs as of one day the one written last.
        newest = runs.with_row_index("written").sort("as_of", "written").collect()
        if newest.is_empty():
            message = f"{path} holds no indicator run; make one with: shian indicators --warehouse {path}"
            raise NotFoundError(message)
        mine = pl.col("run_id") == newest["run_id"][-1]
        return {
            name: warehouse.table(f"output.indicator_{name}").filter(mine).collect()
            for name in ("value", "trend", "gap")
        }


@app.function
def named(values: pl.DataFrame) -> pl.DataFrame:
    """Put the names, targets and attributes of the plan beside the values."""
    day = values["as_of"][0]
    targets = [plan.target for plan in read_plan(load_rules().in_force(day))]
    plan = pl.DataFrame(
        {
            "indicator_no": pl.Series([t.no for t in targets], dtype=pl.Int16),
            "指标": [t.short_zh for t in targets],
            "属性": [
                "约束性" if t.attribute == "binding" else "预期性" for t in targets
            ],
            "单位": [t.unit_zh for t in targets],
        }
    )
    return plan.join(values, on="indicator_no", how="inner").sort("indicator_no")


@app.cell
def _():
    mo.md("""
    # 规划指标分析

    只读。计算口径为本系统建议（系统默认，非法定），待各报送部门确认。
    """)


@app.cell
def _():
    run = latest_run(WAREHOUSE)
    table = named(run["value"]).select(
        "indicator_no",
        "指标",
        "属性",
        "value",
        "lower",
        "upper",
        "comparison",
        "target",
        "is_met",
        "numerator",
        "denominator",
        "missing",
        "forecast",
        "forecast_lower",
        "forecast_upper",
    )
    mo.ui.table(table, selection=None)
    return run, table


@app.cell
def _(table):
    choices = {
        f"{row['indicator_no']}. {row['指标']}": row["indicator_no"]
        for row in table.iter_rows(named=True)
    }
    chosen = mo.ui.dropdown(choices, value=next(iter(choices)), label="指标")
    chosen
    return (chosen,)


@app.cell
def _(chosen, run):
    trend = run["trend"].filter(pl.col("indicator_no") == chosen.value)
    mo.ui.table(
        trend.select("until", "numerator", "denominator", "value"), selection=None
    )


@app.cell
def _(chosen, run):
    gaps = run["gap"].filter(pl.col("indicator_no") == chosen.value)
    mo.ui.table(
        gaps.select("unit_id", "name", "street_code", "missing", "why_zh"),
        selection=None,
    )


if __name__ == "__main__":
    app.run()
