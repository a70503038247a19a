"""The card of a business (一企一码): a page to scan, and a sheet of doors to print."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import segno
from markupsafe import Markup

from features.schema import labels
from models.citation import Language
from models.rules import load_rules
from pipelines.folder import Folder
from pipelines.public.faces import Face
from pipelines.public.words import (
    COLOUR_REASONS,
    COLOURS,
    IN_PROCEDURE,
    LEVELS,
    WITHOUT,
    Both,
)
from pipelines.report import pages

Progress = Callable[[str, float], None]
# Cards between two words to the progress bar.
_STEP = 200


@dataclass(frozen=True)
class Shown:
    """How cards are shown: on which day, in which language, and where they will stand.

    `base_url` is where the folder of cards will be reachable; without it a code holds
    the facts themselves, and a phone shows them as text.
    """

    as_of: date
    lang: str
    base_url: str | None = None

    def pick(self, zh: str, en: str) -> str:
        """Choose the text in the language."""
        return zh if self.lang == "zh" else en


def write_cards(
    faces: Sequence[Face], folder: Folder, shown: Shown, say: Progress
) -> list[dict[str, Any]]:
    """Write a page for each business, and give what the pages show."""
    cards = []
    for number, face in enumerate(faces):
        if number % _STEP == 0:
            say("cards", number / len(faces))
        card = _card(face, shown)
        page = render("card.html.j2", face.name, shown, {"card": card})
        folder.write(f"{file_name(face.business_id)}.html", page, [face.business_id])
        cards.append(card)
    return cards


def write_doors(
    cards: Sequence[Mapping[str, Any]], folder: Folder, shown: Shown
) -> None:
    """Write a sheet per street of those graded at the door; give it whole streets."""
    streets: dict[str, list[Mapping[str, Any]]] = {}
    for card in cards:
        if card["is_graded"]:
            streets.setdefault(card["street_code"] or "none", []).append(card)
    for code, here in sorted(streets.items()):
        street = here[0]["street"]
        title = shown.pick(f"{street}餐饮服务量化等级", f"Catering grades, {street}")
        view = {"cards": here, "width": "1080px"}
        page = render("doors.html.j2", title, shown, view)
        about = [card["business_id"] for card in here]
        folder.write(f"{file_name(f'street-{code}')}.html", page, about)


def render(template: str, title: str, shown: Shown, view: Mapping[str, Any]) -> str:
    """Render a public page with the rules it rests on."""
    law = load_rules().in_force(shown.as_of)
    lang: Language = "zh" if shown.lang == "zh" else "en"
    return (
        pages()
        .get_template(template)
        .render(
            lang=shown.lang,
            t=shown.pick,
            title=title,
            as_of=shown.as_of,
            grade_rule=law.citation("catering.excellent_from", lang),
            score_rule=law.citation("catering.points_for_nothing", lang),
            colour_rule=law.citation("health_code.red_days", lang),
            **view,
        )
    )


def file_name(code: str) -> str:
    """Give a code as the name of a file; whatever else it holds becomes a dash."""
    return "".join(c if c.isalnum() else "-" for c in code)


def qr(face: Face, shown: Shown) -> Markup:
    """Draw the QR code of a business: the address of its card, or the facts as text."""
    if shown.base_url:
        says = f"{shown.base_url.rstrip('/')}/{file_name(face.business_id)}.html"
    else:
        letter = face.letter or shown.pick("未评级", "no grade")
        says = f"{face.name}\n{face.licence_no or face.business_id}\n"
        says += (
            shown.pick("餐饮量化等级", "catering grade") + f" {letter} {shown.as_of}"
        )
    drawn = BytesIO()
    segno.make(says, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=0
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704  segno draws, nothing is quoted


def _card(face: Face, shown: Shown) -> dict[str, Any]:
    kind = labels("subtype").get(face.subtype or "") or labels("business_type").get(
        face.business_type, ("", "")
    )
    return {
        **vars(face),
        "kind": shown.pick(*kind),
        "address": face.address or "",
        "qr": qr(face, shown),
        "level_word": _word(LEVELS, face.level, shown),
        "without": _word(WITHOUT, face.without, shown),
        "colour_word": _word(COLOURS, face.colour, shown),
        "colour_reason": _word(COLOUR_REASONS, face.colour_reason, shown),
        "checks": [
            {
                "on": check.on,
                "purpose": shown.pick(*labels("purpose")[check.purpose]),
                "result": shown.pick(
                    *(labels("result")[check.result] if check.result else IN_PROCEDURE)
                ),
            }
            for check in face.checks
        ],
        "penalties": [
            {**vars(p), "kinds": _kinds(p.kinds, shown)} for p in face.penalties
        ],
    }


def _kinds(kinds: Iterable[str], shown: Shown) -> str:
    words = [shown.pick(*labels("penalty_kind").get(k, (k, k))) for k in kinds]
    return shown.pick("、", ", ").join(words)


def _word(words: Mapping[str, Both], code: str | None, shown: Shown) -> str:
    return "" if code is None else shown.pick(*words[code])
