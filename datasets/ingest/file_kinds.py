"""What a delivered file is, told from its bytes. Names and extensions are not believed; pickles are never loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from datasets.errors import Invalid

HEAD_BYTES = 8192
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SCAN_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Signature:
    """A kind of file that is refused, the bytes it begins with, and the code that says what to do instead."""

    kind: str
    start: bytes
    code: str = "format_not_supported"


REFUSED = (
    Signature("Windows EXE", b"MZ", "file_is_a_program"),
    Signature("ELF", b"\x7fELF", "file_is_a_program"),
    Signature("Mach-O", b"\xcf\xfa\xed\xfe", "file_is_a_program"),
    Signature("script", b"#!/", "file_is_a_program"),
    Signature("GZIP", b"\x1f\x8b", "file_is_compressed"),
    Signature("BZIP2", b"BZh", "file_is_compressed"),
    Signature("XZ", b"\xfd7zXZ\x00", "file_is_compressed"),
    Signature("Zstandard", b"\x28\xb5\x2f\xfd", "file_is_compressed"),
    Signature("RAR", b"Rar!\x1a\x07", "file_is_compressed"),
    Signature("7-Zip", b"7z\xbc\xaf\x27\x1c", "file_is_compressed"),
    Signature("PDF", b"%PDF-", "file_is_a_document"),
    Signature("RTF", b"{\\rtf", "file_is_a_document"),
    Signature("PNG", b"\x89PNG", "file_is_a_picture"),
    Signature("JPEG", b"\xff\xd8\xff", "file_is_a_picture"),
    Signature("GIF", b"GIF8", "file_is_a_picture"),
    Signature("TIFF", b"II*\x00", "file_is_a_picture"),
    Signature("Parquet", b"PARE", "file_is_encrypted"),
    Signature("Feather", b"ARROW1"),
    Signature("HDF5", b"\x89HDF\r\n\x1a\n"),
    Signature("SQLite", b"SQLite format 3\x00"),
    Signature("pickle", b"\x80\x02"),
    Signature("pickle", b"\x80\x03"),
    Signature("pickle", b"\x80\x04"),
    Signature("pickle", b"\x80\x05"),
)
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")
XML = re.compile(r"\s*<(?:\?xml\b|!--|!doctype\b|[^\W\d][\w.:-]*[\s/>])", re.I)
PROLOG = re.compile(r"\s*(?:(?:<\?.*?\?>|<!--.*?-->)\s*)*", re.S)
HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|meta|script|style|div|center|font|p|br)\b", re.I)
MIME = re.compile(rb"\AMIME-Version:", re.I)


def find_kind(path: Path) -> str:
    """The kind of the file, a key of `loaders.LOADERS`; "text" where nothing else is certain.

    Raises Invalid with a code that says what the file is and what to deliver instead: "file_is_empty",
    "file_is_a_program", "file_is_compressed", "file_is_a_document", "file_is_a_picture", "file_is_html",
    "file_is_encrypted", "workbook_is_encrypted", "format_not_supported".
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise Invalid("file_is_empty")
    for signature in REFUSED:
        if head.startswith(signature.start):
            raise Invalid(signature.code, kind=signature.kind)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "zip"
    if head.startswith(OLE):
        return _check_ole(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if MIME.match(head):
        raise Invalid("file_is_html")
    return _find_markup(_decode_head(head))


def _decode_head(head: bytes) -> str:
    """The beginning as text, as far as ASCII signs are concerned; UTF-16 is told by its BOM or its zeros."""
    for bom, codec in BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(codec, "replace")
    return head.decode(find_bare_utf16(head) or "latin-1", "replace")


def find_bare_utf16(head: bytes) -> str | None:
    """UTF-16 without BOM, told by zeros around the first two signs: in JSON and XML those are ASCII (RFC 4627, 3)."""
    if head[1:4:2] == b"\x00\x00" and b"\x00" not in head[0:4:2]:
        return "utf-16-le"
    if head[0:4:2] == b"\x00\x00" and b"\x00" not in head[1:4:2]:
        return "utf-16-be"
    return None


def _find_markup(text: str) -> str:
    if JSON.match(text):
        return "json"
    if not XML.match(text):
        return "text"
    first = PROLOG.match(text)
    return "html" if first and HTML.match(text, first.end()) else "xml"


def _check_ole(path: Path) -> str:
    """Old Excel files are OLE containers, but so are Word files and encrypted .xlsx."""
    with path.open("rb") as file:
        content = file.read(SCAN_BYTES)
        file.seek(max(0, path.stat().st_size - SCAN_BYTES))
        content += file.read(SCAN_BYTES)
    if ENCRYPTED in content:
        raise Invalid("workbook_is_encrypted")
    if "WordDocument".encode("utf-16-le") in content:
        raise Invalid("file_is_a_document", kind="Word")
    if "PowerPoint Document".encode("utf-16-le") in content:
        raise Invalid("file_is_a_document", kind="PowerPoint")
    return "xls"
