"""dBASE tables (.dbf), the attributes of a Shapefile. Fields have fixed widths and hold text, so nothing is rounded."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from datasets.errors import Invalid

HEADER = struct.Struct("<BBBBLHH17xBxx")
FIELD = struct.Struct("<11sc4xBB14x")
END_OF_FIELDS = b"\r"
DELETED = b"*"
BOOLEANS = {"T": "true", "Y": "true", "F": "false", "N": "false"}
CODE_PAGES = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950", 0x03: "cp1252", 0x57: "cp1252"}
"""Language driver of the header → codec."""
GUESSES = ("utf-8", "gb18030", "cp950")
SAMPLE_ROWS = 20_000
LONGEST_SIGN = 4
"""Bytes of one sign in any of the encodings: a full field may end within one."""

Record = list[bytes] | None
"""The bytes of each field; None for a deleted record."""


@dataclass(frozen=True, slots=True)
class DbfField:
    """A column: raw name, type letter (C text, N and F numbers, D date, L yes or no, I integer) and width in bytes."""

    name: bytes
    kind: str
    width: int


@dataclass(frozen=True, slots=True)
class DbfHeader:
    """What the beginning of the file says. `codec` is None where it names no language."""

    count: int
    record_size: int
    codec: str | None
    fields: list[DbfField]


def read_header(stream: IO[bytes]) -> DbfHeader:
    """Read up to the first record. Raises Invalid("shapefile_is_broken")."""
    raw = stream.read(HEADER.size)
    if len(raw) < HEADER.size:
        raise Invalid("shapefile_is_broken")
    _, _, _, _, count, header_size, record_size, language = HEADER.unpack(raw)
    body = stream.read(max(0, header_size - HEADER.size))
    fields = []
    for start in range(0, len(body) - FIELD.size + 1, FIELD.size):
        if body[start : start + 1] == END_OF_FIELDS:
            break
        name, kind, width, _ = FIELD.unpack_from(body, start)
        fields.append(DbfField(name.partition(b"\x00")[0].strip(), kind.decode("latin-1"), width))
    if not fields or record_size != 1 + sum(field.width for field in fields):
        raise Invalid("shapefile_is_broken")
    return DbfHeader(count, record_size, CODE_PAGES.get(language), fields)


def read_records(stream: IO[bytes], header: DbfHeader) -> Iterator[Record]:
    """All records that the header counts. Raises Invalid("shapefile_is_broken") where the file ends before."""
    for _ in range(header.count):
        raw = stream.read(header.record_size)
        if len(raw) < header.record_size:
            raise Invalid("shapefile_is_broken")
        place, cells = 1, []
        for field in header.fields:
            cells.append(raw[place : place + field.width])
            place += field.width
        yield None if raw[:1] == DELETED else cells


def find_codec(records: Iterator[Record], header: DbfHeader, declared: str | None) -> str:
    """The declared codec, else the one of the header, else the first that fits; the best one where none fits."""
    for name in (declared, header.codec):
        if name:
            return name
    texts = [index for index, field in enumerate(header.fields) if field.kind == "C"]
    failures = dict.fromkeys(GUESSES, 0)
    for codec in GUESSES:
        failures[codec] += sum("\ufffd" in decode_text(field.name, codec) for field in header.fields)
    for _, record in zip(range(SAMPLE_ROWS), records, strict=False):
        for cell in [record[index] for index in texts] if record else ():
            if not cell.isascii():
                for codec in GUESSES:
                    failures[codec] += "\ufffd" in decode_text(cell, codec)
    return min(GUESSES, key=lambda codec: failures[codec])


def codec_of(label: str) -> str | None:
    """The codec that a .cpg file names: "UTF-8", "GBK", "936", "ANSI 936", "65001", …"""
    name = label.strip().lower().removeprefix("ansi").removeprefix("cp").strip(" -_")
    pages = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "950": "cp950", "big5": "cp950", "65001": "utf-8"}
    try:
        return pages.get(name) or codecs.lookup(f"cp{name}" if name.isdecimal() else name).name
    except (LookupError, UnicodeEncodeError):
        return None


def decode_text(raw: bytes, codec: str) -> str:
    """The text of a field without its padding; a sign that the width cut off at the end is left out."""
    kept = raw.rstrip(b" \x00")
    try:
        return kept.decode(codec)
    except UnicodeDecodeError:
        pass
    for cut in range(1, LONGEST_SIGN if len(kept) == len(raw) else 1):
        try:
            return kept[:-cut].decode(codec)
        except UnicodeDecodeError:
            continue
    return kept.decode(codec, "replace")


def print_fields(record: Sequence[bytes], fields: Sequence[DbfField], codec: str) -> list[str | None]:
    """The cells of a record as text; blank where the field is empty or overflowed ("****")."""
    return [_print(raw, field.kind, codec) or None for raw, field in zip(record, fields, strict=True)]


def _print(raw: bytes, kind: str, codec: str) -> str:
    if kind == "I" and len(raw) == 4:
        return str(int.from_bytes(raw, "little", signed=True))
    text = decode_text(raw, codec).strip(" \x00").replace("\x00", "")
    if kind in "NF":
        return "" if text.startswith("*") else text
    if kind == "D" and text.strip("0"):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else text
    if kind == "D":
        return ""
    if kind == "L":
        return BOOLEANS.get(text.upper(), "")
    return text
