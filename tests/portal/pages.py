"""Reads a page as its readers do: elements, labels, headings, addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "form": "action", "source": "src"}


@dataclass
class Page(HTMLParser):
    """One parsed page. `elements` are (tag, attributes) in order; `text` is what is read aloud."""

    source: str
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    scripts: list[tuple[dict[str, str], str]] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "script":
            self.scripts.append((attributes, ""))
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """SVG closes itself."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Every end has its beginning."""
        assert self.open_tags and self.open_tags[-1] == tag, f"</{tag}> closes <{self.open_tags[-1:]}>"
        self.open_tags.pop()

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        if self.open_tags and self.open_tags[-1] == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif not self.open_tags or self.open_tags[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of this tag."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def headings(self) -> list[int]:
        """Levels of the headings in order."""
        return [int(tag[1]) for tag, _ in self.elements if tag in ("h1", "h2", "h3", "h4")]

    @property
    def ids(self) -> list[str]:
        """All ids in order."""
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    @property
    def loaded(self) -> list[str]:
        """Addresses that the page loads or sends to."""
        found = [attributes.get(LOADING[tag], "") for tag, attributes in self.elements if tag in LOADING]
        return [address for address in found if address]

    def links_with(self, part: str) -> list[str]:
        """Addresses of links that contain `part`."""
        return [a["href"] for a in self.all("a") if part in a.get("href", "")]
