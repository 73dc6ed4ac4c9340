"""A badge that says on other sites how an entry keeps its promise: one small picture, drawn here, text and all.

Colours are fixed, for a badge stands on pages that are not ours; white on each of them holds WCAG AA. Widths are
measured by character class and then forced, so that Chinese and Latin text fit whatever font the reader has.
"""

from __future__ import annotations

import unicodedata
from html import escape

HEIGHT = 20
PADDING = 7
WIDE, NARROW = 12.0, 6.7
"""Pixels of a Chinese and of a Latin character at a size of 12 (of the latter the mean)."""
LABEL_COLOUR = "#3f4f4a"
COLOURS = {"good": "#1b6a3c", "warn": "#855200", "bad": "#a5271d", "": "#586863"}
"""Tone of a state → colour of its half."""
FONTS = "Verdana,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


def draw_badge(label: str, value: str, *, tone: str, title: str) -> str:
    """The picture as SVG: `label` on the left, `value` on the right in the colour of `tone`; `title` says all."""
    left, right = _width(label), _width(value)
    whole = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}" viewBox="0 0 {whole} {HEIGHT}"'
        f' role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'<clipPath id="r"><rect width="{whole}" height="{HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="{HEIGHT}" fill="{LABEL_COLOUR}"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{COLOURS.get(tone, COLOURS[""])}"/></g>'
        f'<g fill="#fff" text-anchor="middle" font-family="{FONTS}" font-size="12">'
        f"{_text(label, left / 2, left)}{_text(value, left + right / 2, right)}</g></svg>\n"
    )


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in text)
    return round(wide * WIDE + (len(text) - wide) * NARROW) + 2 * PADDING


def _text(text: str, middle: float, width: int) -> str:
    return f'<text x="{middle:g}" y="14" textLength="{width - 2 * PADDING}">{escape(text)}</text>'
