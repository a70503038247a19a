"""Which answer of HTTP an error of ours is."""

from collections.abc import Mapping

from features.errors import (
    InputError,
    MachineError,
    ModelError,
    NotFoundError,
    ProcedureError,
    RegisterError,
    ShianError,
    UsageError,
    WarehouseError,
)

_STATUS: Mapping[type[ShianError], int] = {
    UsageError: 422,
    InputError: 422,
    NotFoundError: 404,
    ProcedureError: 409,
    # Busy, full or being written to: to be tried again, nothing was recorded.
    RegisterError: 503,
    WarehouseError: 503,
    ModelError: 503,
    MachineError: 503,
}
_OUR_FAULT = 500


def status_of(error: ShianError) -> int:
    """Give the status of an error."""
    return next(
        (s for kind, s in _STATUS.items() if isinstance(error, kind)), _OUR_FAULT
    )
