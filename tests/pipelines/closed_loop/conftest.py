"""A small district at the start of the loop, lived and learned once for all tests."""

import pytest

from pipelines.closed_loop.loop import Past, Setting, with_history

SETTING = Setting(businesses=900, loop_years=1)


@pytest.fixture(scope="session")
def history() -> Past:
    """Give a district after three years as usual; a run leaves it as it is."""
    return with_history(SETTING, 2)
