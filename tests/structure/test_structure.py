"""Rules of the house that a machine can hold."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from catalog.permissions import POLICY
from portal.access import PUBLIC, SIGNED_IN, declared_access
from portal.app import create_app
from portal.i18n import TRANSLATIONS, english_texts
from portal.settings import SETTINGS, load_settings

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("datasets", "catalog", "portal")
MAX_LINES = 400


def sources(*folders: str) -> Iterator[tuple[Path, str]]:
    """Every Python file of the packages with its text."""
    for folder in folders or PACKAGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, without a database behind it."""
    return create_app(load_settings(home=tmp_path_factory.mktemp("home"), access_log=False))


def test_every_view_declares_who_may_call_it(app: Flask) -> None:
    with app.app_context():
        declared = {
            (rule.endpoint, method): declared_access(rule.endpoint, method)
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        }
    assert [place for place, who in declared.items() if who is None] == []
    assert set(declared.values()) <= {PUBLIC, SIGNED_IN, *POLICY}


def test_workspaces_are_never_public(app: Flask) -> None:
    with app.app_context():
        rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/desk", "/office"))]
        methods = [(rule.endpoint, method) for rule in rules for method in (rule.methods or set()) & {"GET", "POST"}]
        open_ones = [place for place in methods if declared_access(*place) == PUBLIC]
    assert len(rules) > 5
    assert open_ones == []


def test_only_one_file_commits() -> None:
    found = [path.name for path, text in sources() if re.search(r"\b(session|database_session)\.commit\(", text)]
    assert found == ["db.py"]


def test_only_the_link_room_redirects_or_builds_absolute_links() -> None:
    redirecting = {path.name for path, text in sources("portal") if re.search(r"import .*\bredirect\b(?!_)", text)}
    assert redirecting == {"links.py"}
    assert [path.name for path, text in sources("portal") if "_external" in text] == []


def test_no_file_outgrows_its_room() -> None:
    assert [str(path.relative_to(ROOT)) for path, text in sources() if text.count("\n") > MAX_LINES] == []


def test_broad_excepts_stand_only_at_the_edges() -> None:
    edges = {"worker.py", "serving.py"}  # the job loop and the life of a process
    damaged_index = {"index.py", "storage.py"}  # a damaged Whoosh file raises anything at all
    broad = re.compile(r"except (Exception|BaseException)\b")
    found = {path.name for path, text in sources() if broad.search(text)}
    assert found <= edges | damaged_index | {"db.py", "sandbox.py", "child.py"}


def test_templates_hold_no_inline_script_style_or_other_host() -> None:
    for path in (ROOT / "portal" / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8").replace("{{ page.json_ld|safe }}", "")  # JSON with < > & written out
        assert not re.search(r"\son[a-z]+=\"|javascript:|\|safe\b", text), path
        assert not re.search(r"<script(?![^>]*(src=|application/ld\+json))", text), path


def test_every_setting_is_used() -> None:
    texts = "\n".join(text for path, text in sources("portal") if path.name != "settings.py")
    unused = [s.field for s in SETTINGS if not re.search(rf"\.{s.field}\b", texts)]
    own = (ROOT / "portal" / "settings.py").read_text(encoding="utf-8")
    assert [field for field in unused if own.count(f".{field}") == 0] == []


def chinese_sources() -> set[str]:
    """Every text given to gettext in Python and templates."""
    texts: set[str] = set()
    for _, text in sources("portal"):
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            if node.func.id in ("_", "gettext") and isinstance(node.args[0], ast.Constant):
                texts.add(str(node.args[0].value))
    for path in (ROOT / "portal" / "templates").rglob("*.html"):
        texts |= {found[1] for found in re.findall(r"""_\((["'])((?:(?!\1).)+)\1""", path.read_text(encoding="utf-8"))}
    return texts


def test_every_chinese_text_has_its_english() -> None:
    assert sorted(chinese_sources() - set(english_texts())) == []


def test_translations_keep_their_placeholders() -> None:
    holes = re.compile(r"%\((\w+)\)")
    assert [zh for zh, en in english_texts().items() if not set(holes.findall(en)) <= set(holes.findall(zh))] == []
    assert not list(TRANSLATIONS.rglob("*.mo"))


def test_requirements_name_no_index_and_hold_hashes() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "index-url" not in text
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")


def test_locked_files_cover_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = (ROOT / "requirements" / "core.txt").read_text(encoding="utf-8").lower()
    names = [re.split(r"[\[<>=~ ]", text, maxsplit=1)[0].lower() for text in project["dependencies"]]
    assert [name for name in names if f"{name}==" not in locked] == []


def test_makefile_documents_its_targets() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("help", "demo", "run", "test", "check", "fix", "migration", "bench", "lock", "wheelhouse"):
        assert re.search(rf"^{target}:.*## ", text, flags=re.M), target
