"""The pages of prose: their titles; the texts stand in templates/public/text, one file per language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page of prose; the template public/text/{name}.{language}.html holds it."""

    name: str
    zh: str
    en: str


TEXT_PAGES: dict[str, TextPage] = {
    page.name: page
    for page in (
        TextPage("help", "使用帮助", "Help"),
        TextPage("about", "关于我们", "About"),
        TextPage("contact", "联系我们", "Contact"),
        TextPage("terms", "网站声明", "Statement"),
        TextPage("licence", "开放授权协议", "Open licence"),
    )
}
