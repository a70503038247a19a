"""A dossier on paper."""

from pathlib import Path

from pipelines.dossier.content import Dossier
from pipelines.dossier.printing import stylesheet, write_pdf
from pipelines.dossier.view import sections
from pipelines.report import pages


def write_dossier(dossier: Dossier, path: Path, lang: str = "zh") -> Path:
    """Write a dossier as PDF/A; the same dossier gives the same bytes.

    Raises:
        MachineError: Pango or a Chinese font is missing.
        UsageError: the file cannot be written.
    """
    return write_pdf(dossier_html(dossier, lang), path)


def dossier_html(dossier: Dossier, lang: str = "zh") -> str:
    """Render the page that is printed."""
    told = sections(dossier, lang)

    def pick(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    case = told["head"]["case_id"] or pick("线索", "candidate")
    return (
        pages()
        .get_template("dossier.html.j2")
        .render(
            lang=lang,
            t=pick,
            d=told,
            css=stylesheet(),
            title=pick(
                f"严重违法失信名单案件说明书　{case}",
                f"Dossier of a proposed listing: {case}",
            ),
        )
    )
