"""The one place that speaks to WeasyPrint: HTML in, PDF/A out, the same bytes twice.

Nothing is fetched: a page that asks for a file or an address is an error of ours.
"""

import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from markupsafe import Markup

from features.errors import MachineError, UsageError
from pipelines.written import drafts

# PDF/A-3 with Unicode text: kept for decades, searched and copied as text.
VARIANT = "pdf/a-3u"
# The fonts the print stylesheet names; any one of them shows Chinese.
FONTS = (
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
    "Source Han Serif SC",
    "Source Han Sans SC",
)
_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_PICTURE = re.compile(r'(<svg class="chart"[^>]*>)')
_PICTURE_FONT = '.chart text { font-family: "Noto Sans CJK SC", "Source Han Sans SC"; }'


def stylesheet() -> Markup:
    """Give the styles of paper, as they stand in the head of a page."""
    files = (_TEMPLATES / "dossier.css", _TEMPLATES / "print.css")
    return Markup("".join(file.read_text("utf-8") for file in files))  # noqa: S704  ours


def write_pdf(html: str, path: Path) -> Path:
    """Write a page as PDF/A; the file is there whole or not at all.

    Raises:
        MachineError: Pango or a Chinese font is missing.
        UsageError: the file cannot be written.
    """
    content = pdf(html)
    try:
        with drafts([path]) as (draft,):
            draft.write_bytes(content)
    except OSError as error:
        message = f"{path} cannot be written to ({error}); choose another file"
        raise UsageError(message) from error
    return path


def pdf(html: str) -> bytes:
    """Give a page as PDF/A with its fonts inside.

    Raises:
        MachineError: Pango or a Chinese font is missing.
    """
    # Importing it loads Pango, which no other command needs.
    try:
        import weasyprint  # noqa: PLC0415
    except OSError as error:
        message = "a PDF needs the library Pango, which is not there; install it (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0)"
        raise MachineError(message) from error
    if not set(FONTS) & set(_families()):
        message = f"a PDF needs a Chinese font, one of {', '.join(FONTS)}; install one (Debian: apt install fonts-noto-cjk)"
        raise MachineError(message)
    with warnings.catch_warnings():
        # It leaves its own colour profile open until the next collection.
        warnings.simplefilter("ignore", ResourceWarning)
        page = weasyprint.HTML(string=_styled(html), url_fetcher=_refuse)
        content: bytes = page.write_pdf(pdf_variant=VARIANT)
    return content


def _styled(html: str) -> str:
    """Put the styles into each picture: those of the page do not reach inside."""
    css = (_TEMPLATES / "dossier.css").read_text("utf-8")
    return _PICTURE.sub(rf"\1<style>{css}{_PICTURE_FONT}</style>", html)


def _refuse(url: str, *_: object) -> NoReturn:
    # Any other error would only leave the picture out.
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    message = f"a printed page may fetch nothing, and asked for {url[:80]}"
    raise FatalURLFetchingError(message)


def _families() -> Iterable[str]:
    """List the font families that this machine has, as WeasyPrint will find them."""
    from weasyprint.text.ffi import ffi, fontconfig  # noqa: PLC0415

    config = fontconfig.FcInitLoadConfigAndFonts()
    fonts = fontconfig.FcConfigGetFonts(config, fontconfig.FcSetSystem)
    found = []
    for index in range(0 if fonts == ffi.NULL else fonts.nfont):
        name = ffi.new("FcChar8 **")
        number = 0
        while not fontconfig.FcPatternGetString(
            fonts.fonts[index], b"family", number, name
        ):
            found.append(ffi.string(ffi.cast("char *", name[0])).decode())
            number += 1
    fontconfig.FcConfigDestroy(config)
    return found
