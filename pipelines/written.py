"""Files that are there whole or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path


def write_text(path: Path, text: str) -> Path:
    """Write a text file whole, and give its path."""
    with drafts([path]) as (draft,):
        draft.write_text(text, "utf-8")
    return path


@contextmanager
def drafts(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Give a draft beside each path; put them all in place once all are written.

    When anything fails the drafts are removed and what stood there before still stands.
    A process killed in between leaves a draft, which the next writer replaces.
    """
    written = [path.with_name(f".{path.name}.draft{path.suffix}") for path in paths]
    try:
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
        yield written
        for draft, path in zip(written, paths, strict=True):
            draft.replace(path)
    finally:
        for draft in written:
            with suppress(OSError):
                draft.unlink()
