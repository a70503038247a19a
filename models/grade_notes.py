"""What an officer must know before relying on a grade, in words."""

from collections.abc import Sequence

import polars as pl

from models.citation import Language, article_name
from models.clauses import GRADES, Ground
from models.rules import RuleSet

Note = tuple[pl.Expr, str, str]

_IS_RAISING = pl.col("raising").list.len() > 0


def note_texts(rules: RuleSet, lang: Language) -> pl.Expr:
    """Join the notes that apply to a row; empty when none does."""
    texts = [
        pl.when(applies).then(_filled(zh if lang == "zh" else en, rules, lang))
        for applies, zh, en in (
            *_points_notes(rules),
            *_ground_notes(),
            *_decision_notes(rules),
            *_limit_notes(),
        )
    ]
    separator = "；" if lang == "zh" else "; "
    return pl.concat_str(texts, separator=separator, ignore_nulls=True)


def _filled(text: str, rules: RuleSet, lang: Language) -> pl.Expr:
    """Put the open grounds, each with its article, where the text has braces."""
    if "{}" not in text:
        return pl.lit(text)
    left, right, comma = ("（", "）", "、") if lang == "zh" else (" (", ")", ", ")
    named = {
        rule.id: f"{article_name(rule.article, lang)}{left}{rule.id}{right}"
        for rule in rules.all(Ground)
    }
    grounds = pl.col("open_grounds").str.replace_many(named)
    return pl.format(text, grounds.str.replace_all("+", comma, literal=True))


def _points_notes(rules: RuleSet) -> Sequence[Note]:
    is_new = pl.col("is_new_business")
    no_dynamic = (pl.col("basis") == "static_only") & ~is_new
    static_only = rules.citation("grade.new_business")
    return (
        (
            pl.lit(rules.is_hypothetical),
            f"按{rules.law_day}的规定推算，评定日并不适用该规定，等级暂定",
            f"computed under the rules of {rules.law_day}, which did not apply that day: provisional",
        ),
        (
            pl.col("static_is_provisional"),
            "静态风险分含暂定值（官方分值未获取、存疑或者未登记）",
            "static points hold a provisional value (official points missing or "
            "uncertain, or nothing recorded)",
        ),
        (
            is_new,
            f"新开办，仅按静态风险分定级（{static_only}）",
            "new business, graded from static points alone "
            f"({rules.citation('grade.new_business', 'en')})",
        ),
        (
            no_dynamic,
            "没有可用的动态风险分，仅按静态风险分定级，等级暂定，可能低估风险",
            "no dynamic points to go by: graded from static points alone, provisional, "
            "perhaps too mild",
        ),
        (
            pl.col("is_near_edge"),
            "临界：模型概率区间对应的总分跨越等级界限",
            "the interval of the points crosses a grade edge",
        ),
    )


def _ground_notes() -> Sequence[Note]:
    """Name the grounds found on which nobody has decided yet."""
    undecided = pl.col("open_grounds") != ""
    return (
        (
            undecided & _IS_RAISING,
            "发现可以上调等级的情形：{}，待执法人员决定",
            "grounds for raising found, {}: an officer has to decide",
        ),
        (
            undecided & ~_IS_RAISING,
            "发现可以下调等级的情形：{}，待执法人员决定",
            "grounds for lowering found, {}: an officer has to decide",
        ),
    )


def _decision_notes(rules: RuleSet) -> Sequence[Note]:
    """Say what officers decided, what did not count, and what to look at again."""
    raise_only = "policy.raise_and_lowering"
    return (
        *_decided(),
        (
            pl.col("is_blocked"),
            f"同年已决定上调，下调决定不适用（{rules.citation(raise_only)}）",
            "raised in the same year: the decision to lower does not apply "
            f"({rules.citation(raise_only, 'en')})",
        ),
        (
            (pl.col("decided_shift") < 0) & _IS_RAISING,
            "已决定下调，但发现可以上调等级的情形，请复核",
            "lowered by decision although a ground for raising was found: review",
        ),
        (
            pl.col("disallowed") > 0,
            "有等级调整决定与所引情形允许的级数不符，未予采用",
            "a decision its ground does not allow was set aside",
        ),
    )


def _decided() -> Sequence[Note]:
    """Say by how much a decision moved the grade; the page names who and why."""
    return tuple(
        (
            pl.col("decided_shift") == shift,
            f"已由执法人员决定{'上调' if shift > 0 else '下调'}{abs(shift)}级",
            f"{'raised' if shift > 0 else 'lowered'} by {abs(shift)} by an officer's decision",
        )
        for shift in (2, 1, -1)
    )


def _limit_notes() -> Sequence[Note]:
    """Say where a decision would have gone beyond the best or the worst grade."""
    unclamped = pl.col("decided_shift") + pl.col("grade_by_points").replace_strict(
        GRADES, range(len(GRADES)), return_dtype=pl.Int16
    )
    return (
        (
            unclamped >= len(GRADES),
            f"上调以{GRADES[-1]}级为限",
            f"a raise stops at {GRADES[-1]}",
        ),
        (
            unclamped < 0,
            f"下调以{GRADES[0]}级为限",
            f"a lowering stops at {GRADES[0]}",
        ),
    )
