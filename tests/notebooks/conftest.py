"""The small district of the pipelines, for notebooks that read a trained one."""

from tests.pipelines.conftest import (  # noqa: F401  fixtures by name
    scored_warehouse,
    small_source,
    small_warehouse,
)
