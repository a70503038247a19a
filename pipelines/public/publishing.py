"""Writes the public pages of a day: cards, sheets of doors, the red and black list."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from features.errors import NotFoundError
from features.warehouse import open_warehouse
from pipelines.public.cards import Shown, write_cards
from pipelines.public.faces import faces
from pipelines.public.red_black_list import write_red_black

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Chosen:
    """Whose cards are asked for; nothing named means everybody's."""

    business: str | None = None
    street: str | None = None


def publish_cards(
    warehouse: Path, folder: Path, shown: Shown, chosen: Chosen, say: Progress
) -> list[Path]:
    """Write the cards of the businesses chosen, and the sheets of their streets.

    Raises:
        NotFoundError: no business trading on the day is called so.
    """
    say("facts", 0.0)
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    told = [
        face
        for face in faces(facts, shown.as_of)
        if chosen.business in {None, face.business_id}
        and chosen.street in {None, face.street_code, face.street}
    ]
    if not told:
        asked = chosen.business or chosen.street or "the district"
        message = f"no business trading on {shown.as_of} fits '{asked}'; give a business number, or a street's name or code"
        raise NotFoundError(message)
    return write_cards(told, folder, shown, say)


def publish_red_black(
    warehouse: Path, folder: Path, shown: Shown, approved_by: str | None
) -> Path:
    """Write the red and black list of the day."""
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    return write_red_black(facts, faces(facts, shown.as_of), folder, shown, approved_by)
