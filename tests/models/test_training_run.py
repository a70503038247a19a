"""The record of a training as files: written, read again, and refused when changed."""

import polars as pl
import pytest

from features.errors import ModelError
from models.training_run import read_run, read_table, write_run

TABLE = pl.DataFrame({"story": ["serious", "place"], "share": [0.9, 0.5]})


@pytest.fixture
def kept(tmp_path):
    write_run(tmp_path / "run", {"as_of": "2026-01-01"}, {"visits": 7.0}, {"t": TABLE})
    return tmp_path / "run"


def test_what_was_written_is_read(kept):
    run = read_run(kept)
    assert run.parameters == {"as_of": "2026-01-01"}
    assert run.metrics == {"visits": 7.0}
    assert read_table(kept, "t").equals(TABLE)
    assert sorted(path.name for path in kept.iterdir()) == ["record.json", "t.parquet"]


def test_the_same_run_written_twice_is_the_same_bytes(kept):
    before = {path.name: path.read_bytes() for path in kept.iterdir()}
    write_run(kept, {"as_of": "2026-01-01"}, {"visits": 7.0}, {"t": TABLE})
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == before


def test_a_table_that_was_not_kept_is_none(kept, tmp_path):
    assert read_table(kept, "other") is None
    assert read_table(tmp_path / "nowhere", "t") is None


@pytest.mark.parametrize("change", ["changed", "gone"])
def test_a_table_changed_since_is_refused(kept, change):
    if change == "gone":
        (kept / "t.parquet").unlink()
    else:
        TABLE.head(1).write_parquet(kept / "t.parquet")
    with pytest.raises(ModelError, match="was changed after it was kept"):
        read_table(kept, "t")


@pytest.mark.parametrize("text", [None, "", "[]", "{}"])
def test_no_record_says_what_to_do(tmp_path, text):
    if text is not None:
        (tmp_path / "record.json").write_text(text)
    with pytest.raises(ModelError, match="train again"):
        read_run(tmp_path)
