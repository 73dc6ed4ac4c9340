"""What of an entry can be searched: one table, read when writing the index and when ranking.

A new way to find entries (synonyms, other readings) is one row here; the index then rebuilds itself because the
layout it was written with has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catalog.feeds.records import FeedRecord
from catalog.search.normalise import key_of
from catalog.search.sounds import sounds_of
from catalog.search.tokens import index_tokens, sound_tokens
from catalog.vocabularies import label

LAYOUT_VERSION = 1
"""Raise when tokens are cut differently: indexes of older layouts are rebuilt."""


@dataclass(frozen=True, slots=True)
class SearchField:
    """A part of an entry: its weight in the rank, and the texts it consists of."""

    name: str
    weight: float
    texts: Callable[[FeedRecord], list[str | None]]
    with_singles: bool = False
    is_sound: bool = False
    """Sounds are asked only for Latin letters that stand nowhere as they are."""


def _item_texts(record: FeedRecord) -> list[str | None]:
    return [text for item in record.items for text in (item.name, item.field_name)]


def _other_texts(record: FeedRecord) -> list[str | None]:
    topics = [label("topic", code) for code in record.topics]
    titles = [resource.title for resource in record.resources]
    return [record.code, record.title_en, record.provider_unit, label("domain", record.domain), *topics, *titles]


SEARCH_FIELDS: tuple[SearchField, ...] = (
    SearchField("title", 8.0, lambda record: [record.title], with_singles=True),
    SearchField("tags", 4.0, lambda record: [*record.tags], with_singles=True),
    SearchField("department", 3.0, lambda record: [record.department_name, record.department_name_en]),
    SearchField("items", 3.0, _item_texts),
    SearchField("summary", 1.5, lambda record: [record.summary]),
    SearchField("other", 1.0, _other_texts),
    SearchField("sound", 1.0, lambda record: sounds_of(record.title), is_sound=True),
)


def layout() -> str:
    """Names the way this release writes the index; another one means: rebuild."""
    fields = "|".join(f"{field.name}:{field.with_singles}:{field.is_sound}" for field in SEARCH_FIELDS)
    return f"v{LAYOUT_VERSION}-{hashlib.sha256(fields.encode()).hexdigest()[:8]}"


def document_of(record: FeedRecord) -> dict[str, Any]:
    """The index document of a record: tokens per field, and what ranking needs, stored."""
    document: dict[str, Any] = {field.name: _tokens(field, record) for field in SEARCH_FIELDS}
    document["entry_id"] = record.uuid.hex
    document["title_key"] = key_of(record.title)
    document["ordinal"] = record.ordinal
    return document


def _tokens(field: SearchField, record: FeedRecord) -> set[str]:
    texts = [text for text in field.texts(record) if text]
    return sound_tokens(texts) if field.is_sound else index_tokens(texts, with_singles=field.with_singles)
