"""An issue of the red and black list: a draft until a named person has approved it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from features.errors import UsageError
from features.schema import Facts
from models.citation import Language
from models.red_black import red_black
from models.rules import RuleSet, load_rules
from pipelines.folder import Folder
from pipelines.public.cards import Shown, render
from pipelines.public.faces import Face, codes_of
from pipelines.public.words import LISTED, LISTS

DRAFT, ISSUE = "red-black-draft", "red-black"


def write_red_black(
    facts: Facts,
    faces: Sequence[Face],
    folder: Folder,
    shown: Shown,
    approved_by: str | None,
) -> None:
    """Write the issue of a day; without somebody's name it is a draft and says so.

    Raises:
        UsageError: the name that approves is blank.
    """
    if approved_by is not None and not approved_by.strip():
        message = "--by names whoever approves the list; it is blank"
        told = "--by 要写审定人的姓名，不能为空"
        raise UsageError(message, said=told)
    law = load_rules().in_force(shown.as_of)
    title = shown.pick("餐饮红黑榜", "Red and black list of caterers")
    period = timedelta(days=round(law.number("red_black.period_days")))
    lang: Language = "zh" if shown.lang == "zh" else "en"
    view = {
        "lists": _lists(facts, faces, law, shown),
        "since": shown.as_of - period,
        "approved_by": approved_by,
        "rule": law.citation("red_black.business_types", lang)
        + "；"
        + law.citation("red_black.black_general_items", lang),
        "width": "860px",
    }
    name = DRAFT if approved_by is None else f"{ISSUE}-{shown.as_of}"
    folder.write(f"{name}.html", render("red_black.html.j2", title, shown, view))


def _lists(
    facts: Facts, faces: Sequence[Face], law: RuleSet, shown: Shown
) -> list[dict[str, Any]]:
    types = law.codes("red_black.business_types")
    by_id = {face.business_id: face for face in faces if face.business_type in types}
    found = red_black(facts, codes_of(by_id.values()), law)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}
    for row in found.iter_rows(named=True):
        face = by_id[row["business_id"]]
        rows[row["list"]].append(
            {
                "name": face.name,
                "licence_no": face.licence_no,
                "address": face.address or face.street,
                "checked_on": row["checked_on"],
                "reason": shown.pick(*LISTED[row["reason"]]),
            }
        )
    return [{"word": shown.pick(*LISTS[name]), "rows": rows[name]} for name in LISTS]
