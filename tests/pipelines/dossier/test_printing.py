import contextlib
import hashlib
import os
import re
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from features.errors import MachineError, UsageError
from pipelines.acting import Places
from pipelines.dossier.content import Dossier
from pipelines.dossier.gathering import gather_kept
from pipelines.dossier.printed import dossier_html, write_dossier
from pipelines.dossier.printing import pdf
from tests import ROOT
from tests.dossiers import DAY, SEEN

PRINT = """
import sys
from pathlib import Path
from pipelines.dossier.content import Dossier
from pipelines.dossier.printed import write_dossier
from tests.dossiers import DAY, SEEN
write_dossier(Dossier(DAY, SEEN, "abc", None, None), Path(sys.argv[1]))
"""
# No fonts at all: what a machine without Chinese looks like to fontconfig.
NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>'


@pytest.fixture
def case(noticed: Places) -> Dossier:
    return gather_kept(noticed, "2026-0001", today=DAY)


def test_a_dossier_is_pdf_a_with_its_chinese_fonts_inside(
    case: Dossier, tmp_path: Path
) -> None:
    path = write_dossier(case, tmp_path / "dossier.pdf")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-1.7")
    fonts = subprocess.run(
        ["pdffonts", path], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert any("CJK" in font for font in fonts)
    # Each is embedded, cut down to what is used, and mapped back to characters.
    assert [f for f in fonts if not re.search(r"yes yes yes\s+\d+\s+\d+$", f)] == []
    text = subprocess.run(
        ["pdftotext", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    for words in ("为什么可能有错", "送达拟列入告知书", "申请听证期限", "平均水平"):
        assert words in text


def test_it_says_that_it_is_pdf_a_3_with_unicode_text() -> None:
    inside = unpacked(pdf("<p>食安</p>"))
    assert b"pdfaid:part>3<" in inside or b'pdfaid:part="3"' in inside
    assert b"pdfaid:conformance>U<" in inside or b'pdfaid:conformance="U"' in inside
    assert b"/OutputIntents" in inside


def unpacked(content: bytes) -> bytes:
    """Give a file with every stream of it unpacked."""
    parts = [content]
    for stream in re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(stream))
    return b"".join(parts)


def test_the_same_dossier_gives_the_same_bytes_in_another_process(
    tmp_path: Path,
) -> None:
    hashes = set()
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.pdf"
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", PRINT, str(path)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(hashes) == 1


def test_without_a_chinese_font_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(NO_FONTS, "utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    with pytest.raises(MachineError, match=r"Chinese font.*fonts-noto-cjk"):
        pdf("<p>食安</p>")


def test_without_pango_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                message = "cannot load library 'libpango-1.0-0'"
                raise OSError(message)

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(MachineError, match=r"Pango.*libpango"):
        pdf("<p>食安</p>")


def test_a_printed_page_fetches_nothing() -> None:
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    with pytest.raises(FatalURLFetchingError, match="may fetch nothing"):
        pdf('<img src="file:///etc/hostname">')


def test_a_file_that_cannot_be_written_is_said(case: Dossier, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="choose another file"):
        write_dossier(case, tmp_path / "file" / "dossier.pdf")


def test_a_candidate_is_printed_without_a_case_number() -> None:
    page = dossier_html(Dossier(DAY, SEEN, "abc", None, None))
    assert "说明书　线索" in page
    english = dossier_html(Dossier(DAY, SEEN, "abc", None, None), "en")
    assert "Dossier of a proposed listing: candidate" in english


def test_the_day_is_told_by_the_caller(case: Dossier) -> None:
    later = replace(case, today=DAY.replace(day=10))
    assert dossier_html(later) != dossier_html(case)
