"""What can go wrong, by who can mend it.

ShianError
├── UsageError            the command was called in a way that cannot work
├── InputError            a source file or mapping is not as it must be
├── WarehouseError        the warehouse is missing, busy, or of another version
├── RuleError             models/law is incomplete, uncited or contradicts itself
├── ModelError            there is no fit model, or it does not match the data
└── NotFoundError         the business or run asked for is not there

Each prints as one line that says what was wrong, what came, and what to do; each has
an exit code of its own, so a scheduler learns the cause without reading the log.
"""

from typing import ClassVar


class ShianError(Exception):
    """Anything the user can mend; prints one line, never a traceback."""

    exit_code: ClassVar[int] = 1


class UsageError(ShianError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class InputError(ShianError):
    """A source file or a mapping is not as it must be."""

    exit_code = 3


class WarehouseError(ShianError):
    """The warehouse is missing, busy, or made by another version."""

    exit_code = 4


class RuleError(ShianError):
    """The rules in models/law are incomplete, uncited or contradictory."""

    exit_code = 5


class ModelError(ShianError):
    """There is no fit model, or it does not match the data."""

    exit_code = 6


class NotFoundError(ShianError):
    """The business or the run asked for is not in the warehouse."""

    exit_code = 7
