"""Documents are kept by their bytes: whatever their name says, and unchanged or not at all."""

import hashlib
import io
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import InputError, NotFoundError
from pipelines.review.documents import MOST_BYTES, Documents, plain_name
from tests.review_office import PDF, Visitor

OFFICE_FILE = b"PK\x03\x04 a letter"


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return Documents(tmp_path / "documents")


def files(documents: Documents) -> list[Path]:
    return [path for path in documents.folder.rglob("*") if path.is_file()]


def test_the_same_bytes_are_kept_once_under_their_hash(documents: Documents) -> None:
    one = documents.keep(io.BytesIO(PDF), "a.pdf")
    two = documents.keep(io.BytesIO(PDF), "another name.PDF")
    assert one.sha256 == two.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (one.name, two.name) == ("a.pdf", "another name.PDF")
    assert files(documents) == [documents.path(one.sha256)]
    assert documents.read(one.sha256) == PDF


def test_what_was_changed_on_the_disk_is_not_given_back(documents: Documents) -> None:
    kept = documents.keep(io.BytesIO(PDF), "a.pdf")
    documents.path(kept.sha256).write_bytes(PDF + b" and more")
    with pytest.raises(NotFoundError, match="changed on the disk"):
        documents.read(kept.sha256)
    with pytest.raises(NotFoundError):
        documents.read("0" * 64)


def test_only_who_runs_the_server_reads_them(documents: Documents) -> None:
    kept = documents.keep(io.BytesIO(PDF), "a.pdf")
    mode = stat.S_IMODE(documents.path(kept.sha256).stat().st_mode)
    assert mode == 0o600


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", PDF),
        ("a.pdf.exe", PDF),
        ("a.png", PDF),
        ("a", PDF),
        ("a.pdf", OFFICE_FILE),
        ("a.svg", b"<svg/>"),
        ("a.pdf", b""),
        ("a.pdf", PDF + b"x" * MOST_BYTES),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(
    documents: Documents, name: str, content: bytes
) -> None:
    with pytest.raises(InputError):
        documents.keep(io.BytesIO(content), name)
    assert not documents.folder.exists() or files(documents) == []


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Windows\\x.pdf", "x.pdf"),
        ('a"b\r\n.pdf', "ab.pdf"),
        ("送达回证.pdf", "送达回证.pdf"),
        ("/", "document"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_no_folder_and_no_control(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text(max_size=300))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    plain = plain_name(name)
    assert 0 < len(plain) <= 120
    assert "/" not in plain
    assert "\\" not in plain
    assert plain.isprintable()


def test_a_document_that_no_act_holds_is_given_to_nobody(visitor: Visitor) -> None:
    visitor.sign_in("lilei")
    for name in ("0" * 64, "..%2faccounts.sqlite", "lilei", "a" * 3):
        assert visitor.get(f"/documents/{name}").status == 404
