"""A JSON document piece by piece: its outer levels are walked, what they hold is decoded one value at a time.

Numbers stay as they are written: `1.50`, `1e5` and 18-digit codes come as text. So memory is bounded by the longest
record, not by the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from datasets.errors import Invalid, TooLarge

MAX_RECORD = 1 << 25
"""Signs that one record may have."""
MAX_DEPTH = 20
"""Levels of the envelope around a list; below them a value is decoded whole."""
SPACE = re.compile(r"[ \t\r\n]*")
ODD = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
"""Escapes of NUL and of halves of signs."""


class JsonText:
    """The text of a document, with a place up to which it has been read.

    Every method raises Invalid("json_is_broken", line=…, column=…), Invalid("json_is_too_deep"),
    Invalid("text_contains_nul") or TooLarge("record_is_too_large", limit=…).
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._text = ""
        self._at = 0
        self._start = 0
        self._line = 1
        self._column = 1
        self.is_odd = False
        """Whether escapes were met that stand for no text (NUL, halves of signs)."""
        self.repeated = 0
        """Names that stand more than once in the same object; the last one counts."""
        self.not_numbers = 0
        """NaN and Infinity, which JSON does not know."""
        decoder = json.JSONDecoder(
            parse_int=str,
            parse_float=str,
            parse_constant=self._constant,
            object_pairs_hook=self._object,
            strict=False,
        )
        self._scan = decoder.scan_once  # type: ignore[attr-defined]

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self.repeated += len(pairs) - len(found)
        return found

    def _constant(self, name: str) -> str | None:
        self.not_numbers += 1
        return None if name == "NaN" else name

    def peek(self) -> str:
        """The next sign that is no blank; "" at the end."""
        while True:
            self._at = SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(1):
                return ""

    def value(self) -> Any:
        """The next value whole: dict, list, text, bool or None; numbers as text."""
        sign = self.peek()
        while True:
            try:
                found, end = self._scan(self._text, self._at)
            except (json.JSONDecodeError, StopIteration) as error:
                if self._more(len(self._text) - self._at):
                    continue
                raise self._broken(getattr(error, "pos", self._at)) from None
            except RecursionError:
                raise Invalid("json_is_too_deep") from None
            if end == len(self._text) and sign not in '{["' and self._more(1):
                continue
            self._start, self._at = self._at, end
            return found

    def source(self) -> str:
        """The text of the value that was given last."""
        return self._text[self._start : self._at]

    def items(self) -> Iterator[Any]:
        """The values of the array that begins here."""
        self._at += 1
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            sign = self.peek()
            if sign not in (",", "]"):
                raise self._broken(self._at)
            self._at += 1
            if sign == "]":
                return

    def names(self) -> Iterator[str]:
        """The names of the object that begins here; the value of each must be taken before the next."""
        self._at += 1
        seen: set[str] = set()
        sign = self.peek()
        while sign != "}":
            if sign != '"':
                raise self._broken(self._at)
            name = self.value()
            if self.peek() != ":":
                raise self._broken(self._at)
            self._at += 1
            self.repeated += name in seen
            seen.add(name)
            yield name
            sign = self.peek()
            if sign == ",":
                self._at += 1
                sign = self.peek()
                if sign == "}":
                    raise self._broken(self._at)
            elif sign != "}":
                raise self._broken(self._at)
        self._at += 1

    def lines(self) -> Iterator[Any]:
        """The values that follow each other, one a line or not, to the end."""
        while self.peek():
            yield self.value()

    def is_lines(self) -> bool:
        """Whether a second value follows the first one, as far as the beginning of the document shows."""
        if self.peek() != "{":
            return False
        try:
            _, end = self._scan(self._text, self._at)
        except (json.JSONDecodeError, StopIteration):
            return False
        except RecursionError:
            raise Invalid("json_is_too_deep") from None
        return self._text[SPACE.match(self._text, end).end() :][:1] == "{"  # type: ignore[union-attr]

    def require_end(self) -> None:
        """Nothing may follow."""
        if self.peek():
            raise self._broken(self._at)

    def _more(self, wanted: int) -> bool:
        """Read on for at least `wanted` signs, forgetting what lies behind. False at the end."""
        if len(self._text) - self._at >= MAX_RECORD:
            raise TooLarge("record_is_too_large", limit=MAX_RECORD)
        self._count(self._at)
        parts, length = [self._text[self._at :]], 0
        for piece in self._pieces:
            if "\x00" in piece:
                raise Invalid("text_contains_nul")
            parts.append(piece)
            length += len(piece)
            if length >= wanted:
                break
        self._text, self._at = "".join(parts), 0
        if not length:
            return False
        self.is_odd = self.is_odd or ODD.search(self._text, max(0, len(self._text) - length - 6)) is not None
        return True

    def _count(self, end: int) -> None:
        lines = self._text.count("\n", 0, end)
        self._line += lines
        self._column = end - self._text.rfind("\n", 0, end) if lines else self._column + end

    def _broken(self, at: int) -> Invalid:
        self._count(min(at, len(self._text)))
        return Invalid("json_is_broken", line=self._line, column=self._column)


_EXACT = json.JSONDecoder(
    parse_int=orjson.Fragment, parse_float=orjson.Fragment, parse_constant=lambda name: None, strict=False
)


def decode_exactly(text: str) -> Any:
    """The value in `text`, whose numbers `write_compact` writes as they were written."""
    return _EXACT.decode(text)


def write_compact(value: Any) -> str:
    """A value of `decode_exactly` as JSON without blanks. Raises Invalid("json_is_too_deep")."""
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError, RecursionError):
        return _write_odd(value)


def _write_odd(value: Any) -> str:
    """The same where texts hold halves of signs: those become "�"."""
    try:
        return orjson.dumps(_mend(value)).decode()
    except (TypeError, ValueError, RecursionError):
        raise Invalid("json_is_too_deep") from None


def _mend(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_mend(name): _mend(item) for name, item in value.items()}
    return [_mend(item) for item in value] if isinstance(value, list) else value
