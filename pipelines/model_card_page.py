"""The card of a model, as a page that needs nothing but a browser."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from features.catalogue import catalogue
from features.schema import labels
from models.explain import STORIES
from models.gates import CARDS, NAMES
from pipelines import charts
from pipelines.model_card import NAIVE, ModelCard
from pipelines.monitor_page import matrix
from pipelines.report import pages, trial_note
from pipelines.screens.comparing import NAMES as RIVAL_NAMES
from pipelines.train import Grower
from pipelines.written import write_text

Pick = Callable[[str, str], str]

ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    "street": ("街道", "street"),
    "business_type": ("业态", "type"),
    "size": ("经营面积", "floor area"),
    "age": ("开业时间", "time in business"),
    "ownership": ("连锁或单店", "chain or single shop"),
    "legal_form": ("主体类型", "legal form"),
}
_GROUPS: Mapping[str, tuple[str, str]] = {
    "under_50": ("不足50平方米", "under 50 m²"),
    "50_to_200": ("50–200平方米", "50 to 200 m²"),
    "200_to_1000": ("200–1000平方米", "200 to 1,000 m²"),
    "over_1000": ("1000平方米以上", "1,000 m² and more"),
    "first_year": ("不满一年", "first year"),
    "1_to_3": ("一至三年", "1 to 3 years"),
    "3_to_10": ("三至十年", "3 to 10 years"),
    "over_10": ("十年以上", "10 years and more"),
    "chain": ("连锁或同一业主", "chain or same owner"),
    "single": ("单店", "single shop"),
    "individual": ("个体工商户", "individual business"),
    "enterprise": ("企业及其他", "enterprise and other"),
    "-": ("未知", "unknown"),
}
METRICS: Mapping[str, tuple[str, str]] = {
    "auc": ("AUC", "AUC"),
    "precision_at_top": ("前10%命中率", "precision@10%"),
    "auc_inside_inspectors": ("同一检查员内AUC", "AUC inside inspectors"),
    "calibration_error": ("校准误差", "calibration error"),
}


def write_card(card: ModelCard, path: Path, lang: str) -> Path:
    """Write the page and give its path."""
    return write_text(path, card_page(card, lang))


def card_page(card: ModelCard, lang: str) -> str:
    """Render the card in a language."""

    def pick(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    return (
        pages()
        .get_template("model_card.html.j2")
        .render(
            lang=lang,
            t=pick,
            title=pick("模型说明卡", "Model card"),
            card=card,
            trial="" if card.promotion else trial_note(lang),
            as_of=card.run.as_of,
            facts=facts(card, pick),
            features=families(pick),
            overall=measured(card.overall, pick),
            windows=_windows(card, pick),
            calibration=charts.calibration(
                list(card.bands.iter_rows()),
                (pick("预测比例", "stated share"), pick("实际比例", "found share")),
            ),
            fairness=fairness_rows(card.fairness, pick),
            stability=stability_rows(card.stability, pick),
            gates=[(pick(*NAMES[g["name"]]), g["passed"], g[lang]) for g in card.gates],
            scorecards=scorecard_rows(card, pick),
            compared=compared(card, lang),
            moves=matrix(card.migration),
            moved=card.moved,
        )
    )


def facts(card: ModelCard, pick: Pick) -> list[tuple[str, str]]:
    """Say what the model was made of."""
    told, metrics = card.run.parameters, card.run.metrics
    return [
        (pick("数据截止日", "facts recorded before"), told["as_of"]),
        (pick("检查次数", "visits"), f"{metrics['visits']:,.0f}"),
        (pick("严重不合格比例", "serious"), f"{metrics['serious_share']:.1%}"),
        (pick("训练方式", "grown by"), _how(told["grown_by"], pick)),
        (pick("规则版本", "rules"), told["law_version"]),
        (pick("程序版本", "program"), told["code_version"]),
        (pick("数据指纹", "facts"), told["data_fingerprint"]),
        (pick("企业信用评分卡", "scorecard"), card.card_in_use or "-"),
    ]


def families(pick: Pick) -> list[tuple[str, int]]:
    """Count the features of each story."""
    told = [feature.story for feature in catalogue()]
    return [(pick(*names), told.count(story)) for story, names in STORIES.items()]


def measured(overall: pl.DataFrame, pick: Pick) -> list[tuple[str, list[str]]]:
    """Lay out the metrics of the model beside the naive ranker's."""
    rankers = {
        "probability": pick("模型", "the model"),
        NAIVE: pick("以往严重不合格次数", "past serious findings"),
    }
    return [
        (name, [_cell(overall, ranker, metric) for metric in METRICS])
        for ranker, name in rankers.items()
    ]


def _cell(table: pl.DataFrame, ranker: str, metric: str) -> str:
    found = table.filter(pl.col("ranker") == ranker, pl.col("metric") == metric)
    return _spanned(found.row(0, named=True)) if found.height else "-"


def _spanned(row: Mapping[str, float]) -> str:
    return f"{row['value']:.3f} ({row['lower']:.3f}–{row['upper']:.3f})"


def _windows(card: ModelCard, pick: Pick) -> list[tuple[str, list[str]]]:
    if card.windows.is_empty():
        return []
    return [
        (
            f"{day:%Y-%m} {pick('起两个月', 'on, two months')}",
            [
                _cell(card.windows.filter(day=day), "probability", metric)
                for metric in METRICS
            ],
        )
        for day in card.windows["day"].unique(maintain_order=True)
    ]


def fairness_rows(table: pl.DataFrame, pick: Pick) -> list[dict[str, Any]]:
    """Lay out how every group was treated, the reference of each attribute first."""
    rows = []
    for row in table.to_dicts():
        named = {**labels("business_type"), **_GROUPS}
        group = named.get(row["group"], (row["group"], row["group"]))
        rows.append(
            {
                "attribute": pick(*ATTRIBUTES[row["attribute"]]),
                "group": pick(*group),
                "is_reference": row["is_reference"],
                "visits": f"{row['visits']:,}",
                "stated": f"{row['stated']:.1%}",
                "auc": "-" if row["auc"] is None else f"{row['auc']:.3f}",
                **{
                    name: _share(row, name)
                    for name in ("found", "selected", "missed", "false_alarm")
                },
                "burden": _number(row),
            }
        )
    return rows


def _share(row: Mapping[str, Any], name: str) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_lower", "_upper"))
    return "-" if value is None else f"{value:.0%} ({low:.0%}–{high:.0%})"


def _number(row: Mapping[str, Any]) -> str:
    value, low, high = (
        row[f"visits_per_serious{end}"] for end in ("", "_lower", "_upper")
    )
    if low is None:
        return "-"
    told = "∞" if value is None else f"{value:.1f}"
    return f"{told} ({low:.1f}–{'∞' if high is None else f'{high:.1f}'})"


def stability_rows(table: pl.DataFrame, pick: Pick) -> list[tuple[str, str, str, str]]:
    """Lay out how often each kind of reason recurs, the commonest first."""
    ways = {1: pick("上升", "raises"), -1: pick("下降", "lowers")}
    return [
        (
            f"{pick(*STORIES[row['story']])} · {ways[row['direction']]}",
            f"{row['reasons']:,}",
            f"{row['recurred']:.0%}",
            f"{row['stable']:.0%}",
        )
        for row in table.sort("reasons", descending=True).to_dicts()
    ]


def scorecard_rows(card: ModelCard, pick: Pick) -> list[tuple[str, ...]]:
    """Lay out the scorecards: name, use, size, breaks, and how they rank out of time."""
    use = {True: pick("采用", "in use"), False: pick("仅供比较", "for comparison")}
    return [
        (
            pick(*CARDS[row["card"]]),
            row["version"],
            use[row["version"] == card.card_in_use],
            f"{row['columns']} / {row['bins']}",
            f"{row['breaks']}",
            _ends(row, ("auc", "lower", "upper"), ".3f"),
            _ends(row, ("gain", "gain_lower", "gain_upper"), "+.3f"),
            "-" if row["psi"] is None else f"{row['psi']:.2f}",
        )
        for row in card.cards.to_dicts()
    ]


def compared(card: ModelCard, lang: str) -> list[dict[str, Any]]:
    """Lay out the comparisons kept with the model, each with its windows, or none."""
    return [
        {"name": name, "kept": kept, "rows": _compared_rows(kept, lang) if kept else []}
        for name, kept in card.comparisons.items()
    ]


def _compared_rows(kept: Mapping[str, Any], lang: str) -> list[tuple[str, ...]]:
    """Give name, regret, AUC and the model's gain of each score, least regret first."""
    auc = {row["ranker"]: row for row in kept["overall"] if row["metric"] == "auc"}
    return [
        (
            RIVAL_NAMES[row["ranker"]][lang == "en"],
            _ends(row, ("regret", "lower", "upper"), ".3f"),
            _ends(auc[row["ranker"]], ("value", "lower", "upper"), ".3f"),
            _ends(auc[row["ranker"]], ("gain", "gain_lower", "gain_upper"), "+.3f"),
        )
        for row in kept["regret"]
    ]


def _ends(row: Mapping[str, Any], names: tuple[str, str, str], form: str) -> str:
    if row[names[0]] is None:
        return "-"
    value, low, high = (format(row[name], form) for name in names)
    return f"{value} ({low}, {high})"


def _how(grown_by: str, pick: Pick) -> str:
    """Say how the trees were grown; a cluster is named as it was recorded."""
    return pick("单进程", grown_by) if grown_by == Grower.how else grown_by
