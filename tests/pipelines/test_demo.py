"""The demo's folder: whose files a demo may replace, and whose it may not."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from features.errors import UsageError
from pipelines.demo import MARKER, WRITTEN, Demo, demo

# As few as the model can learn from in each window of the backtest.
BUSINESSES = 400


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a demo; copy it to change it."""
    folder = tmp_path_factory.mktemp("former") / "demo"
    demo(folder, businesses=BUSINESSES)
    return folder


def made_again(out: Path) -> Demo:
    return demo(out, businesses=BUSINESSES)


def test_a_demo_writes_nothing_that_the_next_would_not_remove(former: Path) -> None:
    made = {path.name for path in former.iterdir()}
    assert made <= {*WRITTEN, MARKER}
    assert {*WRITTEN, MARKER} - made == {
        *("pages", "warehouse.duckdb.wal", "warehouse.duckdb.shards")
    }


def test_a_demo_through_a_link_replaces_the_last_and_spares_what_is_not_its_own(
    former: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(former, tmp_path / "demo"))
    own = folder / "thesis.docx", folder / "scores.old.xlsx", folder / "notes" / "a.txt"
    for path in own:
        path.parent.mkdir(exist_ok=True)
        path.write_text("irreplaceable")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "page.html").write_text("irreplaceable")
    (folder / "pages").symlink_to(elsewhere)
    stale = folder / "source" / "stale.parquet"
    stale.write_text("of the last demo")
    link = tmp_path / "link"
    link.symlink_to(folder)
    made = made_again(link)
    assert made.run.as_of == date(2026, 1, 1)
    assert [path.read_text() for path in own] == ["irreplaceable"] * 3
    assert (elsewhere / "page.html").read_text() == "irreplaceable"
    assert not (folder / "pages").exists()
    assert not stale.exists()
    assert link.is_symlink()


def test_a_demo_keeps_out_of_a_folder_or_file_that_is_not_its_own(
    tmp_path: Path,
) -> None:
    file = tmp_path / "scores.xlsx"
    file.write_text("irreplaceable")
    with pytest.raises(UsageError, match="holds files that are not the demo's"):
        made_again(tmp_path)
    with pytest.raises(UsageError, match=r"scores\.xlsx is no folder"):
        made_again(file)
    assert file.read_text() == "irreplaceable"
