"""Which encoding a text file is in, judged over the whole file in bounded memory.

BOM → strict UTF-8 → what the non-ASCII lines say in the encodings before Unicode (`legacy_encodings`). A file that is
UTF-8, GB18030 or Big5 but for some bytes is not read as something else: it is refused with the place of those bytes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from datasets.errors import Invalid
from datasets.ingest.legacy_encodings import LETTERS, chinese_score, is_western, letter_score

CHUNK = 1 << 20
SAMPLE = 256 << 10
"""Bytes of lines with non-ASCII characters from which the encodings before Unicode are judged."""
SHORT = 4096
EVERYDAY = 0.8
"""A score of everyday characters alone."""
PLAUSIBLE = 0.5
"""A score from which text is believed to be Chinese."""
CLEAR = 0.15
"""So much better than the next must the best score be, or a person is asked."""
SLIGHT = 0.01
"""So few broken characters mean damage, not another encoding."""
PREVIEW_LINES = 5
PREVIEW_CHARACTERS = 200

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
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "iso8859_7": "ISO 8859-7",
    "koi8_r": "KOI8-R",
    "cp850": "DOS 850",
    "mac_roman": "Mac Roman",
}
"""Codec → what people call it. Forms offer these; a recipe may name any codec that Python has."""

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""UTF-32 first: its little-endian BOM begins with that of UTF-16."""
CHINESE = ("gb18030", "cp950", "big5hkscs")
EAST_ASIAN = {"shift_jis": 0.3, "euc_kr": 0.8}
"""From which share of kana or hangul a text is Japanese or Korean: Chinese read as Korean gives two thirds hangul."""
WORDY = 8
"""Characters; a shorter text is not taken for Japanese or Korean."""
UNUSUAL = 0.7
"""Chinese text scores higher nearly always; below, Japanese and Korean are thought of first."""
ENOUGH = 4.0
"""Weight of good UTF-8 from which it is no chance."""
KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7a3]")
NON_ASCII = re.compile("[^\x00-\x7f]")
LEAD, TRAIL = b"\x02", b"\x01"
UTF8_CLASSES = bytes(2 if 0xE4 <= byte <= 0xE9 else 1 if 0x80 <= byte <= 0xBF else 0 for byte in range(256))
"""Byte → whether it may lead or follow in the UTF-8 form of a Chinese character. Patterns are ten times slower."""
THREE_HANZI = 3 * (LEAD + TRAIL + TRAIL)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec decided on, whether it is beyond doubt, and what else would fit.

    In doubt `previews` holds {"codec", "lines"} for the codec and each alternative: the first non-ASCII lines.
    """

    codec: str
    is_certain: bool
    alternatives: list[str] = field(default_factory=list)
    previews: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Break:
    """The first bytes of a file that a codec cannot decode. `line` and `column` (characters) count from 1."""

    offset: int
    line: int
    column: int
    broken: bytes

    def place(self) -> dict[str, Any]:
        """The parameters of a message."""
        return {"line": self.line, "column": self.column, "bytes": self.broken.hex(" ").upper()}


def find_encoding(path: Path, wanted: str | None = None, *, is_utf8: bool = False) -> Encoding:
    """Decide the encoding of the text file at `path`; reads it two or three times, in pieces.

    `is_utf8` says that somebody has read the whole file as strict UTF-8 already: then that is not done again.
    Raises Invalid("unknown_encoding") for a `wanted` that Python does not know, Invalid("encoding_does_not_fit",
    encoding=…, line=…, column=…, bytes=…) where it cannot decode the file, Invalid("text_is_damaged", the same) for
    text of one encoding with broken bytes in between, Invalid("encodings_are_mixed", encoding=…, other=…, line=…) for
    two files in one, Invalid("encoding_not_supported", encoding="UTF-32"), Invalid("encoding_not_found") else.
    """
    if wanted:
        return _check_wanted(path, wanted)
    with path.open("rb") as file:
        head = file.read(4096)
    marked = next((codec for bom, codec in BOMS if head.startswith(bom)), None) or _find_bare_utf16(head)
    if marked and marked.startswith("utf-32"):
        raise Invalid("encoding_not_supported", encoding="UTF-32")
    if marked:
        if not (is_utf8 and marked == "utf-8-sig"):
            _require_fit(path, marked)
        return Encoding(marked, True)
    start = _first_non_ascii(path)
    if start is None:
        return Encoding("utf-8", True)
    broken = None if is_utf8 else find_break(path, "utf-8", start)
    if broken is None:
        return _doubt_short_utf8(path, start)
    sample = _non_ascii_lines(path, broken.offset)
    if _is_mostly_utf8(path, broken.offset, sample):
        _refuse_utf8(broken, sample[0])
    return _choose_legacy(path, sample)


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


def find_break(path: Path, codec: str, start: int = 0) -> Break | None:
    """Where `codec` first cannot decode the file, or None. Up to the byte `start` it is known to."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    position = start
    with path.open("rb") as file:
        file.seek(start)
        while True:
            chunk = file.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                offset = position + len(chunk) - len(error.object) + error.start
                return _locate(path, codec, offset, error.object[error.start : max(error.end, error.start + 2)])
            position += len(chunk)
            if not chunk:
                return None


def _first_non_ascii(path: Path) -> int | None:
    """The offset of the first byte that is not ASCII."""
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if not chunk.isascii():
                return position + next(index for index, byte in enumerate(chunk) if byte > 0x7F)
            position += len(chunk)
    return None


def _doubt_short_utf8(path: Path, start: int) -> Encoding:
    """Valid UTF-8 is UTF-8, but for a few words such as 停业 or 联通, whose GBK happens to be valid."""
    sample = [line for line in _non_ascii_lines(path, start, SHORT) if line]
    text = b"\n".join(sample).decode("utf-8", "replace")
    scores = _score_chinese(b"\n".join(sample)) if max(text) < "\u0800" else {}
    if scores.get("gb18030", 0.0) < EVERYDAY or find_break(path, "gb18030", start):
        return Encoding("utf-8", True)
    return _in_doubt(["gb18030", "utf-8"], sample)


def _locate(path: Path, codec: str, offset: int, broken: bytes) -> Break:
    """Line and column of a byte offset; lines end with LF, or with CR in files without LF."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    counts, columns = {"\n": 0, "\r": 0}, {"\n": 0, "\r": 0}
    with path.open("rb") as file:
        for start in range(0, offset, CHUNK):
            text = decoder.decode(file.read(min(CHUNK, offset - start)))
            text = text if start else text.removeprefix("\ufeff")
            for end in counts:
                found = text.count(end)
                counts[end] += found
                columns[end] = len(text) - text.rfind(end) - 1 if found else columns[end] + len(text)
    end = "\n" if counts["\n"] else "\r"
    return Break(offset, counts[end] + 1, columns[end] + 1, broken[:4])


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
    broken = find_break(path, codec)
    if broken:
        _refuse_break("encoding_does_not_fit", codec, broken)


def _refuse_break(code: str, codec: str, broken: Break) -> NoReturn:
    raise Invalid(code, encoding=ENCODINGS.get(codec, codec), **broken.place())


def _find_bare_utf16(head: bytes) -> str | None:
    """UTF-16 without BOM: the zeros stand on one side of the pairs only, and beside every line end."""
    sides = {"utf-16-le": (head[1::2], head[0::2]), "utf-16-be": (head[0::2], head[1::2])}
    for codec, (high, low) in sides.items():
        text = head[: len(head) // 2 * 2].decode(codec, "replace")
        has_line_ends = "\n" in text or "\r" in text
        if high.count(0) > (0.05 if has_line_ends else 0.4) * len(high) and low.count(0) < 0.1 * high.count(0):
            return codec
    return None


def _non_ascii_lines(path: Path, offset: int, wanted: int = SAMPLE) -> list[bytes]:
    """Lines that are not ASCII, from the one at `offset` (which is first) on, `wanted` bytes of them or so."""
    lines: list[bytes] = []
    size, rest = 0, b""
    with path.open("rb") as file:
        start = max(0, offset - CHUNK)
        file.seek(start)
        before = file.read(offset - start)
        file.seek(offset - len(before) + max(before.rfind(b"\n"), before.rfind(b"\r")) + 1)
        while size < wanted and (chunk := file.read(CHUNK)):
            *whole, rest = re.split(rb"[\r\n]+", rest + chunk)
            found = [line for line in whole if not line.isascii()]
            lines += found
            size += sum(map(len, found))
            if len(rest) > SAMPLE:
                break
    if not rest.isascii():
        lines.append(rest[:SAMPLE])
    return lines


def _is_mostly_utf8(path: Path, offset: int, sample: list[bytes]) -> bool:
    """Good UTF-8 stands before the first break, or nearly all behind it is good: the file was meant to be UTF-8.

    Two bytes of GBK are valid UTF-8 now and then, three hardly ever; so characters of three count for more.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    weight = 0.0
    with path.open("rb") as file:
        for start in range(0, offset, CHUNK):
            found = NON_ASCII.findall(decoder.decode(file.read(min(CHUNK, offset - start))))
            weight += sum(2.0 if sign >= "\u0800" else 0.5 for sign in found)
            if weight >= ENOUGH:
                return True
    text = b"\n".join(sample).decode("utf-8", "replace")
    return text.count("\ufffd") <= SLIGHT * len(NON_ASCII.findall(text))


def _refuse_utf8(broken: Break, line: bytes) -> NoReturn:
    """The line is good text of a Chinese encoding: two files in one; otherwise it is damaged."""
    scores = _score_chinese(line)
    other = max(scores, key=lambda codec: scores[codec], default=None)
    if other and scores[other] >= PLAUSIBLE:
        _refuse_mixed("utf-8", other, broken.line)
    _refuse_break("text_is_damaged", "utf-8", broken)


def _refuse_mixed(codec: str, other: str, line: int) -> NoReturn:
    raise Invalid("encodings_are_mixed", encoding=ENCODINGS[codec], other=ENCODINGS[other], line=line)


def _score_chinese(raw: bytes) -> dict[str, float]:
    """Codec → score, for those in which all of `raw`, or all but a hundredth, is text."""
    scores: dict[str, float] = {}
    for codec in CHINESE:
        text = raw.decode(codec, "replace")
        if text.count("\ufffd") <= SLIGHT * len(NON_ASCII.findall(text)):
            scores[codec] = chinese_score(text, codec)
    return scores


def _choose_legacy(path: Path, sample: list[bytes]) -> Encoding:
    raw = b"\n".join(line for line in sample if not _is_utf8(line))
    scores = {} if is_western(raw) else _score_chinese(raw)
    plausible = sorted((codec for codec in scores if scores[codec] >= PLAUSIBLE), key=lambda codec: -scores[codec])
    is_usual = bool(plausible) and scores[plausible[0]] >= UNUSUAL
    others = [] if is_usual else _rank_others(path, raw)
    if plausible and not (others and others[0] in EAST_ASIAN):
        return _choose_chinese(path, sample, plausible, scores)
    candidates = list(dict.fromkeys([*others, *(codec for codec in scores if find_break(path, codec) is None)]))
    if not candidates:
        raise Invalid("encoding_not_found")
    return _in_doubt(candidates[:4], sample)


def _choose_chinese(path: Path, sample: list[bytes], plausible: list[str], scores: dict[str, float]) -> Encoding:
    """The best of the plausible codecs that decodes the whole file."""
    breaks: dict[str, Break] = {}
    for best in plausible:
        broken = find_break(path, best)
        if broken is None:
            break
        breaks[best] = broken
    line = _find_utf8_line(path)
    if line:
        _refuse_mixed(best, "utf-8", line)
    if best in breaks:
        _refuse_break("text_is_damaged", plausible[0], breaks[plausible[0]])
    close = [codec for codec in plausible if codec.startswith("gb") != best.startswith("gb")]
    rival = next((codec for codec in close if scores[codec] > scores[best] - CLEAR), None)
    if rival and find_break(path, rival) is None:
        return _in_doubt([best, rival], sample)
    return Encoding(best, True)


def _find_utf8_line(path: Path) -> int:
    """The first line of a Chinese file that is UTF-8 after all (three such characters in a row are no chance), or 0."""
    lines = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            chunk += file.readline(CHUNK)
            marks = chunk.translate(UTF8_CLASSES)
            found = marks.find(THREE_HANZI)
            while found >= 0:
                start, end = chunk.rfind(b"\n", 0, found) + 1, chunk.find(b"\n", found)
                end = end if end >= 0 else len(chunk)
                if _is_utf8(chunk[start:end]):
                    return lines + chunk.count(b"\n", 0, start) + 1
                found = marks.find(THREE_HANZI, end)
            lines += chunk.count(b"\n")
    return 0


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _rank_others(path: Path, raw: bytes) -> list[str]:
    """Codecs besides the Chinese ones in which the whole file is text, the likeliest first."""
    scores: dict[str, float] = {}
    for codec in (*EAST_ASIAN, *LETTERS):
        if codec in EAST_ASIAN:
            text = raw.decode(codec, "replace")
            signs = NON_ASCII.findall(text)
            score = len(KANA_OR_HANGUL.findall(text)) / len(signs)
            score = score if score > EAST_ASIAN[codec] and len(signs) >= WORDY else 0.0
        else:
            score = letter_score(raw, codec)
        if score > 0 and find_break(path, codec) is None:
            scores[codec] = score
    return sorted(scores, key=lambda codec: -scores[codec])


def _in_doubt(codecs_: list[str], sample: list[bytes]) -> Encoding:
    lines = [line for line in sample if line.strip()][:PREVIEW_LINES]
    previews: list[dict[str, Any]] = [
        {"codec": codec, "lines": [line.decode(codec, "replace")[:PREVIEW_CHARACTERS] for line in lines]}
        for codec in codecs_
    ]
    return Encoding(codecs_[0], False, codecs_[1:], previews)
