"""Candidates for a list in the terminal: grounds with their articles, and who is none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from features.schema import labels
from models.candidates import Candidates
from pipelines.console import Voice
from pipelines.settings import TOP_ROWS
from pipelines.wording import several

_CANDIDATES = {
    "zh": ("编号", "名称", "概率", "列入情形", "最近处罚", "情节（核对项）"),
    "en": ("number", "name", "chance", "grounds", "latest penalty", "gravity"),
}
_EVIDENCE = {
    "zh": ("编号", "处罚", "情形和条款"),
    "en": ("number", "penalty", "ground and article"),
}
_GRAVITY = {
    "zh": ("编号", "事实和条款", "证据", "日期"),
    "en": ("number", "fact and article", "evidence", "day"),
}
_EXCLUDED = {
    "zh": ("编号", "处罚", "决定日", "不作为线索的原因"),
    "en": ("number", "penalty", "day", "why it is no ground"),
}


def show_candidates(voice: Voice, found: Candidates, register: Path | None) -> None:
    """Show who there may be a ground to list, on what evidence, and who not and why."""
    who = found.candidates
    voice.say(
        f"名单 {found.list_type}，截至 {found.as_of}：线索 {who.height:,} 家，"
        f"排除的处罚 {found.excluded.height:,} 件\n{found.note_zh}",
        f"List {found.list_type} as of {found.as_of}: "
        f"{several(who.height, 'candidate')}, "
        f"{several(found.excluded.height, 'penalty', 'penalties')} excluded\n{found.note_en}",
    )
    if register is None:
        voice.say(
            "没有登记簿：不知谁已列入、谁已立案",
            "No register: nobody is known to be listed or in procedure",
        )
    if max(who.height, found.excluded.height) > TOP_ROWS:
        voice.say("全部名单：--out 文件夹", "All of them: --out FOLDER")
    if who.height and who["probability"].null_count() == who.height:
        voice.say(
            "没有评分运行，按编号排列：shian score",
            "No score run, so in the order of numbers: shian score",
        )
    _show_grounds(voice, found)
    _show(
        voice,
        (f"已排除（前 {TOP_ROWS} 件）", f"Excluded (first {TOP_ROWS})"),
        _EXCLUDED[voice.lang],
        found.excluded.head(TOP_ROWS).select(
            "business_id", "penalty_id", "decided_on", f"reason_{voice.lang}"
        ),
    )


def _show_grounds(voice: Voice, found: Candidates) -> None:
    """Show the first candidates, with the evidence and gravity of exactly those."""
    first = found.candidates.head(TOP_ROWS)
    probability = pl.format("{}%", (pl.col("probability") * 100).round(1))
    _show(
        voice,
        (f"线索（前 {TOP_ROWS} 家）", f"Candidates (first {TOP_ROWS})"),
        _CANDIDATES[voice.lang],
        first.select(
            "business_id",
            "name",
            probability,
            "triggers",
            "latest_penalty_on",
            "gravity",
        ),
    )
    place = first.select("business_id").with_row_index("place")
    _show_evidence(voice, found.evidence.join(place, on="business_id"))
    _show_gravity(voice, found.gravity.join(place, on="business_id"))


def _show_evidence(voice: Voice, evidence: pl.DataFrame) -> None:
    ground = _lines(f"ground_{voice.lang}", _article(voice))
    _show(
        voice,
        ("证据", "Evidence"),
        _EVIDENCE[voice.lang],
        evidence.sort("place", "decided_on", "penalty_id").select(
            "business_id", penalty=_penalty(voice), ground=ground
        ),
    )


def _show_gravity(voice: Voice, gravity: pl.DataFrame) -> None:
    _show(
        voice,
        (
            "情节核对项（不相加，由办案人员判断）",
            "Gravity checklist (judged, never added up)",
        ),
        _GRAVITY[voice.lang],
        gravity.sort("place", "rule_id", "evidence_id").select(
            "business_id",
            _lines(voice.lang, _article(voice)),
            "evidence_id",
            "happened_on",
        ),
    )


def _article(voice: Voice) -> str:
    return voice.pick("article", "article_en")


def _penalty(voice: Voice) -> pl.Expr:
    """Write number, document, day, kinds and fine, each on a line."""
    fine = pl.format(voice.pick("{} 元", "{} yuan"), pl.col("fine_yuan").round(2))
    return _lines("penalty_id", "document_no", "decided_on", _kinds(voice), fine)


def _lines(*parts: str | pl.Expr) -> pl.Expr:
    """Put what is known on lines below each other."""
    return pl.concat_str(parts, separator="\n", ignore_nulls=True)


def _kinds(voice: Voice) -> pl.Expr:
    said = {code: voice.pick(*both) for code, both in labels("penalty_kind").items()}
    kinds = pl.col("kinds").str.split("+").list.eval(pl.element().replace(said))
    return kinds.list.join(voice.pick("、", ", "))


def _show(
    voice: Voice, title: tuple[str, str], header: tuple[str, ...], rows: pl.DataFrame
) -> None:
    if rows.height:
        voice.table(title, header, rows.rows())


def candidate_facts(found: Candidates, register: Path | None) -> Mapping[str, Any]:
    """Give a program everything that was found, and whether a register was asked."""
    return {
        "list_type": found.list_type,
        "as_of": found.as_of,
        "is_text_supplied": found.is_text_supplied,
        "note": found.note_zh,
        "note_en": found.note_en,
        "register": register,
        "candidates": found.candidates.to_dicts(),
        "evidence": found.evidence.to_dicts(),
        "gravity": found.gravity.to_dicts(),
        "excluded": found.excluded.to_dicts(),
    }
