"""The list of datasets: what was asked for, the cards found, the facets, and every address that leads on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from catalog import public
from catalog.public import FACETS, SORTS, Card, Criteria, FacetCount
from catalog.search import SearchIndex, SearchResult, highlight, search_entries

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

PER_PAGE = 20
MAX_PAGE = 100_000
MAX_QUESTION = 200
"""Characters of a question kept in addresses; the search itself reads the first 100."""
MAX_VALUES = 20
"""Values of one facet that are read from an address."""
SUMMARY_WIDTH = 110
SHOWN_VALUES = 8
"""Values of a facet shown before "more"."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What an address asks for; `href` gives the address of a changed question."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1

    def with_value(self, facet: str, value: str) -> ListQuery:
        """The same question, from its first page, with one more value chosen."""
        values = (*(one for one in self.chosen.get(facet, ()) if one != value), value)
        return replace(self, chosen={**self.chosen, facet: values}, page=1)

    def without_value(self, facet: str, value: str) -> ListQuery:
        """The same question, from its first page, with one value taken back."""
        values = tuple(one for one in self.chosen.get(facet, ()) if one != value)
        return replace(self, chosen={**self.chosen, facet: values}, page=1)

    @property
    def href(self) -> str:
        """The relative address: "?domain=health&page=2", or "?" for everything."""
        return "?" + urlencode(self.pairs())

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or any(self.chosen.values()))

    def pairs(self, *, leave_out: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """The parameters in a fixed order, defaults left out."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(facet, value) for facet in FACETS for value in self.chosen.get(facet, ())]
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        return [pair for pair in pairs if pair[0] not in leave_out]


@dataclass(frozen=True, slots=True)
class CardView:
    """A card with what the search found marked: (text, is it a hit)."""

    card: Card
    title: list[tuple[str, bool]]
    summary: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet and the address that chooses it or takes it back."""

    text: str
    count: int
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    """One facet: the values shown at once and those behind "more"."""

    key: str
    title: str
    first: tuple[Choice, ...]
    more: tuple[Choice, ...]
    is_open: bool
    """Whether "more" stands open, because something in it is chosen."""


@dataclass(frozen=True, slots=True)
class SortLink:
    """One order of the list."""

    text: str
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """All that /dataset shows."""

    query: ListQuery
    cards: tuple[CardView, ...]
    total: int
    page_count: int
    facets: tuple[FacetView, ...]
    chosen: tuple[Choice, ...]
    sorts: tuple[SortLink, ...]
    search: SearchResult | None
    hidden: tuple[tuple[str, str], ...]
    """What the search form must carry along."""

    def href_of(self, page: int) -> str:
        """The address of another page of this list."""
        return replace(self.query, page=page).href

    @property
    def is_past_end(self) -> bool:
        """Whether the address names a page that the list does not have."""
        return not self.cards and self.total > 0


def parse_list_query(values: MultiDict[str, str]) -> ListQuery:
    """Read an address; what makes no sense is left out, never an error."""
    page = values.get("page", "")
    sort = values.get("sort", "")
    question = " ".join(values.get("q", "").replace("\x00", " ").split())[:MAX_QUESTION]
    chosen = {facet: _distinct(values.getlist(facet)) for facet in FACETS}
    return ListQuery(
        q=question,
        chosen={facet: found for facet, found in chosen.items() if found},
        sort=sort if sort in SORTS else "",
        page=min(int(page), MAX_PAGE) if page.isascii() and page.isdigit() and len(page) < 7 and int(page) else 1,
    )


def make_list_page(
    session: Session, index: SearchIndex, query: ListQuery, *, today: dt.date, language: str
) -> ListPage:
    """Search, count and fetch: two queries for the cards, one per facet."""
    found = search_entries(session, index, query.q) if query.q else None
    criteria = Criteria(ids=tuple(found.ids) if found else None, **query.chosen)
    order = query.sort or ("relevance" if found else "modified")
    page = public.list_public(session, criteria, sort=order, page=query.page, per_page=PER_PAGE, today=today)
    facets = public.count_facets(session, criteria, today=today)
    terms = found.terms if found else []
    return ListPage(
        query=query,
        cards=card_views(page.cards, terms, language),
        total=page.total,
        page_count=page.page_count,
        facets=tuple(_facet_view(facet, query, language) for facet in facets if facet.values),
        chosen=_chosen(facets, query, language),
        sorts=_sort_links(query, order, language, is_search=found is not None),
        search=found,
        hidden=tuple(query.pairs(leave_out=("q", "page", "sort"))),
    )


def card_views(cards: Sequence[Card], terms: Sequence[str], language: str) -> tuple[CardView, ...]:
    """Cards with hits marked, titles in the language of the page where there is one."""
    return tuple(
        CardView(
            card,
            highlight((card.title_en if language == "en" else None) or card.title, terms),
            highlight(card.summary, terms, width=SUMMARY_WIDTH),
        )
        for card in cards
    )


def _facet_view(facet: FacetCount, query: ListQuery, language: str) -> FacetView:
    choices = tuple(_choice(facet.key, value, query, language) for value in facet.values)
    first, more = choices[:SHOWN_VALUES], choices[SHOWN_VALUES:]
    if len(more) == 1:
        first, more = choices, ()
    return FacetView(facet.key, _text(facet, language), first, more, any(choice.is_chosen for choice in more))


def _choice(facet: str, value: Any, query: ListQuery, language: str) -> Choice:
    changed = query.without_value(facet, value.value) if value.is_chosen else query.with_value(facet, value.value)
    return Choice(_text(value, language), value.count, changed.href, value.is_chosen)


def _chosen(facets: Sequence[FacetCount], query: ListQuery, language: str) -> tuple[Choice, ...]:
    return tuple(
        _choice(facet.key, value, query, language) for facet in facets for value in facet.values if value.is_chosen
    )


def _sort_links(query: ListQuery, order: str, language: str, *, is_search: bool) -> tuple[SortLink, ...]:
    default = "relevance" if is_search else "modified"
    return tuple(
        SortLink(
            _text(sort, language),
            replace(query, sort="" if sort.key == default else sort.key, page=1).href,
            sort.key == order,
        )
        for sort in SORTS.values()
        if is_search or sort.key != "relevance"
    )


def _text(item: Any, language: str) -> str:
    return str(item.en if language == "en" else item.zh)


def _distinct(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if 0 < len(value) <= 80 and "\x00" not in value))[:MAX_VALUES]
