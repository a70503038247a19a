"""The indicators as a workbook: one sheet to print, and every row that is in the way."""

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from models.citation import Language, cite
from models.indicators.assess import STARS
from pipelines.dated_book import dated_book
from pipelines.indicators import words
from pipelines.indicators.gaps import gap_table
from pipelines.indicators.running import Indicators, Judged

Cells = Sequence[object]
_SHEETS = {
    "zh": ("指标", "差距清单", "街道", "星级（暂定）", "口径", "趋势", "来源"),
    "en": ("Indicators", "Gaps", "Streets", "Stars", "Definitions", "Trend", "Origin"),
}


def write_book(found: Indicators, path: Path, lang: str) -> None:
    """Write the indicators as a workbook, the same bytes for the same run.

    Raises:
        OSError: the file cannot be written.
    """
    with dated_book(path, found.as_of) as book:
        _Book(book, lang).fill(found)


class _Book:
    """A workbook being filled, one sheet after the other."""

    def __init__(self, book: xlsxwriter.Workbook, lang: str) -> None:
        self._book, self._lang, self._en = book, lang, lang == "en"
        self._head: Format = book.add_format(
            {"bold": True, "bg_color": "#E8ECF1", "border": 1, "text_wrap": True}
        )
        self._cell: Format = book.add_format(
            {"border": 1, "valign": "top", "text_wrap": True}
        )
        self._short: Format = book.add_format(
            {"border": 1, "valign": "top", "font_color": "#A8322D", "bold": True}
        )
        self._title: Format = book.add_format({"bold": True, "font_size": 14})

    def fill(self, found: Indicators) -> None:
        names = iter(_SHEETS[self._lang])
        self._indicators(self._book.add_worksheet(next(names)), found)
        gaps = gap_table(found, self._lang)
        self._table(next(names), gaps.columns, gaps.rows(), (6, 18, 20, 30, 12, 8, 52))
        self._streets(next(names), found)
        self._stars(next(names), found)
        self._definitions(next(names), found)
        self._trend(next(names), found)
        origin = [(key, str(value)) for key, value in found.record.items()]
        self._table(next(names), ("", ""), origin, (22, 60))

    def _indicators(self, sheet: Worksheet, found: Indicators) -> None:
        title = f"食品安全规划指标 {found.year}　数据截止 {found.as_of}"
        if self._en:
            title = (
                f"Indicators of the food safety plan {found.year}, as of {found.as_of}"
            )
        sheet.write(0, 0, title, self._title)
        sheet.write(1, 0, words.headline(found, self._lang))
        header = (
            ("no", "indicator", "attribute", "department", "value", "target", "state",
             "numerator", "denominator", "95% interval", "end of year (90%)", "lacks",
             "gaps", "note")
            if self._en
            else ("序号", "指标", "属性", "数据报送部门", "当前值", "目标", "状态", "分子",
                  "分母", "95%区间（抽样）", "年末预测（90%区间）", "距目标差", "差距条数", "说明")
        )  # fmt: skip
        sheet.write_row(3, 0, header, self._head)
        for at, judged in enumerate(found.judged, start=4):
            short = judged.assessed.is_met is False
            for column, value in enumerate(self._row(found, judged)):
                mark = self._short if short and column in {4, 6} else self._cell
                sheet.write(at, column, value, mark)
        for line, said in enumerate(words.CAUTIONS[self._lang], start=19):
            sheet.write(line, 0, said)
        for column, width in enumerate(
            (5, 24, 8, 26, 10, 16, 9, 9, 9, 16, 22, 9, 9, 30)
        ):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(4, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)

    def _row(self, found: Indicators, judged: Judged) -> Cells:
        target, now, lang = judged.plan.target, judged.assessed, self._lang
        return (
            judged.no,
            target.short_en if self._en else target.short_zh,
            words.ATTRIBUTES[target.attribute][self._en],
            "、".join(target.departments_en if self._en else target.departments_zh),
            words.value_text(judged),
            words.target_text(judged, lang),
            words.state(found, judged, lang),
            round(now.numerator, 1),
            round(now.denominator, 1),
            words.interval_text(judged) or "-",
            words.ahead_text(found, judged, lang),
            now.missing,
            now.gaps.height,
            words.none_reason(found, judged, lang),
        )

    def _streets(self, name: str, found: Indicators) -> None:
        first = ("#", "street", "met", "applicable", "gaps") if self._en else ("名次", "街道", "达标", "适用", "差距")  # fmt: skip
        header = (*first, *(self._short_name(j) for j in found.judged))
        rows = [
            (s["rank"], s["name"], s["met"], s["applicable"], s["gaps"],
             *(words.number(s[f"i{j.no}"]) for j in found.judged))
            for s in found.league.iter_rows(named=True)
        ]  # fmt: skip
        self._table(name, header, rows, (6, 14, 7, 7, 7, *(11 for _ in found.judged)))

    def _stars(self, name: str, found: Indicators) -> None:
        header = ("street", "stars (provisional)", "points", "rule") if self._en else ("街道", "星级（暂定）", "综合得分", "依据")  # fmt: skip
        rule = found.law.citation(STARS, "en" if self._en else "zh")
        rows = [
            (s["name"], s["stars"] if s["points"] is not None else "-",
             words.number(s["points"]), rule)
            for s in found.stars.iter_rows(named=True)
        ]  # fmt: skip
        self._table(name, header, rows, (14, 12, 10, 50))

    def _definitions(self, name: str, found: Indicators) -> None:
        header = ("no", "indicator", "numerator", "denominator", "rule", "other readings", "benchmarks") if self._en else ("序号", "指标", "分子", "分母", "依据", "其他口径", "参照")  # fmt: skip
        rows = [self._definition(found, judged) for judged in found.judged]
        self._table(name, header, rows, (5, 30, 40, 40, 30, 40, 50))

    def _definition(self, found: Indicators, judged: Judged) -> Cells:
        definition, target = judged.plan.definition, judged.plan.target
        lang: Language = "en" if self._en else "zh"
        others = "\n".join(
            f"{o.en if self._en else o.zh}: {words.number(o.value, target.unit_zh)}"
            for o in judged.others
        )
        benchmarks = "\n".join(
            f"{b.en if self._en else b.zh}: {words.number(b.value)} "
            f"{cite(b, found.law.sources[b.source], lang)}"
            for b in judged.plan.benchmarks
        )
        return (
            judged.no,
            target.en if self._en else target.zh,
            definition.numerator_en if self._en else definition.numerator_zh,
            definition.denominator_en if self._en else definition.denominator_zh,
            found.law.citation(definition.id, lang),
            others,
            benchmarks,
        )

    def _trend(self, name: str, found: Indicators) -> None:
        header = ("no", "indicator", "until", "numerator", "denominator", "value") if self._en else ("序号", "指标", "截至（不含）", "分子", "分母", "值")  # fmt: skip
        rows = [
            (j.no, self._short_name(j), str(p.until), round(p.numerator, 1),
             round(p.denominator, 1), words.number(p.value))
            for j in found.judged
            for p in j.trend
        ]  # fmt: skip
        self._table(name, header, rows, (5, 24, 12, 10, 10, 10))

    def _short_name(self, judged: Judged) -> str:
        target = judged.plan.target
        return f"{judged.no}. {target.short_en if self._en else target.short_zh}"

    def _table(
        self, name: str, header: Cells, rows: Sequence[Cells], widths: Sequence[float]
    ) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.write_row(0, 0, header, self._head)
        for at, row in enumerate(rows, start=1):
            sheet.write_row(at, 0, row, self._cell)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(header) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
