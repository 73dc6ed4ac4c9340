"""What commands share: the house, the operator as actor, language, sentences, progress."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from catalog.errors import Conflict, DomainError, Invalid
from portal.messages import error_text, problem_text
from portal.settings import WrongSetting, load_settings

if TYPE_CHECKING:
    from catalog.permissions import Actor
    from portal.house import House

Advance = Callable[[int, int], None]
"""Called with (done, total)."""


def cli_language() -> str:
    """English where the locale is English, else Chinese."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.startswith("en") else "zh"


def say(zh: str, en: str) -> None:
    """Print one line in the operator's language."""
    click.echo(en if cli_language() == "en" else zh)


def explain(error: DomainError) -> str:
    """A failure as a sentence, with its findings one a line."""
    if isinstance(error, WrongSetting):
        return str(error)
    lines = [error_text(error, cli_language())]
    if isinstance(error, Invalid):
        lines += [f"  {problem.where}: {problem_text(problem, cli_language())}" for problem in error.problems[:50]]
    return "\n".join(lines)


@contextmanager
def open_house(*, migrated: bool = True) -> Iterator[House]:
    """The house of the environment's settings, closed at the end.

    Raises Conflict("database_not_migrated") unless the schema is the newest or `migrated` is False.
    """
    from portal.house import build_house
    from portal.logs import set_up_logging

    settings = load_settings()
    set_up_logging(settings)
    house = build_house(settings)
    try:
        if migrated:
            require_migrated(house)
        yield house
    finally:
        house.close()


def require_migrated(house: House) -> None:
    """Raise Conflict("database_not_migrated") unless the database has this release's schema."""
    from portal.health import check_readiness

    missing = check_readiness(house)
    if "database" in missing:
        raise Conflict("database_unreachable")
    if missing:
        raise Conflict("database_not_migrated")


def operator() -> Actor:
    """The operator at this machine, as the audit log names them: `cli:<login name>`."""
    from catalog.permissions import system_actor

    return system_actor(f"cli:{getpass.getuser()}")


@contextmanager
def progress(zh: str, en: str) -> Iterator[Advance]:
    """A progress bar on a terminal, silence elsewhere; yields `advance(done, total)`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    label = en if cli_language() == "en" else zh
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, transient=True, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
