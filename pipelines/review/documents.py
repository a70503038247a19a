"""Uploaded documents, kept under the hash of their bytes: the same bytes are kept once.

The register holds hash and file name; a document that was changed on the disk is no
longer found under its name.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from features.errors import InputError, MachineError, NotFoundError

# A scanned file of some hundred pages; more is sent apart.
MOST_BYTES = 20 * 1024 * 1024
# What the first bytes of a file that we take are, and its endings. An archive holds
# whatever it holds: it is given back to be saved, never shown.
_KINDS = (
    (b"%PDF-", (".pdf",)),
    (b"\x89PNG\r\n\x1a\n", (".png",)),
    (b"\xff\xd8\xff", (".jpg", ".jpeg")),
    (b"PK\x03\x04", (".zip", ".docx", ".xlsx", ".ofd")),
)
ENDINGS = tuple(ending for _, endings in _KINDS for ending in endings)
_LONGEST_NAME = 120
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Document:
    """A document that is kept: its hash and the name it came with."""

    sha256: str
    name: str


class Documents:
    """The folder of kept documents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, file: BinaryIO, name: str) -> Document:
        """Keep a document and give its hash; it is on the disk when this returns.

        Raises:
            InputError: it is empty, too large, or of a kind that is not taken.
            MachineError: the disk is full, or the folder cannot be written.
        """
        name = plain_name(name)
        beginning = file.read(8)
        file.seek(0)
        _check_kind(beginning, name)
        try:
            return Document(self._written(file, name), name)
        except OSError as error:
            message = (
                f"the document cannot be kept ({error.strerror}); nothing was recorded"
            )
            raise MachineError(message) from error

    def _written(self, file: BinaryIO, name: str) -> str:
        """Write under a temporary name, then put it under its hash."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number, draft = tempfile.mkstemp(dir=self.folder, prefix=".draft-")
        path = Path(draft)
        try:
            with os.fdopen(number, "wb") as out:
                digest = _copied(file, out, name)
            target = self.path(digest)
            target.parent.mkdir(exist_ok=True)
            path.replace(target)
            # A name that a power cut forgets is a document lost.
            for folder in (target.parent, self.folder):
                _sync_names(folder)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return digest

    def path(self, sha256: str) -> Path:
        """Tell where a document of a hash is kept."""
        return self.folder / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """Give a document back, if its bytes are still what they were.

        Raises:
            NotFoundError: it is not kept here, or was changed on the disk.
        """
        path = self.path(sha256)
        content = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(content).hexdigest() != sha256:
            message = (
                f"document {sha256[:12]} is not kept here, or was changed on the disk"
            )
            raise NotFoundError(message)
        return content


def _sync_names(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def plain_name(name: str) -> str:
    """Give a file name without folders or characters that no name needs."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c for c in last if c.isprintable() and c not in '"<>|:*?')
    return kept[-_LONGEST_NAME:] or "document"


def _check_kind(beginning: bytes, name: str) -> None:
    if not beginning:
        message = f"附件“{name}”是空文件（the document is empty）"
        raise InputError(message)
    ending = PurePosixPath(name).suffix.lower()
    for first, endings in _KINDS:
        if beginning.startswith(first) and ending in endings:
            return
    message = f"附件“{name}”须为{'、'.join(ENDINGS)}，且内容与后缀一致（a document is one of these, and is what its name says）"
    raise InputError(message)


def _copied(file: BinaryIO, out: BinaryIO, name: str) -> str:
    digest, size = hashlib.sha256(), 0
    while piece := file.read(_PIECE):
        size += len(piece)
        if size > MOST_BYTES:
            message = (
                f"附件“{name}”超过{MOST_BYTES // 2**20} MB（the document is too large）"
            )
            raise InputError(message)
        digest.update(piece)
        out.write(piece)
    out.flush()
    os.fsync(out.fileno())
    return digest.hexdigest()
