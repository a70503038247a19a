"""From points, grounds and decisions to the risk grade of a business (arts 8-33).

total = static points + dynamic points that count
grade by points = band of the total, (above, up_to]
risk grade = grade by points, shifted as an officer decided, within A to D
"""

import polars as pl

from models.adjustments import with_shifts
from models.citation import Language
from models.clauses import GRADES, GradeBands, Scale
from models.dynamic_points import CHECKLIST, SCALE, with_dynamic_points
from models.grade_notes import note_texts
from models.ratings import grade_of
from models.rules import RuleSet
from models.static_tables import plain
from models.supervision import with_supervision

BANDS = "grade.bands"
# What the steps leave behind for the notes and nobody else needs.
_SCRATCH = [
    "dynamic_lower",
    "dynamic_upper",
    "stated_lower",
    "stated_upper",
    "raising",
    "lowering",
    "decided",
    "is_blocked",
    "disallowed",
    "static_is_provisional",
]


def grade(
    inputs: pl.DataFrame,
    rules: RuleSet,
    *,
    grounds: pl.DataFrame,
    decisions: pl.DataFrame,
) -> pl.DataFrame:
    """Grade every business; extra columns of the inputs pass through.

    Points, probability and what grounds and decisions say are taken as known on
    rules.day. The grade follows the points and the decisions alone: a ground that
    nobody decided on shows as a recommendation and changes nothing.
    """
    return (
        inputs.with_columns(
            static_is_provisional=pl.col("is_provisional").fill_null(value=False)
        )
        .pipe(with_dynamic_points, rules)
        .pipe(_with_grade_by_points, rules)
        .pipe(with_shifts, rules, grounds=grounds, decisions=decisions)
        .with_columns(risk_grade=_shifted("grade_by_points", "decided_shift"))
        .pipe(with_supervision, rules)
        .with_columns(is_provisional=_is_provisional(rules))
        .with_columns(notes=note_texts(rules, "zh"), notes_en=note_texts(rules, "en"))
        .drop(_SCRATCH)
    )


def grade_parts(
    graded: pl.DataFrame, static_parts: pl.DataFrame, rules: RuleSet
) -> pl.DataFrame:
    """List every point of every total with its article; the parts sum to the total."""
    graded_only = static_parts.join(graded, on="business_id", how="semi")
    return pl.concat([graded_only, _dynamic_parts(graded, rules)]).sort(
        "business_id", maintain_order=True
    )


def _with_grade_by_points(frame: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    bands = rules.get(GradeBands, BANDS)
    ends = [
        grade_of(_total("dynamic_lower"), bands),
        grade_of(_total("dynamic_upper"), bands),
    ]
    total = _total("dynamic_points")
    return frame.with_columns(
        total_points=total,
        grade_by_points=grade_of(total, bands),
        is_near_edge=ends[0] != ends[1],
    )


def _total(dynamic: str) -> pl.Expr:
    """Add up; a sum of floats must not step over a band edge: 17.7 + 12.3 is 30."""
    return (pl.col("static_points") + pl.col(dynamic)).round(2)


def _shifted(grade_column: str, shift: str) -> pl.Expr:
    """Move a grade by a shift; beyond A or D it stays there."""
    place = pl.col(grade_column).replace_strict(
        GRADES, range(len(GRADES)), return_dtype=pl.Int16
    )
    moved = (place + pl.col(shift)).clip(0, len(GRADES) - 1)
    return moved.replace_strict(range(len(GRADES)), GRADES, return_dtype=pl.String)


def _is_provisional(rules: RuleSet) -> pl.Expr:
    """Tell whether a value behind the grade is uncertain or missing."""
    nothing_dynamic = (pl.col("basis") == "static_only") & ~pl.col("is_new_business")
    return (
        pl.col("static_is_provisional")
        | nothing_dynamic
        | pl.lit(rules.is_hypothetical)
    )


def _dynamic_parts(graded: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Give the one part that holds the dynamic points that count."""
    is_model = pl.col("basis") == "model"
    version = rules.get(Scale, SCALE).version
    percent = plain(pl.col("probability") * 100)
    points = plain(pl.col("dynamic_points"))

    def by_basis(model: pl.Expr, checklist: pl.Expr) -> pl.Expr:
        return pl.when(is_model).then(model).otherwise(checklist)

    def cited(lang: Language) -> pl.Expr:
        return by_basis(
            pl.lit(rules.citation(SCALE, lang)), pl.lit(rules.citation(CHECKLIST, lang))
        )

    return graded.filter(pl.col("basis") != "static_only").select(
        "business_id",
        rule_id=by_basis(pl.lit(SCALE), pl.lit(CHECKLIST)),
        article=cited("zh"),
        article_en=cited("en"),
        points="dynamic_points",
        zh=by_basis(
            pl.format(
                f"模型估计严重不合格概率{{}}%，按公布的第{version}版换算表计{{}}分",
                percent,
                points,
            ),
            pl.format("最近一次检查表评分，动态风险分计{}分", points),
        ),
        en=by_basis(
            pl.format(
                "model: {}% probability of a serious finding, "
                f"{{}} points on scale version {version}",
                percent,
                points,
            ),
            pl.format("last scored checklist: {} dynamic points", points),
        ),
    )
