"""A declaration file: what it may say, and how it is told what is wrong."""

from pathlib import Path

import polars as pl
import pytest

from features.answers import compute
from features.catalogue import METRICS, read_features
from features.declared import Declared, read_declared
from features.errors import InputError
from features.periods import Months
from tests.worked import DAY

TABLE = """
    [tables.visits]
    entity = "shop"
    happened = "on"
    [tables.ending]
    entity = "shop"
    happened = "on"
    withdrawn = "off"
    [tables.short]
    entity = "shop"
    happened = "on"
    life_days = 30
"""
FEATURE = {
    "name": "n",
    "zh": "次数",
    "en": "visits",
    "unit": "次|visit",
    "metric": "sum",
    "stream": "visits",
    "quantity": "points",
}


def toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def declared(folder: Path, *features: dict[str, object]) -> Declared:
    """Declare features by what they say otherwise than FEATURE; None leaves out."""
    lines = [TABLE]
    for said in features:
        row = {k: v for k, v in (FEATURE | said).items() if v is not None}
        lines += ["[[feature]]", *(f"{k} = {toml(v)}" for k, v in row.items())]
    path = folder / "own.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_declared(path)


def test_windows_and_values_are_spelt_out_in_names_and_words(tmp_path: Path) -> None:
    said = {
        "name": "{v}_{w}",
        "zh": "近{w}{v}",
        "en": "{v} in the last {w}",
        "values": ["pass", "fail"],
        "null_category": True,
        "windows": [365, "3 months"],
        "base": "1 year",
    }
    features = declared(tmp_path, said).features
    assert [f.name for f in features] == [
        "pass_365d",
        "fail_365d",
        "NULL_365d",
        "pass_3mo",
        "fail_3mo",
        "NULL_3mo",
    ]
    assert (features[0].zh, features[0].en) == ("近一年pass", "pass in the last year")
    assert (features[4].zh, features[4].en) == (
        "近3个月fail",
        "fail in the last 3 months",
    )
    assert {f.window for f in features} == {365, Months(3)}
    assert {f.base for f in features} == {Months(12)}
    assert [f.is_null_category for f in features] == [False, False, True] * 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"zh": None}, "lacks zh, which every catalogue entry has"),
        ({"metric": "median"}, "metric 'median', which is none of profile, count"),
        ({"window": 30}, "says window, which is none of"),
        ({"colour": "red"}, "says colour, which is none of"),
        ({"windows": ["fortnight"]}, "'fortnight' is not understood"),
        ({"metric": "profile"}, "is a profile, which only the register's"),
        ({"stream": "samples"}, "counts samples, and the tables are visits"),
        ({"quantity": None}, "is a sum and lacks quantity"),
        ({"metric": "decayed"}, "is a decayed and lacks half_life"),
        ({"metric": "group"}, "is a group and lacks group"),
        ({"metric": "near"}, "is a near and lacks metres"),
        *(
            (
                {"metric": "decayed", "half_life": 9.0, "windows": [window]}
                | {"stream": stream},
                "is decayed, which knows neither windows nor an end of rows",
            )
            for stream, window in (
                ("ending", "all"),
                ("short", "all"),
                ("visits", 30),
            )
        ),
        ({"metric": "ratio", "of": ["a", "n"]}, "is a ratio of two columns declared"),
        ({"metric": "difference"}, "before it; it is of none"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_the_feature_s_name(
    tmp_path: Path, said: dict[str, object], why: str
) -> None:
    with pytest.raises(InputError, match=why):
        declared(tmp_path, said)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="n is declared twice"):
        declared(tmp_path, {}, {"zh": "另"})


def test_a_table_must_say_whose_its_rows_are_and_when_they_happened(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[tables.visits]\nentity = "shop"\nday = "on"', encoding="utf-8")
    with pytest.raises(InputError, match="visits needs entity and happened"):
        read_declared(path)


def test_a_file_that_is_no_toml_is_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[[feature]\nname = 1", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"own.toml is no TOML file in UTF-8: .*line 1"
    ):
        read_declared(path)


VISITS = pl.DataFrame({"shop": ["a"], "on": [DAY], "points": ["much"]})
ASKED = pl.DataFrame({"entity": ["a"], "as_of": [DAY]})


@pytest.mark.parametrize(
    ("said", "visits", "asked", "why"),
    [
        ({}, VISITS, ASKED, "points of visits is String and is computed with"),
        ({"quantity": "score"}, VISITS, ASKED, "visits has no column score"),
        ({}, VISITS.drop("on"), ASKED, "visits has no column on"),
        (
            {"metric": "count"},
            VISITS,
            ASKED.drop("as_of"),
            "what is asked has no column as_of",
        ),
        (
            {},
            VISITS,
            ASKED.with_columns(entity=pl.lit(7)),
            "key of the table visits is String, that of what is asked Int32",
        ),
        (
            {"metric": "count"},
            VISITS,
            ASKED.with_columns(as_of=pl.lit(None, pl.Date)),
            "1 rows ask about no day",
        ),
        (
            {"metric": "group", "group": "street", "values": ["much"]},
            VISITS,
            ASKED,
            "visits has no column street",
        ),
    ],
)
def test_tables_that_do_not_fit_are_refused_with_what_came(
    tmp_path: Path,
    said: dict[str, object],
    visits: pl.DataFrame,
    asked: pl.DataFrame,
    why: str,
) -> None:
    own = declared(tmp_path, said)
    own = Declared({"visits": own.tables["visits"]}, own.groups, own.features)
    with pytest.raises(InputError, match=why):
        compute(own, {"visits": visits}, asked)


def test_a_table_that_was_declared_and_not_handed_over_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the table visits is declared and not there"):
        compute(declared(tmp_path, {}), {"penalties": VISITS}, ASKED)


def test_every_metric_but_the_register_s_profile_is_declared_in_the_tests() -> None:
    every = read_features(Path(__file__).with_name("every_metric.toml"))
    assert {f.metric for f in every} | {"profile"} == set(METRICS)
