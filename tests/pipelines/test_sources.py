"""The shipped city mappings on slices of real data, and the traps of each city."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.load import Counts
from tests import REAL_DATA
from tests.source_files import Books

pytestmark = pytest.mark.skipif(
    not REAL_DATA.is_dir(), reason=f"no public data at {REAL_DATA} (SHIAN_DATA)"
)

FOLDERS = {"nyc": "nyc", "toronto": "toronto", "chicago": "chicago", "london": "london_fhrs"}  # fmt: skip
BUSINESSES = 300
KEYS = ("business_id", "inspection_id", "fhrsid")


def sliced(city: str, folder: Path) -> Path:
    """Write a few hundred businesses of a city with all that hangs on them."""
    folder.mkdir()
    kept: dict[str, pl.Series] = {}
    files = {p.stem: p for p in (REAL_DATA / FOLDERS[city]).glob("*.parquet")}
    for name in sorted(files, key=lambda n: (n != "business", n != "inspection", n)):
        frame = pl.read_parquet(files[name])
        if "business_id" in frame.columns and "business" not in name:
            frame = frame.filter(
                pl.col("business_id").is_in(kept["business_id"].implode())
            )
        elif "inspection_id" in frame.columns:
            frame = frame.filter(
                pl.col("inspection_id").is_in(kept["inspection_id"].implode())
            )
        elif name != "violation_codes":
            frame = frame.gather_every(max(1, frame.height // BUSINESSES))
        kept |= {
            key: frame[key] for key in KEYS if key in frame.columns and key not in kept
        }
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="module", params=FOLDERS)
def city(
    request: pytest.FixtureRequest,
    empty_warehouse: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Path, Books]:
    folder = tmp_path_factory.mktemp(request.param)
    own = Books(empty_warehouse).copy(folder / "w.duckdb")
    return request.param, sliced(request.param, folder / "in"), own


def test_a_slice_of_each_city_loads_whole_and_only_once(
    city: tuple[str, Path, Books],
) -> None:
    name, source, books = city
    first = books.load(source, name)
    assert first.tables["business"].loaded >= BUSINESSES
    assert first.tables["inspection"].loaded > 0
    assert first.total.quarantined <= first.total.read // 100
    assert set(first.rules) <= {"unknown_inspection", "unknown_business"}
    second = books.load(source, name)
    assert second.total == Counts(
        read=first.total.read,
        unchanged=first.total.read - first.total.quarantined,
        quarantined=first.total.quarantined,
    )
    assert second.batch_id is None


def loaded(city: str, tmp_path: Path, books: Books) -> tuple[Path, Books]:
    source = sliced(city, tmp_path / "in")
    books.load(source, city)
    return source, books


def test_in_new_york_a_reinspection_is_no_outcome_and_no_score_no_result(
    tmp_path: Path, books: Books
) -> None:
    """Re-inspections follow bad initials by design; 6.5% of visits have no score."""
    source, books = loaded("nyc", tmp_path, books)
    visits = pl.read_parquet(source / "inspection.parquet")
    initial = visits.filter(
        pl.col("inspection_type") == "Cycle Inspection / Initial Inspection"
    )
    assert books.ask(
        "select count(*), count(is_serious), count_if(is_serious) "
        "from mart.inspection where purpose = 'routine'"
    ) == [
        (initial.height, initial["score"].count(), initial.filter(pl.col("score") >= 28).height)
    ]  # fmt: skip
    again = visits.filter(pl.col("inspection_type").str.contains("Re-inspection"))
    assert again.height > 0
    assert (
        books.ask("select count(*) from mart.inspection where purpose = 'follow_up'")[
            0
        ][0]
        >= again.height
    )
    assert books.ask("select count(*) from mart.inspection where inspected_on < '2000-01-01'") == [(0,)]  # fmt: skip


def test_in_toronto_a_conviction_is_known_two_years_later_and_a_charge_is_none(
    tmp_path: Path, books: Books
) -> None:
    """The data has no day of decision, and attributes as they were when archived."""
    source, books = loaded("toronto", tmp_path, books)
    charges = pl.read_parquet(source / "penalty.parquet")
    convicted = charges.filter(pl.col("outcome").str.starts_with("Conviction"))
    assert books.ask(
        "select count(*), min(recorded_at - decided_on), max(recorded_at - decided_on) "
        "from mart.penalty"
    ) == [(convicted.height, 730, 730) if convicted.height else (0, None, None)]
    assert books.ask("select count(declared_risk), count(opened_on) from mart.business") == [(0, 0)]  # fmt: skip


def test_in_chicago_only_canvass_visits_are_outcomes(
    tmp_path: Path, books: Books
) -> None:
    """The log of other visits says that somebody went, not what they found."""
    source, books = loaded("chicago", tmp_path, books)
    canvass = pl.read_parquet(source / "inspection.parquet").height
    assert books.ask(
        "select count(*), count(is_serious) from mart.inspection where purpose = 'routine'"
    ) == [(canvass, canvass)]
    assert books.ask(
        "select count(is_serious) from mart.inspection where purpose <> 'routine'"
    ) == [(0,)]
    assert books.ask(
        "select count(*) from mart.inspection visit join mart.inspection other "
        "using (business_id, inspected_on) "
        "where visit.inspection_id < other.inspection_id and visit.purpose = 'routine' "
        "and other.purpose = 'routine' and other.inspection_id like 'visit-%'"
    ) == [(0,)]
    assert books.ask("select count(*) from mart.complaint where recorded_at is null or business_id is not null") == [(0,)]  # fmt: skip


def test_in_london_the_three_components_add_up_and_the_unrated_have_no_visit(
    tmp_path: Path, books: Books
) -> None:
    source, books = loaded("london", tmp_path, books)
    rated = pl.read_parquet(source / "establishments.parquet").filter(
        pl.col("hygiene").is_not_null()
    )
    parts = rated.select(pl.sum_horizontal("hygiene", "structural", "confidence").sum())
    assert books.ask("select count(*), sum(source_score) from mart.inspection") == [
        (rated.height, parts.item())
    ]
