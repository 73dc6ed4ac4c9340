"""Which element of an XML file is the record: every element is counted by its path before one is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from datasets.errors import Invalid
from datasets.ingest.markup_text import MAX_DEPTH, Attributes, local_name, make_parser, parse_pieces

MAX_PATHS = 20_000
"""Different paths; data that is written as names of elements is no table."""
FEW_FIELDS = 2
"""So many fields make an element a record, though records may lie within it."""


@dataclass(slots=True)
class Element:
    """All elements of one path: how many, the names of their attributes, and what lies in them."""

    name: str
    parent: Element | None = None
    count: int = 0
    attributes: set[str] = field(default_factory=set)
    children: dict[str, Element] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Names from the root on, joined by "/"."""
        return f"{self.parent.path}/{self.name}" if self.parent and self.parent.name else self.name

    @property
    def is_plain(self) -> bool:
        """Text only."""
        return not self.children and not self.attributes

    @property
    def fields(self) -> int:
        """How many columns it has by itself."""
        return len(self.attributes) + sum(child.is_plain for child in self.children.values())

    def all(self) -> Iterator[Element]:
        """What lies in it, outer ones first."""
        for child in self.children.values():
            yield child
            yield from child.all()


def survey(path: Path, codec: str) -> Element:
    """Count all elements; the answer stands for the document and holds its root. Raises what `parse_pieces` raises,

    Invalid("xml_is_too_deep", limit=…) and Invalid("xml_has_no_records").
    """
    document = Element("")
    open_elements = [document]
    paths = 0

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal paths
        over = open_elements[-1]
        name = local_name(tag)
        element = over.children.get(name)
        if element is None:
            element = over.children[name] = Element(name, over)
            paths += 1
            if paths > MAX_PATHS:
                raise Invalid("xml_has_no_records")
        if len(open_elements) > MAX_DEPTH:
            raise Invalid("xml_is_too_deep", limit=MAX_DEPTH)
        element.count += 1
        element.attributes.update(name for name in attributes if not name.startswith(("xmlns", "xsi:", "xml:")))
        open_elements.append(element)

    def end(tag: str) -> None:
        open_elements.pop()

    for _ in parse_pieces(make_parser(start, end), path, codec):
        pass
    return document


def list_records(document: Element) -> list[Element]:
    """The elements that can be records, the likeliest first.

    A record repeats and has fields. Where records lie within records the outer one is meant, unless it only groups
    (fewer than two fields of its own); of several the commonest is.
    """
    repeated = [element for element in document.all() if element.count > 1 and not element.is_plain]
    records = [element for element in repeated if element.fields >= FEW_FIELDS]
    records += [
        element
        for element in repeated
        if element not in records and element.fields and not any(inner in records for inner in element.all())
    ]
    outer = [element for element in records if not any(_is_within(element, other) for other in records)]
    outer.sort(key=lambda element: -element.count)
    return [*outer, *(element for element in records if element not in outer)] or _fallback(document)


def _is_within(element: Element, other: Element) -> bool:
    over = element.parent
    while over is not None:
        if over is other:
            return True
        over = over.parent
    return False


def _fallback(document: Element) -> list[Element]:
    """Repeated values, else the one element with most fields."""
    plain = [element for element in document.all() if element.count > 1 and element.is_plain]
    if plain:
        return sorted(plain, key=lambda element: -element.count)[:1]
    single = [element for element in document.all() if element.fields]
    return sorted(single, key=lambda element: -element.fields)[:1]
