"""Names of downloads: readable Chinese for browsers, plain ASCII for the rest, never a way to break a header or a disk.

`Content-Disposition` by RFC 6266 with the extended form of RFC 8187.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MAX_NAME = 120
"""Characters of a name including its extension: 360 bytes of UTF-8 at most three bytes each, below every limit."""
MAX_BYTES = 240
"""Bytes of a name on the disks that people save to (255 is the usual limit)."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|%;]')
_BLANKS = re.compile(r"\s+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\..*)?")
"""Device names of Windows, which no folder can hold as a file."""
_FALLBACK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def safe_file_name(name: str, *, fallback: str) -> str:
    """`name` fit for every disk: no separators, control or direction characters, device names or leading dots.

    Keeps the extension when it cuts; gives `fallback` when nothing readable is left.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    text = _BLANKS.sub(" ", text)
    text = "".join(char for char in text if not _is_unsafe(char))
    text = _FORBIDDEN.sub("_", text).strip(" .")
    stem, dot, extension = text.rpartition(".")
    if not dot or not extension.isascii() or len(extension) > 10:
        stem, extension = text, ""
    if not stem.strip(" ._") or _RESERVED.fullmatch(text):
        return fallback
    tail = f".{extension}" if extension else ""
    stem = stem[: MAX_NAME - len(tail)]
    while len((stem + tail).encode()) > MAX_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + tail


def content_disposition(name: str, *, fallback: str, inline: bool = False) -> str:
    """The header's value for a file that people should see as `name`.

    `fallback` is an ASCII name of ours such as "dataset-1f3a.csv", for programs that know no RFC 8187.
    """
    if not _FALLBACK.fullmatch(fallback):
        raise ValueError(f"not a plain file name: {fallback!r}")
    shown = safe_file_name(name, fallback=fallback)
    kind = "inline" if inline else "attachment"
    if _FALLBACK.fullmatch(shown):
        return f'{kind}; filename="{shown}"'
    return f"{kind}; filename=\"{fallback}\"; filename*=UTF-8''{quote(shown, safe='')}"


def _is_unsafe(char: str) -> bool:
    """Control, format (direction overrides, zero-width), surrogate, private and unassigned characters."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
