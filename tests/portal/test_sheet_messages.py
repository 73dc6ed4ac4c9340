"""Every finding at a cell has a sentence in Chinese and English, with no parameter left open."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path

import catalog
import portal.messages

ROOM = Path(catalog.__file__).parent
CALLS = {"_at", "_report", "_note", "BadCell", "_Unclear", "CellProblem", "_problem", "Invalid", "TooLarge", "Conflict"}
CODE = re.compile(r"[a-z]+(?:_[a-z]+)+")
NOT_CODES = {
    "item_name",
    "open_type",
    "update_cycle",
    "provider_code",
    "format_type",
    "contact_phone",
    "is_secret",
    "source_url",
}


def raised() -> Iterator[str]:
    """The codes that the rooms of sheets and imports give to findings and failures."""
    for path in (*(ROOM / "sheet").glob("*.py"), *ROOM.glob("adopting*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in CALLS:
                for argument in call.args:
                    if isinstance(argument, ast.Constant) and CODE.fullmatch(str(argument.value)):
                        yield str(argument.value)


def all_texts() -> dict[str, tuple[str, str]]:
    """The texts of every room."""
    texts: dict[str, tuple[str, str]] = {}
    for module in pkgutil.iter_modules(portal.messages.__path__):
        texts |= importlib.import_module(f"portal.messages.{module.name}").MESSAGES
    return texts


def test_every_code_of_sheets_and_imports_has_its_sentence() -> None:
    codes = set(raised()) - NOT_CODES
    assert len(codes) > 30
    assert sorted(codes - set(all_texts())) == []


def test_both_languages_name_the_same_facts() -> None:
    from portal.messages.sheet import MESSAGES

    for code, (chinese, english) in MESSAGES.items():
        facts = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (chinese, english)]
        assert facts[1] <= facts[0], code
        assert chinese.endswith("。"), code
        assert english.endswith((".", ".")), code
