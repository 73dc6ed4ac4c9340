"""Zips that lie about themselves are refused before anything is unpacked.

Readers disagree about odd archives (CVE-2024-0450, CVE-2025-8291): what one sees the other does not. So an archive must
be plain: it begins with its first member and ends with its directory, names and sizes say the same in both places,
members do not overlap, and it does not unfold into something far larger (PyPI's rule: more than 64 MiB at a ratio
above 50).
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import IO

from datasets.errors import Invalid, TooLarge

MAX_MEMBERS = 5_000
MAX_UNPACKED = 2 << 30
FREE_UNPACKED = 64 << 20
MAX_RATIO = 50
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
END_RECORD = b"PK\x05\x06"
END_LENGTH = 22
SYMLINK = 0o120000


def check_zip(path: Path) -> list[zipfile.ZipInfo]:
    """The members of the archive at `path`, after every check.

    Raises Invalid("zip_is_broken"), Invalid("zip_is_suspicious", member=…), Invalid("workbook_is_encrypted") or
    TooLarge("file_unpacks_too_large", megabytes=…).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            directory = archive.start_dir
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError):
        raise Invalid("zip_is_broken") from None
    _check_end(path)
    _check_sizes(path, members)
    seen: set[str] = set()
    with path.open("rb") as file:
        expected = 0
        for member in sorted(members, key=lambda item: item.header_offset):
            if member.header_offset != expected and not _is_gap_allowed(member.header_offset, expected):
                raise Invalid("zip_is_suspicious", member=member.filename[:80])
            expected = _check_member(file, member, seen)
    if expected > directory:
        raise Invalid("zip_is_suspicious", member="")
    return members


def _is_gap_allowed(offset: int, expected: int) -> bool:
    """A data descriptor of 12 to 24 bytes may follow a member; nothing may stand before the first, nothing overlaps."""
    return expected > 0 and 0 < offset - expected <= 24


def _check_end(path: Path) -> None:
    """Exactly one end record, at the very end but for its own comment."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - END_LENGTH - 0xFFFF))
        tail = file.read()
    if tail.count(END_RECORD) != 1:
        raise Invalid("zip_is_suspicious", member="")
    start = tail.index(END_RECORD)
    comment_length = int.from_bytes(tail[start + 20 : start + 22], "little")
    if start + END_LENGTH + comment_length != len(tail):
        raise Invalid("zip_is_suspicious", member="")


def _check_sizes(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise TooLarge("zip_has_too_many_members", count=len(members), limit=MAX_MEMBERS)
    unpacked = sum(member.file_size for member in members)
    ratio = unpacked / max(1, path.stat().st_size)
    if unpacked > MAX_UNPACKED or (unpacked > FREE_UNPACKED and ratio > MAX_RATIO):
        raise TooLarge("file_unpacks_too_large", megabytes=unpacked >> 20)


def _check_member(file: IO[bytes], member: zipfile.ZipInfo, seen: set[str]) -> int:
    """Compare the member's own header with the directory; gives the offset just behind its data."""
    name = member.filename
    if member.flag_bits & 0x1:
        raise Invalid("workbook_is_encrypted")
    parts = name.replace("\\", "/").split("/")
    is_link = (member.external_attr >> 16) & 0o170000 == SYMLINK
    if name in seen or is_link or name.startswith(("/", "\\")) or ".." in parts or ":" in name:
        raise Invalid("zip_is_suspicious", member=name[:80])
    seen.add(name)
    file.seek(member.header_offset)
    raw = file.read(LOCAL_HEADER.size)
    if len(raw) < LOCAL_HEADER.size:
        raise Invalid("zip_is_broken")
    signature, _, _, method, _, _, _, packed, unpacked, name_length, extra_length = LOCAL_HEADER.unpack(raw)
    local_name = file.read(name_length)
    sizes_agree = packed in (member.compress_size, 0, 0xFFFFFFFF) and unpacked in (member.file_size, 0, 0xFFFFFFFF)
    if (
        signature != b"PK\x03\x04"
        or method != member.compress_type
        or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        or local_name.decode("utf-8" if member.flag_bits & 0x800 else "cp437", "replace") != member.orig_filename
        or not sizes_agree
    ):
        raise Invalid("zip_is_suspicious", member=name[:80])
    return int(member.header_offset + LOCAL_HEADER.size + name_length + extra_length + member.compress_size)
