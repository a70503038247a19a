"""What goes wrong is told on the page in the language of who asks."""

from pathlib import Path

from features.errors import NotFoundError
from tests.review_office import Office, Visitor


def test_an_error_is_told_in_chinese_where_it_speaks_it() -> None:
    both = NotFoundError("no business", said="没有经营者")
    assert (both.told("zh"), both.told("en")) == ("没有经营者", "no business")
    assert NotFoundError("no business").told("zh") == "no business"


def test_a_missing_warehouse_is_told_in_the_language_of_the_page(
    office_as_made: Office, tmp_path: Path
) -> None:
    office = office_as_made.copy(tmp_path)
    office.places.warehouse.unlink()
    with office.serving() as address:
        visitor = Visitor(address)
        visitor.sign_in("lilei")
        chinese = visitor.get("/candidates").text
        english = visitor.get("/candidates?lang=en").text
        visitor.close()
    assert "没有数据仓库" in chinese
    assert "there is no warehouse" not in chinese
    assert "there is no warehouse" in english
