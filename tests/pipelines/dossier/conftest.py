import pytest

from pipelines.acting import Places
from pipelines.register.decisions import create_register
from tests.register_requests import recorded


@pytest.fixture(scope="module")
def noticed(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Give a register with a case that is noticed, and no warehouse at all."""
    folder = tmp_path_factory.mktemp("office")
    create_register(folder / "register.sqlite")
    recorded(folder / "register.sqlite", ["NOTICE"])
    return Places(
        register=folder / "register.sqlite",
        warehouse=folder / "none.duckdb",
        store=folder / "models",
    )
