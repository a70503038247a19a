"""What can go wrong, by who can mend it.

ShianError
├── UsageError            the command was called in a way that cannot work
├── InputError            a source file or mapping is not as it must be
├── WarehouseError        the warehouse is missing, busy, or of another version
├── RuleError             models/law is incomplete, uncited or contradicts itself
├── ModelError            there is no fit model, or it does not match the data
├── NotFoundError         the business or run asked for is not there
├── ProcedureError        the law does not allow this step, or not yet, or not to them
├── RegisterError         the register of decisions is missing, busy, full or altered
├── MachineError          a file cannot be read or written
└── DriftError            the model in use no longer fits the present

Each prints as one line that says what was wrong, what came, and what to do; each has
an exit code of its own, so a scheduler learns the cause without reading the log, and a
Chinese word for what it is about. What officers meet daily is said in Chinese as a whole.
"""

from typing import ClassVar


class ShianError(Exception):
    """Anything the user can mend; prints one line, never a traceback."""

    exit_code: ClassVar[int] = 1
    zh: ClassVar[str] = "无法完成"

    def __init__(self, message: str = "", *, said: str = "") -> None:
        """Say it in English, and in Chinese where officers meet it in their daily work."""
        super().__init__(message)
        self.said = said

    def told(self, lang: str) -> str:
        """Give what a page says in a language: Chinese where the error speaks it."""
        return self.said if lang == "zh" and self.said else str(self)


class UsageError(ShianError):
    """The command was called in a way that cannot work."""

    exit_code = 2
    zh = "命令用法有误"


class InputError(ShianError):
    """A source file or a mapping is not as it must be."""

    exit_code = 3
    zh = "源文件或对照文件有误"


class WarehouseError(ShianError):
    """The warehouse is missing, busy, or made by another version."""

    exit_code = 4
    zh = "数据仓库不可用"


class RuleError(ShianError):
    """The rules in models/law are incomplete, uncited or contradictory."""

    exit_code = 5
    zh = "规则文件有误"


class ModelError(ShianError):
    """There is no fit model, or it does not match the data."""

    exit_code = 6
    zh = "模型不可用"


class NotFoundError(ShianError):
    """The business or the run asked for is not in the warehouse."""

    exit_code = 7
    zh = "未找到"


class ProcedureError(ShianError):
    """The procedure does not allow this step now, or not by this person."""

    exit_code = 8
    zh = "程序不允许"


class RegisterError(ShianError):
    """The register of decisions is missing, busy, full or was tampered with."""

    exit_code = 9
    zh = "决定登记簿不可用"


class MachineError(ShianError):
    """A file cannot be read or written: a full disk, a wrong path, no permission."""

    exit_code = 10
    zh = "文件无法读写"


class DriftError(ShianError):
    """The model in use no longer fits the present, by the limits of the monitoring."""

    exit_code = 11
    zh = "模型漂移"
