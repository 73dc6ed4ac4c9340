"""Two languages by address: pages are Chinese, `/en/…` is the same page in English. No cookie, no redirect.

Interface texts are Chinese in the source; English stands in `translations/en/*.po`, one file per room, read at start.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask, request
from flask_babel import Babel, Domain

from catalog.errors import NotFound
from portal.context import LANGUAGE_KEY, language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TRANSLATIONS = Path(__file__).parent / "translations" / "en"
PAGE_BLUEPRINTS = frozenset({"public", "desk", "office", "account", "api"})
"""Only pages have two languages (of the API the page that describes it); feeds and answers of the API carry both."""
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


class LanguagePrefix:
    """WSGI middleware: `/en/x` becomes `/x` in English, with SCRIPT_NAME "/en" so that links keep the language."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ[LANGUAGE_KEY] = "zh"
        if path == "/en" or path.startswith("/en/"):
            environ[LANGUAGE_KEY] = "en"
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/en"
            environ["PATH_INFO"] = path[3:] or "/"
        return self.app(environ, start_response)


class Catalog(NullTranslations):
    """English texts by their Chinese source, from all .po files of the folder."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self.texts = texts

    def gettext(self, message: str) -> str:
        """The English of `message`, or `message` itself."""
        return self.texts.get(message, message)

    ugettext = gettext

    def pgettext(self, context: str, message: str) -> str:
        """The English of `message`; contexts are not used."""
        return self.gettext(message)

    upgettext = pgettext

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        """Chinese has one form: sources give the same text twice."""
        return self.texts.get(singular if num == 1 else plural, singular if num == 1 else plural)

    ungettext = ngettext


@lru_cache(maxsize=1)
def english_texts() -> dict[str, str]:
    """Chinese source → English text, from every room's .po file."""
    texts: dict[str, str] = {}
    for path in sorted(TRANSLATIONS.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if isinstance(message.id, str) and message.id and message.string:
                    texts[message.id] = str(message.string)
    return texts


class Rooms(Domain):  # type: ignore[misc]
    """Flask-Babel's source of texts: ours, without compiled files."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the page's language."""
        return catalog_of(language())


class RoomsBabel(Babel):  # type: ignore[misc]
    """Flask-Babel over `Rooms`."""

    rooms = Rooms()

    @property
    def domain_instance(self) -> Rooms:
        """The one domain of all texts."""
        return self.rooms


@lru_cache(maxsize=2)
def catalog_of(code: str) -> Catalog:
    """All texts in one language; `catalog_of("en").gettext("目录")` also works without a request (mail, jobs)."""
    return Catalog(english_texts() if code == "en" else {})


def init_app(app: Flask) -> None:
    """Wire Flask-Babel to the address and refuse `/en` before anything that is not a page."""
    RoomsBabel(app, default_locale=LOCALES["zh"], locale_selector=_locale, default_timezone="Asia/Shanghai")
    app.before_request(_refuse_wrong_prefix)
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]


def _locale() -> str:
    return LOCALES[language()]


def _refuse_wrong_prefix() -> None:
    if language() == "en" and request.endpoint and request.blueprint not in PAGE_BLUEPRINTS:
        raise NotFound("page_not_found")
