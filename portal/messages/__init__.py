"""The sentences for every code a failure or problem may carry, in Chinese and English.

One module per room with `MESSAGES: dict[code, (zh, en)]`; a text says what is wrong and what to do. `str.format`
fills in the failure's parameters.
"""

from __future__ import annotations

import importlib
import pkgutil
import string
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from catalog.errors import DomainError, Problem

UNKNOWN = ("操作未能完成({code})。", "This could not be done ({code}).")


def room_messages() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Room → code → (Chinese, English)."""
    rooms = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {room: importlib.import_module(f"{__name__}.{room}").MESSAGES for room in rooms}


@lru_cache(maxsize=1)
def all_messages() -> Mapping[str, tuple[str, str]]:
    """Code → (Chinese, English) of all rooms; a test holds that no code has two texts."""
    return {code: texts for messages in room_messages().values() for code, texts in messages.items()}


def text_of(code: str, params: Mapping[str, Any], language: str) -> str:
    """The sentence for `code` in "zh" or "en"; missing parameters show as "…", never as an error."""
    texts = all_messages().get(code)
    if texts is None:
        return UNKNOWN[language == "en"].format(code=code)
    return _Lenient().vformat(texts[language == "en"], (), {name: _shown(value) for name, value in params.items()})


def error_text(error: DomainError, language: str) -> str:
    """The sentence for a failure."""
    return text_of(error.code, error.params, language)


def problem_text(problem: Problem | Mapping[str, Any], language: str) -> str:
    """The sentence for one finding (`Problem` or its `as_dict`), without its place."""
    if isinstance(problem, Problem):
        return text_of(problem.code, problem.params, language)
    return text_of(problem["code"], problem.get("params", {}), language)


class _Lenient(string.Formatter):
    """Formatting that looks up plain names only (no attributes, no indexes) and never fails on user text."""

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs.get(field_name, "…"), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        try:
            return format(value, format_spec)
        except (ValueError, TypeError):
            return str(value)


def _shown(value: Any) -> Any:
    if isinstance(value, str | int | float) or value is None:
        return value
    if isinstance(value, Mapping):
        return "、".join(f"{name}={_shown(item)}" for name, item in value.items())
    if isinstance(value, Iterable):
        return "、".join(str(_shown(item)) for item in value)
    return str(value)
