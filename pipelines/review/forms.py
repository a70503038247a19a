"""What a form said, read as strictly as an attacker would write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from starlette.datastructures import FormData, UploadFile

from features.errors import UsageError

# A reason is a page at most; a longer one belongs into a document.
MOST_CHARACTERS = 4000
MOST_FIELDS, MOST_FILES = 60, 20
MOST_FIELD_BYTES = 64 * 1024


@dataclass(frozen=True)
class Form:
    """The fields of a form, each text without control characters, and its files."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[tuple[str, UploadFile], ...] = ()

    def text(self, name: str) -> str:
        """Give the last value of a field, empty where there is none."""
        return (self.texts.get(name) or ("",))[-1]

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a field."""
        return self.texts.get(name, ())

    def day(self, name: str) -> date | None:
        """Give a day, if one was said.

        Raises:
            UsageError: it is no day of the calendar.
        """
        said = self.text(name).strip()
        try:
            return date.fromisoformat(said) if said else None
        except ValueError as error:
            message = f"日期应为2026-01-31这样（a day is written as 2026-01-31, not {said[:20]!r}）"
            raise UsageError(message) from error


def read_form(data: FormData) -> Form:
    """Read a form.

    Raises:
        UsageError: a text is too long or holds characters that no text has.
    """
    texts: dict[str, tuple[str, ...]] = {}
    files: list[tuple[str, UploadFile]] = []
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            # A file field that was left empty is sent with an empty name.
            if value.filename:
                files.append((plain(name), value))
        else:
            known = plain(name)
            texts[known] = (*texts.get(known, ()), plain(value))
    return Form(texts, tuple(files))


def plain(text: str) -> str:
    """Give a text as it may be kept.

    Raises:
        UsageError: it is too long, or holds control or broken characters.
    """
    said = text.replace("\r\n", "\n")
    if len(said) > MOST_CHARACTERS:
        message = f"文字不超过{MOST_CHARACTERS}个字符（a text has {MOST_CHARACTERS} characters at most）"
        raise UsageError(message)
    if any(_is_unwritten(c) for c in said):
        message = "文字含有控制字符（a text must not hold control characters）"
        raise UsageError(message)
    return said


def _is_unwritten(character: str) -> bool:
    """Tell a character that nobody types: a control, or half of a pair."""
    code = ord(character)
    is_control = code < 32 or 127 <= code < 160  # noqa: PLR2004  the blocks C0 and C1
    is_half = 0xD800 <= code <= 0xDFFF  # noqa: PLR2004  surrogates
    return (is_control and character not in "\n\t") or is_half
