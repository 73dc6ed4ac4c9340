"""The text of XML and HTML files: which encoding they declare, and a parser that expands nothing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from datasets.errors import Invalid, TooLarge
from datasets.ingest.encodings import Encoding, decode, find_encoding
from datasets.ingest.file_kinds import find_bare_utf16

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

HEAD_BYTES = 4096
DECLARED = re.compile(rb"(?:encoding|charset)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.I)
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "iso8859-1": "cp1252", "ascii": "utf-8"}
"""Declared codec → the one that is meant: the larger of the same family."""
MAX_DEPTH = 200
MAX_TAG = 1 << 23
"""Bytes of one tag or comment. The parser looks at an open one from its beginning again with every piece."""

Attributes = dict[str, str]


def find_declared_encoding(path: Path, wanted: str | None) -> Encoding:
    """The encoding that the file declares if the whole file fits it, else the one found from its bytes."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    declared = DECLARED.search(head)
    wanted = wanted or find_bare_utf16(head)
    if wanted or not declared:
        return find_encoding(path, wanted)
    try:
        codec = codecs.lookup(declared.group(1).decode("ascii")).name
        return find_encoding(path, WIDER.get(codec, codec))
    except (LookupError, Invalid):
        return find_encoding(path)


def local_name(name: str) -> str:
    """A name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def make_parser(
    start: Callable[[str, Attributes], None], end: Callable[[str], None], text: Callable[[str], None] | None = None
) -> XMLParserType:
    """A parser that refuses a DOCTYPE when it meets one, before anything that it declares is used."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise Invalid("xml_has_doctype")


def parse_pieces(parser: XMLParserType, path: Path, codec: str) -> Iterator[int]:
    """Feed the file piece by piece; between two pieces the caller can take what was found. Gives the signs so far.

    Raises Invalid("xml_is_broken", line=…, column=…) and TooLarge("record_is_too_large", limit=…).
    """
    done = read = 0
    try:
        for piece in decode(path, codec):
            parser.Parse(piece, False)
            done += len(piece)
            read += len(piece.encode())
            if read - parser.CurrentByteIndex > MAX_TAG:
                raise TooLarge("record_is_too_large", limit=MAX_TAG)
            yield done
        parser.Parse("", True)
    except expat.ExpatError as error:
        raise Invalid("xml_is_broken", line=error.lineno, column=error.offset + 1) from None
    yield done
