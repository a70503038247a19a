"""A folder takes back what it wrote, and nothing else."""

import json
from pathlib import Path

import pytest

from pipelines.folder import LIST, Folder


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name != LIST)


def run(path: Path, *files: str, kind: str = "cards", text: str = "ours") -> Folder:
    folder = Folder(path, kind)
    for name in files:
        folder.write(name, text, [name])
    folder.clear()
    return folder


def test_what_the_next_run_does_not_write_goes(tmp_path: Path) -> None:
    run(tmp_path, "a.html", "b.html")
    again = run(tmp_path, "b.html", "c.html")
    assert names(tmp_path) == ["b.html", "c.html"]
    assert [p.name for p in again.removed] == ["a.html"]
    assert run(tmp_path, "b.html", "c.html").removed == []


def test_what_we_did_not_write_stays_whatever_it_is_called(tmp_path: Path) -> None:
    tmp_path.joinpath("index.html").write_text("theirs")
    run(tmp_path, "a.html")
    tmp_path.joinpath("b.html").write_text("theirs")
    assert run(tmp_path).strangers() == [tmp_path / "b.html", tmp_path / "index.html"]
    assert names(tmp_path) == ["b.html", "index.html"]


def test_what_somebody_changed_since_stays_and_is_told_each_time(
    tmp_path: Path,
) -> None:
    run(tmp_path, "filled.html", "plain.html")
    tmp_path.joinpath("filled.html").write_text("found nothing")
    for _ in range(2):
        again = run(tmp_path)
        assert [p.name for p in again.left] == ["filled.html"]
        assert names(tmp_path) == ["filled.html"]
    tmp_path.joinpath("filled.html").unlink()
    assert run(tmp_path).left == []


def test_another_kind_of_run_keeps_its_files(tmp_path: Path) -> None:
    run(tmp_path, "a.html", "shared.html")
    run(tmp_path, "shared.html", "list.html", kind="red-black")
    assert names(tmp_path) == ["a.html", "list.html", "shared.html"]
    run(tmp_path, "b.html")
    assert names(tmp_path) == ["b.html", "list.html"]


def test_a_run_that_was_cut_short_leaves_nothing_unknown(tmp_path: Path) -> None:
    run(tmp_path, "a.html", text="first")
    cut = Folder(tmp_path, "cards")
    cut.write("a.html", "second")
    cut.write("b.html", "second")
    with (tmp_path / LIST).open("a") as file:
        file.write('{"kind": "cards", "na')
    # The note was made and the file never put in place: the first text still is ours.
    tmp_path.joinpath("a.html").write_text("first")
    assert len(run(tmp_path).removed) == 2
    assert names(tmp_path) == []


def test_what_stays_is_chosen_by_what_it_is_about(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "cards")
    folder.write("a.html", "", ["a"])
    folder.write("both.html", "", ["a", "b"])
    later = Folder(tmp_path, "cards")
    later.clear(lambda note: {"a"}.issuperset(note.about))
    assert names(tmp_path) == ["a.html"]


@pytest.mark.parametrize("name", ["../precious.txt", "/etc/hostname"])
def test_a_list_never_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    precious, inside = tmp_path / "precious.txt", tmp_path / "out"
    run(inside, "a.html", text="")
    precious.write_text("")
    notes = [json.loads(line) for line in (inside / LIST).read_text().splitlines()]
    forged = json.dumps({**notes[0], "name": name})
    (inside / LIST).write_text(forged + "\n")
    run(inside)
    assert precious.exists()


def test_a_file_that_failed_is_not_noted(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "cards")

    def fail() -> None:
        with folder.drafts(["a.html"]) as (draft,):
            draft.write_text("half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  the test's own
        fail()
    assert (names(tmp_path), folder.written) == ([], [])
