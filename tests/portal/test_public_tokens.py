"""The palette: readable in light, dark and high contrast (WCAG 2.2 AA), and the two dark blocks are one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "portal" / "static" / "css" / "tokens.css").read_text("utf-8")
GROUNDS = ("paper", "surface", "sunken")
TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "ink-faint", "brand") for ground in GROUNDS],
    *[(tone, f"{tone}-tint") for tone in ("good", "warn", "bad", "info", "accent")],
    *[("ink", f"{tone}-tint") for tone in ("good", "warn", "bad", "info", "brand", "accent")],
    ("brand-strong", "brand-tint"),
    ("ink-faint", "brand-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("on-band", "band"),
    ("on-band-soft", "band"),
    ("bad", "surface"),
    ("accent", "surface"),
    ("ink", "mark"),
    ("ink-soft", "mark"),
]
EDGE_PAIRS = [("edge", "surface"), ("edge", "paper"), ("focus", "surface"), ("focus", "paper"), ("brand", "sunken")]


def _block(start: str) -> dict[str, str]:
    body = CSS[CSS.index(start) :]
    body = body[body.index("{") + 1 : body.index("}")]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", body))


LIGHT = _block(":root {")
DARK = LIGHT | _block(':root[data-theme="dark"] {')


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    parts = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2: 21 for black on white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_norm_says() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_reaches_four_and_a_half_to_one(mode: str, ink: str, ground: str) -> None:
    colours = LIGHT if mode == "light" else DARK
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_of_controls_reach_three_to_one(mode: str, edge: str, ground: str) -> None:
    colours = LIGHT if mode == "light" else DARK
    assert contrast(colours[edge], colours[ground]) >= 3.0


def test_dark_by_system_and_dark_by_choice_are_the_same() -> None:
    assert _block(':root:not([data-theme="light"]) {') == _block(':root[data-theme="dark"] {')


def test_colours_stand_in_tokens_only() -> None:
    """`print.css` sets the tokens anew and the API reader brings its own; the others name tokens."""
    for sheet in (Path(__file__).parents[2] / "portal" / "static" / "css").glob("*.css"):
        if sheet.name in ("base.css", "components.css", "public.css"):
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text("utf-8")), sheet.name
