"""Files that are there whole or not at all."""

from pathlib import Path

import pytest

from pipelines.written import drafts


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_files_are_put_in_place_together(tmp_path: Path) -> None:
    wanted = [tmp_path / "out" / "a.txt", tmp_path / "out" / "b.txt"]
    with drafts(wanted) as written:
        for number, path in enumerate(written):
            path.write_text(str(number))
        assert not any(path.exists() for path in wanted)
    assert [path.read_text() for path in wanted] == ["0", "1"]
    assert names(tmp_path / "out") == ["a.txt", "b.txt"]


def test_when_one_fails_what_stood_there_still_stands(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("before")

    def write() -> None:
        with drafts([first, second]) as written:
            written[0].write_text("after")
            (tmp_path / "nowhere" / "b.txt").write_text("never")

    with pytest.raises(FileNotFoundError):
        write()
    assert first.read_text() == "before"
    assert names(tmp_path) == ["a.txt"]
