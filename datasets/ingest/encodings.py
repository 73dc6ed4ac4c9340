"""Which encoding a text file is in, judged over the whole file.

BOM → strict UTF-8 → strict GB18030 or Big5 → charset-normalizer. Nearly every Big5 file also decodes as GB18030, and
much GB2312 text as Big5, so where both fit the commoner characters decide: real text stays almost wholly within the
first level of its own standard (GB 2312 level 1: 3,755 characters, Big5 level 1: 5,401), while the same bytes read by
the other standard scatter over rare ones.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from datasets.errors import Invalid

CHUNK = 1 << 20
SAMPLE = 4 << 20
PLAUSIBLE = 0.85
"""A share of common characters from which a legacy encoding is believed without asking."""
SLIGHT = 0.01
"""So few broken bytes mean damage, not another encoding."""
ACCENTS = 0.1
"""With fewer non-ASCII bytes than this the text is Western: a few accents among Latin letters."""

ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "gb18030": "GB18030 / GBK",
    "cp950": "Big5",
    "big5hkscs": "Big5-HKSCS",
    "cp1252": "Windows-1252",
    "shift_jis": "Shift_JIS",
    "euc_kr": "EUC-KR",
}
"""Codec → what people call it. Forms offer these; a recipe may name any codec that Python has."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec decided on, whether it is beyond doubt, and what else would fit."""

    codec: str
    is_certain: bool
    alternatives: list[str] = field(default_factory=list)


def find_encoding(path: Path, wanted: str | None = None) -> Encoding:
    """Decide the encoding of the text file at `path`; reads it once or twice, in pieces.

    Raises Invalid("unknown_encoding") for a `wanted` that Python does not know, Invalid("encoding_does_not_fit",
    line=…) where it cannot decode the file, Invalid("text_is_damaged", line=…) for UTF-8 with broken bytes in between,
    and Invalid("encoding_not_found") when nothing fits.
    """
    if wanted:
        return _check_wanted(path, wanted)
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    marked = next((codec for bom, codec in BOMS if head.startswith(bom)), None) or _find_bare_utf16(head)
    if marked:
        _require_fit(path, marked)
        return Encoding(marked, True)
    if _fits(path, "utf-8"):
        return Encoding("utf-8", True)
    line = _damaged_utf8_line(head)
    if line:
        raise Invalid("text_is_damaged", line=line)
    return _choose_legacy(path, head)


def decode(path: Path, codec: str) -> Iterator[str]:
    """The text of the file piece by piece, without its BOM."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    with path.open("rb") as file:
        is_first = True
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            yield text.removeprefix("\ufeff") if is_first else text
            is_first = False
        yield decoder.decode(b"", final=True)


def _check_wanted(path: Path, wanted: str) -> Encoding:
    try:
        codec = codecs.lookup(wanted)
    except LookupError:
        raise Invalid("unknown_encoding", encoding=wanted[:40]) from None
    if not getattr(codec, "_is_text_encoding", True):
        raise Invalid("unknown_encoding", encoding=wanted[:40])
    name = wanted if wanted in ENCODINGS else codec.name
    _require_fit(path, name)
    return Encoding(name, True)


def _require_fit(path: Path, codec: str) -> None:
    line = 1
    try:
        for text in decode(path, codec):
            line += text.count("\n")
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        raise Invalid("encoding_does_not_fit", encoding=ENCODINGS.get(codec, codec), line=line) from None


def _fits(path: Path, codec: str) -> bool:
    try:
        for _ in decode(path, codec):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _find_bare_utf16(head: bytes) -> str | None:
    """UTF-16 without BOM: nearly every other byte of a table's digits and commas is zero."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) < 4:
        return None
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return None


def _damaged_utf8_line(head: bytes) -> int:
    """The line of the first broken byte when all but a hundredth of the non-ASCII text is good UTF-8, else 0."""
    text = head.decode("utf-8", "replace").removesuffix("\ufffd")
    broken = text.count("\ufffd")
    beyond_ascii = sum(1 for sign in text if sign > "\x7f")
    if not broken or broken > SLIGHT * beyond_ascii:
        return 0
    return text[: text.index("\ufffd")].count("\n") + 1


def _choose_legacy(path: Path, head: bytes) -> Encoding:
    scores = {}
    for codec, common in (("gb18030", _common_gb()), ("cp950", _common_big5()), ("big5hkscs", _common_big5())):
        if codec == "big5hkscs" and "cp950" in scores:
            continue
        if _fits(path, codec):
            scores[codec] = _common_share(head, codec, common)
    ranked = sorted(scores, key=lambda codec: scores[codec], reverse=True)
    if ranked and scores[ranked[0]] >= PLAUSIBLE:
        return Encoding(ranked[0], True, ranked[1:])
    guessed = _guess(head, path)
    candidates = [*ranked[:1], *guessed] if ranked and scores[ranked[0]] >= 0.5 else [*guessed, *ranked]
    candidates = list(dict.fromkeys(candidates))
    if not candidates:
        raise Invalid("encoding_not_found")
    return Encoding(candidates[0], False, candidates[1:])


def _common_share(head: bytes, codec: str, common: frozenset[str]) -> float:
    """The share of `common` signs among the non-ASCII ones of the sample."""
    counts = Counter(sign for sign in head.decode(codec, "ignore") if sign > "\x7f")
    total = sum(counts.values())
    return sum(count for sign, count in counts.items() if sign in common) / total if total else 0.0


@cache
def _common_gb() -> frozenset[str]:
    """GB 2312: punctuation, full-width forms and level 1."""
    return _signs("gb2312", [*range(0xA1, 0xA4), *range(0xB0, 0xD8)], [range(0xA1, 0xFF)])


@cache
def _common_big5() -> frozenset[str]:
    """Big5: punctuation, full-width forms and level 1."""
    return _signs("cp950", [*range(0xA1, 0xA4), *range(0xA4, 0xC7)], [range(0x40, 0x7F), range(0xA1, 0xFF)])


def _signs(codec: str, leads: list[int], trails: list[range]) -> frozenset[str]:
    pairs = (bytes([lead, trail]) for lead in leads for part in trails for trail in part)
    return frozenset("".join(pair.decode(codec, "ignore") for pair in pairs))


def _guess(head: bytes, path: Path) -> list[str]:
    """What charset-normalizer thinks, kept only where the whole file decodes."""
    from charset_normalizer import from_bytes

    best = from_bytes(head[: 1 << 18]).best()
    names = [best.encoding, *best.could_be_from_charset, "cp1252"] if best else ["cp1252"]
    if sum(byte > 0x7F for byte in head) < ACCENTS * len(head):
        names.insert(0, "cp1252")
    known = [codecs.lookup(name).name for name in names]
    return [name for name in dict.fromkeys(known) if name not in {"utf-8", "ascii"} and _fits(path, name)][:4]
