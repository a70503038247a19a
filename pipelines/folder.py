"""A folder that remembers what was written into it, so that a later run takes it back.

A page that must no longer be public has to go when the folder is written again. What is
deleted is only what stands in the folder's own list, and only while it still is what was
written: a sheet that somebody filled in, and a file that was there before, stay.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pipelines.written import drafts

LIST = ".shian-written.jsonl"


@dataclass(frozen=True)
class Note:
    """A file as it was once written: by which kind of run, and about whom."""

    kind: str
    name: str
    sha256: str
    about: tuple[str, ...] = ()


class Folder:
    """A folder in which one kind of run writes; other kinds may share it."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        self.written: list[Path] = []
        self.removed: list[Path] = []
        self.left: list[Path] = []
        self._kind = kind

    @contextmanager
    def drafts(
        self, names: Sequence[str], about: Collection[str] = ()
    ) -> Iterator[list[Path]]:
        """Give a draft of each file; note them, then put them in place, all or none.

        They are noted first: a process killed in between leaves a note of a file that is
        not there, never a file that nobody knows.
        """
        paths = [self.path / name for name in names]
        with drafts(paths) as written:
            yield written
            with (self.path / LIST).open("a", encoding="utf-8") as file:
                file.writelines(
                    _line(Note(self._kind, name, _sha256(draft), tuple(about)))
                    for name, draft in zip(names, written, strict=True)
                )
        self.written += paths

    def write(self, name: str, text: str, about: Collection[str] = ()) -> Path:
        """Write a text, whole or not at all."""
        with self.drafts([name], about) as (draft,):
            draft.write_text(text, "utf-8")
        return self.path / name

    def clear(self, stays: Callable[[Note], bool] = lambda _: False) -> None:
        """Take back what this kind of run wrote before and not now, but for what stays.

        `left` then holds what should go and was changed by somebody since.
        """
        now, known = set(self.written), list(_notes(self.path))
        last = {n.name: n for n in known if n.kind == self._kind}
        gone: set[str] = set()
        for name, note in last.items():
            path = self.path / name
            if path in now or (path.exists() and stays(note)):
                continue
            if not path.exists():
                gone.add(name)
            elif any(n.name == name and n.sha256 == _sha256(path) for n in known):
                path.unlink()
                self.removed.append(path)
                gone.add(name)
            elif path not in self.left:
                self.left.append(path)
        self._forget(known, gone)

    def strangers(self) -> list[Path]:
        """List the pages that no run has noted: of older programs, or of other people."""
        noted = {self.path / note.name for note in _notes(self.path)}
        return sorted(set(self.path.glob("*.html")) - noted)

    def _forget(self, known: Sequence[Note], gone: Collection[str]) -> None:
        kept = [n for n in known if n.kind != self._kind or n.name not in gone]
        if len(kept) < len(known):
            with drafts([self.path / LIST]) as (draft,):
                draft.write_text("".join(map(_line, kept)), "utf-8")


def _notes(folder: Path) -> Iterator[Note]:
    """Read the list; a line cut short, or that leads out of the folder, says nothing."""
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in dict.fromkeys(lines):
        try:
            note = Note(**json.loads(line))
        except (ValueError, TypeError):
            continue
        path = PurePosixPath(note.name)
        if not path.is_absolute() and ".." not in path.parts:
            yield note


def _line(note: Note) -> str:
    return json.dumps(asdict(note), ensure_ascii=False) + "\n"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
