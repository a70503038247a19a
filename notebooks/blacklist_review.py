# /// script
# requires-python = ">=3.11"
# ///
import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="列入名单线索分析")

with app.setup:
    import os
    import warnings
    from datetime import date
    from pathlib import Path

    import marimo as mo
    import matplotlib as mpl
    import polars as pl
    import shap
    from matplotlib import font_manager
    from matplotlib import pyplot as plt
    from matplotlib.figure import Figure

    from features.catalogue import catalogue
    from features.warehouse import open_warehouse
    from models.registry import champion
    from models.rules import load_rules
    from pipelines.acting import mark
    from pipelines.dossier.content import Dossier
    from pipelines.dossier.view import sections
    from pipelines.judging import judge
    from pipelines.listing import find_candidates
    from pipelines.register.explanation import freeze
    from pipelines.register.ledger import is_there
    from pipelines.runs import read_run
    from pipelines.settings import REGISTER

    WAREHOUSE = Path(os.environ.get("SHIAN_WAREHOUSE", "var/demo/warehouse.duckdb"))
    STORE = Path(os.environ.get("SHIAN_STORE", "var/demo/models"))
    # A plot that knows no Chinese draws empty boxes. Of a collection of fonts matplotlib
    # knows the first alone, and it may have looked before they were installed.
    CHINESE = ["Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC"]
    for font in font_manager.findSystemFonts():
        if "SansCJK-Regular" in font or "SourceHanSans" in font:
            font_manager.fontManager.addfont(font)
    KNOWN = [f for f in CHINESE if f in font_manager.get_font_names()]
    MOST_SHOWN = 12


@app.function
def newest_day(path: Path) -> date:
    """Give the day of the newest score run; read-only."""
    with open_warehouse(path, read_only=True) as warehouse:
        return read_run(warehouse).as_of


@app.function
def contributions(path: Path, store: Path, ids: list[str], day: date):
    """Explain some businesses on a day, in shap's own form: one row per business."""
    with open_warehouse(path, read_only=True) as warehouse:
        facts = warehouse.facts()
    pairs = pl.DataFrame({"business_id": ids}).with_columns(as_of=pl.lit(day))
    judged = judge(facts, pairs, model=champion(store), rules=load_rules())
    names = [feature.name for feature in catalogue()]
    return shap.Explanation(
        values=judged.contributions[:, :-1],
        base_values=judged.contributions[:, -1],
        data=judged.matrix.select(names).to_numpy(),
        feature_names=[feature.zh for feature in catalogue()],
    )


@app.function
def drawn(plot, explanation) -> Figure:
    """Draw one of shap's plots in Chinese and give its figure, closed."""
    chinese = mpl.rc_context(
        {"font.family": KNOWN or CHINESE, "axes.unicode_minus": False}
    )
    with chinese, warnings.catch_warnings():
        # A feature that is unknown for everybody has no colour; shap says so each time.
        warnings.simplefilter("ignore", RuntimeWarning)
        plot(explanation, max_display=MOST_SHOWN, show=False)
        figure = plt.gcf()
        figure.tight_layout()
    plt.close(figure)
    return figure


@app.function
def told(path: Path, store: Path, business: str, day: date) -> dict[str, object]:
    """Give the sections of a dossier, as the workbench and the paper show them."""
    seen = freeze(path, business, as_of=day, store=store)
    return sections(Dossier(day, seen, mark(seen), None, None))


@app.cell
def _():
    mo.md("""
    # 列入名单线索分析

    只读，供分析人员使用；决定只在审核工作台或命令行作出，并记入登记簿。
    评分只说明情况，不是列入的依据：没有法定情形和较重行政处罚的，评分再高也不会出现在这里。
    """)


@app.cell
def _():
    day = newest_day(WAREHOUSE)
    known = REGISTER if is_there(REGISTER) else None
    found = find_candidates(WAREHOUSE, as_of=day, register=known)
    mo.md(f"截至 {day}：线索 {found.candidates.height} 家。{found.note_zh}")
    return day, found


@app.cell
def _(found):
    mo.ui.table(
        found.evidence.select(
            "business_id", "penalty_id", "decided_on", "ground_zh", "article"
        ),
        selection=None,
    )


@app.cell
def _(day, found):
    ids = found.candidates["business_id"].to_list()
    everyone = contributions(WAREHOUSE, STORE, ids, day) if ids else None
    return everyone, ids


@app.cell
def _(everyone):
    mo.stop(everyone is None, mo.md("没有线索，无可说明。"))
    mo.vstack(
        [
            mo.md("## 全部线索：各特征的贡献（对数几率）"),
            drawn(shap.plots.beeswarm, everyone),
            drawn(shap.plots.bar, everyone),
        ]
    )


@app.cell
def _(ids):
    mo.stop(not ids)
    chosen = mo.ui.dropdown(ids, value=ids[0], label="经营者")
    chosen
    return (chosen,)


@app.cell
def _(chosen, day, everyone, ids):
    business = chosen.value
    dossier = told(WAREHOUSE, STORE, business, day)
    mo.vstack(
        [
            mo.md(f"## {dossier['head']['name']}"),
            drawn(shap.plots.waterfall, everyone[ids.index(business)]),
            mo.md(
                "\n".join(
                    f"{n}. {text}" for n, text in enumerate(dossier["reasons"], 1)
                )
            ),
            mo.md("### 为什么可能有错"),
            mo.md(
                "\n".join(f"* **{d['kind']}**：{d['text']}" for d in dossier["doubts"])
                or "没有发现；这不等于没有错。"
            ),
        ]
    )
    return (dossier,)


@app.cell
def _(dossier):
    mo.ui.table(
        [
            {"日期": e["day"], "类别": e["kind"], "内容": e["text"], "原始行": e["row"]}
            for e in dossier["events"]
        ],
        selection=None,
    )


if __name__ == "__main__":
    app.run()
