"""Writes the public pages of a day: cards, sheets of doors, the red and black list."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from features.errors import NotFoundError, UsageError
from features.warehouse import open_warehouse
from pipelines.folder import Folder
from pipelines.public.cards import Shown, write_cards, write_doors
from pipelines.public.faces import faces
from pipelines.public.red_black_list import write_red_black

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Chosen:
    """Whose cards are asked for; nothing named means everybody's."""

    business: str | None = None
    street: str | None = None


def publish_cards(
    warehouse: Path, path: Path, shown: Shown, chosen: Chosen, say: Progress
) -> Folder:
    """Write the cards of the businesses chosen, and the sheets of whole streets.

    Before anything is written, whatever an earlier run wrote about a business that has
    no card today is taken back, whoever is chosen.

    Raises:
        NotFoundError: no business trading on the day is called so.
        UsageError: the folder cannot be written.
    """
    say("facts", 0.0)
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    everybody = faces(facts, shown.as_of)
    told = [
        face
        for face in everybody
        if chosen.business in {None, face.business_id}
        and chosen.street in {None, face.street_code, face.street}
    ]
    folder, today = Folder(path, "cards"), {face.business_id for face in everybody}
    with _writable(path):
        folder.clear(lambda note: today.issuperset(note.about))
        if not told:
            asked = chosen.business or chosen.street or "the district"
            message = f"no business trading on {shown.as_of} fits '{asked}'; give a business number, or a street's name or code"
            said = f"{shown.as_of} 没有符合“{asked}”的在营经营者，请写编号，或街道的名称、代码"
            raise NotFoundError(message, said=said)
        cards = write_cards(told, folder, shown, say)
        if chosen.business is None:
            write_doors(cards, folder, shown)
        if chosen == Chosen():
            folder.clear()
    return folder


def publish_red_black(
    warehouse: Path, path: Path, shown: Shown, approved_by: str | None
) -> Folder:
    """Write the red and black list of the day; an issue takes the place of those before.

    Raises:
        UsageError: the name that approves is blank, or the folder cannot be written.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    folder = Folder(path, "red-black")
    with _writable(path):
        told = faces(facts, shown.as_of)
        write_red_black(facts, told, folder, shown, approved_by)
        if approved_by is not None:
            folder.clear()
    return folder


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be written to ({error}); choose another folder"
        told = f"{path} 无法写入（{error}），请换一个文件夹"
        raise UsageError(message, said=told) from error
