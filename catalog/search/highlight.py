"""Marks what was looked for in a text as it is printed, whatever its script, width and case."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.search.normalise import normalise_character

ELLIPSIS = "…"


def highlight(text: str, terms: Iterable[str], *, width: int | None = None) -> list[tuple[str, bool]]:
    """Cut `text` into (piece, is it looked for); joined, the pieces give the text again.

    `terms` are those of a `SearchResult`. With `width` the text is first cut to about so many characters around
    the first place found, an ellipsis standing for what was left out. Time is linear in the length of the text.
    """
    marks = _marks(text, list(terms))
    start, end = _window(marks, len(text), width)
    pieces: list[tuple[str, bool]] = [(ELLIPSIS, False)] if start else []
    position = start
    while position < end:
        stop = position
        while stop < end and marks[stop] == marks[position]:
            stop += 1
        pieces.append((text[position:stop], bool(marks[position])))
        position = stop
    if end < len(text):
        pieces.append((ELLIPSIS, False))
    return pieces


def _marks(text: str, terms: list[str]) -> bytearray:
    """One byte per character of `text`: 1 where a term covers it."""
    folded: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        plain = normalise_character(character)
        folded.append(plain)
        origin.extend([index] * len(plain))
    compared = "".join(folded)
    marks = bytearray(len(text))
    for term in terms:
        found = compared.find(term) if term else -1
        while found >= 0:
            for index in origin[found : found + len(term)]:
                marks[index] = 1
            found = compared.find(term, found + 1)
    return marks


def _window(marks: bytearray, length: int, width: int | None) -> tuple[int, int]:
    if width is None or length <= width:
        return 0, length
    first = max(marks.find(1), 0)
    start = 0 if first < width * 3 // 4 else max(0, min(first - width // 4, length - width))
    return start, min(length, start + width)
