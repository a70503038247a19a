"""CSV files to text, strictly: one encoding, whole rows, closed quotes.

A row that is not as the header promises is set aside; a file in which rows can no longer
be told apart is refused with the line.
"""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.errors import InputError
from pipelines.source_text import LINE, Fault, header_names, unnamed, without_unnamed

# No row of a register is longer; a longer one is a damaged file, and reading it whole
# would take the memory of the machine.
MAX_LINE_BYTES = 1 << 20
# Rows turned into a frame at a time: Python's own strings take ten times the memory.
_CHUNK = 20_000
# Two or more Chinese characters in UTF-8 that nothing else adjoins. Chinese text in
# GB18030 looks like that by accident in about four runs of a million.
_CHINESE_UTF8 = re.compile(
    rb"(?<![\x80-\xff])(?:[\xe4-\xe9][\x80-\xbf]{2}|\xe3\x80[\x80-\xbf]|\xef[\xbc\xbd][\x80-\xbf]){2,}(?![\x80-\xff])"
)
# Rare characters, those outside GB 2312, are some per cent of the names in a register;
# Latin-1 or Big5 read as GB18030 gives hardly anything else.
_RARE_SHARE = 0.25
# A short line in GB18030 is by accident UTF-8 in a few cases of a hundred.
_ACCIDENTAL_UTF8 = 0.1


def read_csv(path: Path, encoding: str | None) -> tuple[pl.DataFrame, list[Fault]]:
    """Read a CSV file as text.

    Raises:
        InputError: it is damaged, in no single known encoding, has no usable header, or
            a quote is never closed.
    """
    _refuse_damage(path)
    chosen = encoding or _encoding(path)
    try:
        with path.open(encoding=chosen, newline="") as file:
            return _Rows(path, csv.reader(file, strict=True)).read()
    except (UnicodeDecodeError, LookupError) as error:
        message = f"{path.name}: cannot be read as {chosen}, which the mapping states ({error})"
        raise InputError(message) from error


class _Rows:
    """Collects the rows of one file, a chunk at a time."""

    def __init__(self, path: Path, reader: "Iterator[list[str]]") -> None:
        # Whatever the last caller left there, a field ends where a line must end.
        csv.field_size_limit(MAX_LINE_BYTES)
        self.path = path
        self.reader = reader
        self.faults: list[Fault] = []
        self.chunks: list[pl.DataFrame] = []

    def read(self) -> tuple[pl.DataFrame, list[Fault]]:
        self.header = header_names(self.path, self._header())
        self.names = [name or unnamed(at) for at, name in enumerate(self.header)]
        rows: list[list[str]] = []
        lines: list[int] = []
        for line, row in self._records():
            if len(row) == len(self.names):
                rows.append(row)
                lines.append(line)
            elif row:
                value = f"{len(row)} of {len(self.names)} fields"
                self.faults.append(Fault(line, "wrong_field_count", "", value))
            if len(rows) == _CHUNK:
                self._keep(rows, lines)
                rows, lines = [], []
        self._keep(rows, lines)
        frame = pl.concat(self.chunks)
        return without_unnamed(self.path, frame, self.header), self.faults

    def _header(self) -> list[str]:
        first = next((row for _, row in self._records() if any(row)), [""])
        return [first[0].removeprefix("\ufeff"), *first[1:]]

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Give each record with the line it starts on; set aside what is misquoted."""
        while True:
            line: int = self.reader.line_num + 1  # type: ignore[attr-defined]
            try:
                yield line, next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "expected after" not in str(error):
                    message = f"{self.path.name} line {line}: a quote opened here is never closed"
                    raise InputError(message) from error
                self.faults.append(Fault(line, "bad_quoting", "", str(error)))

    def _keep(self, rows: list[list[str]], lines: list[int]) -> None:
        columns = zip(*rows, strict=True) if rows else ([] for _ in self.names)
        data = {
            name: pl.Series(values, dtype=pl.String)
            for name, values in zip(self.names, columns, strict=True)
        }
        self.chunks.append(
            pl.DataFrame(data | {LINE: pl.Series(lines, dtype=pl.Int64)})
        )


def _refuse_damage(path: Path) -> None:
    """Refuse UTF-16, NUL bytes and endless lines, reading a block at a time."""
    line, length = 1, 0
    with path.open("rb") as file:
        while block := file.read(MAX_LINE_BYTES):
            if line == 1 and block.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
                message = f"{path.name}: is UTF-16 (Excel's Unicode text); export the file again as CSV UTF-8"
                raise InputError(message)
            if (at := block.find(b"\0")) >= 0:
                message = f"{path.name} line {line + block[:at].count(10)}: holds a NUL byte; export the file again"
                raise InputError(message)
            pieces = block.replace(b"\r", b"\n").split(b"\n")
            longest = max(length + len(pieces[0]), *(len(p) for p in pieces[1:]), 0)
            if longest > MAX_LINE_BYTES:
                message = f"{path.name} near line {line}: a line of more than {MAX_LINE_BYTES:,} bytes; is it a CSV file?"
                raise InputError(message)
            line += block.count(b"\n")
            length = len(pieces[-1]) + (length if len(pieces) == 1 else 0)


def _encoding(path: Path) -> str:
    """Tell UTF-8 from GB18030, and refuse what is neither or a mixture of both."""
    if _is_utf8(path):
        return "utf-8-sig"
    seen = _Seen()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.isascii():
                seen.look_at(number, line)
    if problem := seen.problem():
        message = f"{path.name} {problem}; export the file again as UTF-8, or state its encoding in the mapping"
        raise InputError(message)
    return "gb18030"


@dataclass
class _Seen:
    """What the lines of a file that is not UTF-8 tell about its encoding."""

    lines: int = 0
    utf8_lines: int = 0
    chinese_utf8: int = 0
    not_utf8: int = 0
    not_gb18030: int = 0
    characters: int = 0
    rare: int = 0

    def look_at(self, number: int, line: bytes) -> None:
        self.lines += 1
        if _CHINESE_UTF8.search(line):
            self.chinese_utf8 = self.chinese_utf8 or number
        if _decodes(line, "utf-8"):
            self.utf8_lines += 1
        else:
            self.not_utf8 = self.not_utf8 or number
        if _decodes(line, "gb18030"):
            text = [c for c in line.decode("gb18030") if not c.isascii()]
            common = len("".join(text).encode("gb2312", "ignore")) // 2
            self.characters += len(text)
            self.rare += len(text) - common
        else:
            self.not_gb18030 = self.not_gb18030 or number

    def problem(self) -> str:
        """Say in words why the file is not GB18030; nothing when it is."""
        many = self.utf8_lines > _ACCIDENTAL_UTF8 * self.lines
        if self.chinese_utf8 or (many and self.lines > 1):
            return f"line {self.not_utf8}: mixes UTF-8 with another encoding"
        if self.not_gb18030:
            return f"line {self.not_gb18030}: is neither UTF-8 nor GB18030"
        if self.rare > _RARE_SHARE * self.characters:
            return f"line {self.not_utf8}: is not UTF-8, and as GB18030 gives mostly rare characters"
        return ""


def _is_utf8(path: Path) -> bool:
    decoder = getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(MAX_LINE_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
