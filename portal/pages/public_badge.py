"""The words of a dataset's badge, and the snippets that put it on another site."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from catalog.public import PublicEntry
from catalog.vocabularies import VOCABULARIES
from portal.pages.public_formats import tone

LABEL = ("数据更新", "data updates")
ENGLISH_VALUES = {
    "normal": "up to date",
    "due_soon": "due soon",
    "overdue": "overdue",
    "long_stale": "long out of date",
}


@dataclass(frozen=True, slots=True)
class BadgeWords:
    """What a badge shows; `title` is the whole sentence."""

    label: str
    value: str
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class BadgeSnippets:
    """The picture's address and what to copy to show it with a link to the page."""

    path: str
    html: str
    markdown: str


def badge_words(entry: PublicEntry, language: str) -> BadgeWords:
    """How an entry stands today; one whose updates are not tracked shows its cycle."""
    is_english = language == "en"
    title = (entry.record.title_en if is_english else None) or entry.record.title
    if entry.timeliness == "not_tracked":
        value = VOCABULARIES["update_cycle"].label(entry.record.update_cycle, language)
        value = value.lower() if is_english else value
    else:
        value = VOCABULARIES["timeliness"].label(entry.timeliness, language)
        value = ENGLISH_VALUES[entry.timeliness] if is_english else value
    label = LABEL[is_english]
    sentence = f"{title} – {label}: {value}" if is_english else f"{title}：{label}{value}"
    return BadgeWords(label, value, tone(entry.timeliness), sentence)


def badge_snippets(entry: PublicEntry, *, base_url: str, language: str) -> BadgeSnippets:
    """HTML and Markdown that show the badge and lead to the page."""
    prefix = "/en" if language == "en" else ""
    path = f"{prefix}/dataset/{entry.record.name}/badge.svg"
    page, picture = f"{base_url}{prefix}/dataset/{entry.record.name}", f"{base_url}{path}"
    title = (entry.record.title_en if language == "en" else None) or entry.record.title
    text = f"{title} – {LABEL[1]}" if language == "en" else f"{title}：{LABEL[0]}"
    plain = "".join(char for char in text if char not in "[]\\`\n\r")
    return BadgeSnippets(
        path=path,
        html=f'<a href="{escape(page)}"><img src="{escape(picture)}" alt="{escape(text)}" height="20"></a>',
        markdown=f"[![{plain}]({picture})]({page})",
    )
