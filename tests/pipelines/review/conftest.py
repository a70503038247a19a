"""One office for every test of the workbench; copy it to write to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.review_office import Office, Visitor, made_office


@pytest.fixture(scope="session")
def office_as_made(
    small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Office:
    """Give an office nobody has worked in; copy it to work in it."""
    return made_office(small_warehouse, tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def office(office_as_made: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office for the tests of a module."""
    return office_as_made.copy(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    """Serve the office's workbench."""
    with office.serving() as served:
        yield served


@pytest.fixture
def visitor(address: str) -> Iterator[Visitor]:
    """Give a browser nobody has signed in on."""
    made = Visitor(address)
    yield made
    made.close()
