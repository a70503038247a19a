"""What an officer must know before relying on a grade, in words."""

from collections.abc import Sequence

import polars as pl

from models.citation import Language
from models.clauses import GRADES
from models.rules import RuleSet

Note = tuple[pl.Expr, str, str]


def note_texts(rules: RuleSet, lang: Language) -> pl.Expr:
    """Join the notes that apply to a row; empty when none does."""
    texts = [
        pl.when(applies).then(_filled(zh if lang == "zh" else en))
        for applies, zh, en in (*_points_notes(rules), *_shift_notes())
    ]
    separator = "；" if lang == "zh" else "; "
    return pl.concat_str(texts, separator=separator, ignore_nulls=True)


def _filled(text: str) -> pl.Expr:
    """Put the open grounds where the text has braces."""
    if "{}" not in text:
        return pl.lit(text)
    return pl.format(
        text, pl.col("open_grounds").str.replace_all("+", "、", literal=True)
    )


def _points_notes(rules: RuleSet) -> Sequence[Note]:
    is_new = pl.col("is_new_business")
    no_dynamic = (pl.col("basis") == "static_only") & ~is_new
    static_only = rules.citation("grade.new_business")
    return (
        (
            pl.lit(rules.is_hypothetical),
            f"按{rules.law_day}的规定推算，当日并不适用",
            f"computed under the rules of {rules.law_day}, which did not apply that day",
        ),
        (
            pl.col("static_is_provisional"),
            "静态风险分含暂定值",
            "static points hold a provisional value",
        ),
        (
            is_new,
            f"新开办，仅按静态风险分定级（{static_only}）",
            "new business, graded from static points alone "
            f"({rules.citation('grade.new_business', 'en')})",
        ),
        (
            no_dynamic,
            "没有可用的动态风险分，等级偏低",
            "no dynamic points to go by: the grade is on the mild side",
        ),
        (
            pl.col("is_near_edge"),
            "总分区间跨等级界限",
            "the interval of the points crosses a grade edge",
        ),
    )


def _shift_notes() -> Sequence[Note]:
    is_raising = pl.col("raising").list.len() > 0
    undecided = pl.col("open_grounds") != ""
    lowered = pl.col("decided_shift") < 0
    clamped = (
        ~lowered
        & (pl.col("decided_shift") != 0)
        & (pl.col("grade_by_points") == GRADES[-1])
    )
    return (
        (
            undecided & is_raising,
            "发现可以上调的情形{}，待执法人员决定",
            "grounds for raising found ({}): an officer has to decide",
        ),
        (
            undecided & ~is_raising,
            "发现可以下调的情形{}，待执法人员决定",
            "grounds for lowering found ({}): an officer has to decide",
        ),
        (
            pl.col("is_blocked"),
            "同年已决定上调，下调决定不适用",
            "raised in the same year: the decision to lower does not apply",
        ),
        (
            lowered & is_raising,
            "已决定下调，但发现上调情形，请复核",
            "lowered by decision although a ground for raising was found: review",
        ),
        (
            pl.col("disallowed") > 0,
            "有调整决定与所引情形不符，未予采用",
            "a decision its ground does not allow was set aside",
        ),
        (clamped, "已为最高风险等级，不再上调", "already at the highest grade"),
    )
