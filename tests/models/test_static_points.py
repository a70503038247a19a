"""Static points by worked examples: every line of every table, and whole businesses."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clauses import GradeBands, PointBands, PointTable
from models.ratings import grade_of
from models.rules import load_rules
from models.static_points import static_points
from models.static_tables import in_whole_units, points_in_band
from tests.worked import DAY, cases, mart

RULES = load_rules().in_force(DAY)
BANDED = RULES.all(PointBands)
BANDS = RULES.get(GradeBands, "grade.bands")


def scored(example, business_id="b"):
    """Score one business drawn from a worked example."""
    factors = [
        {"factor": factor, "value_code": "-", "value_number": amount}
        for factor, amount in example.get("factors", {}).items()
    ] + [
        {"factor": factor, "value_code": code}
        for factor, codes in example.get("categories", {}).items()
        for code in codes
    ]
    business = mart(
        "business",
        [
            {
                "business_id": business_id,
                "business_type": example["business_type"],
                "subtype": example.get("subtype"),
                "declared_risk": example.get("declared_risk"),
            }
        ],
    )
    recorded = [{"business_id": business_id, **factor} for factor in factors]
    return static_points(business, mart("static_factor", recorded), RULES)


@pytest.mark.parametrize("example", cases("static_points.toml"))
def test_static_points_of_a_whole_business(example):
    known = {"why", "business_type", "subtype", "declared_risk", "factors"}
    expected = {"categories", "points", "tier", "provisional", "special_food"}
    assert set(example) <= known | expected
    result = scored(example)
    got = result.points.row(0, named=True)
    assert got["static_points"] == pytest.approx(example["points"])
    assert got["static_tier"] == example.get("tier")
    assert got["is_provisional"] is example["provisional"]
    assert got["makes_special_food"] is example.get("special_food", False)
    assert result.parts["points"].sum() == pytest.approx(example["points"])


@pytest.mark.parametrize("example", cases("static_bands.csv"))
def test_an_amount_gives_the_points_of_its_band(example):
    factor = example["factor"]
    result = scored(
        {
            "business_type": example["business_type"],
            "factors": {factor: float(example["amount"])},
        }
    )
    by_rule = dict(result.parts.select("rule_id", "points").iter_rows())
    table = "seller" if example["business_type"] == "seller" else "catering"
    expected = example["points"] and float(example["points"])
    assert by_rule.get(f"{table}.{factor}") == (expected or None)


@pytest.mark.parametrize("example", cases("producer_categories.csv"))
def test_a_producer_gets_the_points_of_its_food_category(example):
    categories = {"food_category": [example["code"]]}
    result = scored({"business_type": "producer", "categories": categories})
    got = result.points.row(0, named=True)
    assert got["static_points"] == float(example["points"])
    assert got["static_tier"] == example["tier"]
    assert got["is_provisional"] is False
    name = example["why"].replace(":", "：")
    assert result.parts["zh"].item() == f"食品类别：{name}，计{example['points']}分"
    total = pl.DataFrame({"total": [got["static_points"]]})
    assert total.select(grade_of(pl.col("total"), BANDS)).item() == example["grade"]


@pytest.mark.parametrize("by", ["code", "words"])
@pytest.mark.parametrize("example", cases("health_food.csv"))
def test_health_food_is_scored_by_code_and_by_the_tables_own_words(example, by):
    table = RULES.get(PointTable, f"health_food.{example['factor']}")
    code = {row.zh: row.code for row in table.rows}[example["value"]]
    value = code if by == "code" else example["value"]
    categories = {"food_category": ["2701"], example["factor"]: [value]}
    result = scored({"business_type": "producer", "categories": categories})
    assert result.parts["rule_id"].to_list() == [table.id]
    assert result.parts["points"].item() == float(example["points"])
    assert example["why"] == f"{example['factor']}: {example['value']}"


def test_every_line_of_every_official_table_has_a_worked_example():
    producer = RULES.get(PointTable, "producer.food_category")
    assert [row.code for row in producer.rows] == [
        case.values[0]["code"] for case in cases("producer_categories.csv")
    ]
    health = {
        (rule.factor, row.zh)
        for rule in RULES.all(PointTable)
        if rule.table == "health_food"
        for row in rule.rows
    }
    shown = [case.values[0] for case in cases("health_food.csv")]
    assert health == {(row["factor"], row["value"]) for row in shown}
    edges = {
        (rule.factor, band.up_to)
        for rule in BANDED
        if rule.kind == "law"
        for band in rule.bands[:-1]
    }
    amounts = [case.values[0] for case in cases("static_bands.csv")]
    assert edges <= {(row["factor"], float(row["amount"])) for row in amounts}


@pytest.mark.parametrize(
    ("code", "zh"),
    [
        ("040103", "食品类别：肉制品：热加工熟肉制品：其他熟肉制品，计26.5分"),
        (
            "0499",
            "食品类别编号0499不在分值表中，暂按同类最高分——"
            "食品类别：肉制品：热加工熟肉制品：其他熟肉制品，计26.5分",
        ),
        (
            "010201",
            "食品类别编号010201不在分值表中，暂按同类最高分——"
            "食品类别：粮食加工品：大米，计13.5分",
        ),
        (
            "2701",
            "特殊食品（专表未获取或因素未登记，按代用分值）：保健食品，计29分",
        ),
    ],
)
def test_a_code_that_is_not_in_the_table_does_not_pass_for_a_row_of_it(code, zh):
    categories = {"food_category": [code]}
    parts = scored({"business_type": "producer", "categories": categories}).parts
    assert parts["zh"].to_list() == [zh]
    assert ("is not in the table" in parts["en"].item()) is ("不在分值表中" in zh)


def test_a_business_type_the_tables_do_not_know_is_treated_as_a_market():
    result = scored({"business_type": "vending"})
    assert result.points["static_points"].to_list() == [18]
    assert "农贸市场" in result.parts["zh"].item()


def test_nobody_to_score_gives_no_rows():
    result = static_points(mart("business"), mart("static_factor"), RULES)
    assert result.points.is_empty()
    assert result.parts.is_empty()


def test_a_doubtful_line_says_so_in_both_languages():
    result = scored({"business_type": "catering", "subtype": "central_kitchen"})
    assert result.parts["article"].str.contains("（系统默认，非法定）（存疑）").all()
    assert result.parts["article_en"].str.contains(r"\[uncertain\]").all()
    assert result.parts["zh"].str.contains("代用").all()


@given(
    rule=st.sampled_from(BANDED),
    amount=st.floats(0, 20_000, allow_nan=False) | st.integers(0, 20_000),
)
def test_points_in_band_agrees_with_reading_the_table_line_by_line(rule, amount):
    frame = pl.DataFrame({"amount": [float(amount)]})
    exact = in_whole_units(pl.col("amount"), rule)
    got = frame.select(points_in_band(exact, rule.bands)).item()
    assert got == read_off(float(amount), rule)


def read_off(amount, rule):
    """Read the table as a clerk would."""
    if rule.whole_units:
        amount = int(amount) + (1 if amount - int(amount) >= 0.5 else 0)
    for band in rule.bands:
        if band.above < amount <= band.up_to:
            return band.points
    return None


@given(
    rule=st.sampled_from(
        [r for r in BANDED if r.table in {"seller", "catering_scale"}]
    ),
    low=st.floats(0, 20_000),
    high=st.floats(0, 20_000),
)
def test_more_of_a_factor_never_gives_fewer_points(rule, low, high):
    low, high = sorted((low, high))
    frame = pl.DataFrame({"amount": [low, high]})
    points = points_in_band(in_whole_units(pl.col("amount"), rule), rule.bands)
    less, more = frame.select(points.fill_null(0.0)).to_series()
    assert less <= more


SOME_CODES = ["0102", "050104", "2403", "2701", "2801", "2901", "0301", "9901"]
FACTORS = sorted({rule.factor for rule in BANDED})


@st.composite
def registers(draw):
    """Draw a few businesses with any mixture of factors."""
    kinds = ["producer", "seller", "catering", "canteen", "market"]
    subtypes = [None, "school_canteen", "central_kitchen", "staff_canteen"]
    business, factors = [], []
    for n in range(draw(st.integers(1, 4))):
        who = {"business_id": f"b{n}", "business_type": draw(st.sampled_from(kinds))}
        who["subtype"] = draw(st.sampled_from(subtypes))
        who["declared_risk"] = draw(st.none() | st.integers(1, 9))
        business.append(who)
        for factor in draw(st.lists(st.sampled_from(FACTORS), unique=True, max_size=6)):
            amount = draw(st.floats(0, 12_000).map(lambda x: round(x, 1)))
            factors.append(
                {
                    "business_id": f"b{n}",
                    "factor": factor,
                    "value_code": "-",
                    "value_number": amount,
                }
            )
        codes = draw(st.lists(st.sampled_from(SOME_CODES), unique=True, max_size=3))
        factors += [
            {"business_id": f"b{n}", "factor": "food_category", "value_code": code}
            for code in codes
        ]
    return business, factors, draw(st.permutations(factors))


@settings(max_examples=30)
@given(registers())
def test_parts_sum_to_the_points_and_row_order_changes_nothing(register):
    business, factors, shuffled = register
    who = mart("business", business)
    result = static_points(who, mart("static_factor", factors), RULES)
    again = static_points(who, mart("static_factor", shuffled), RULES)
    assert result.points.equals(again.points)
    assert result.parts.equals(again.parts)
    sums = dict(
        result.parts.group_by("business_id").agg(pl.col("points").sum()).iter_rows()
    )
    for row in result.points.iter_rows(named=True):
        assert sums[row["business_id"]] == pytest.approx(row["static_points"])
        assert 0 < row["static_points"] <= RULES.number("grade.static_max")
    texts = result.parts.select("article", "article_en", "zh", "en")
    assert texts.null_count().sum_horizontal().item() == 0
    assert result.parts["article"].str.starts_with("《").all()
