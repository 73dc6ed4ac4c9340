"""The accounts of the demonstration: generated passwords in one private file of the home.

Exists only where `kaifang demo` made it. On loopback the sign-in page offers these accounts by one click.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from portal.settings import DEMO_MARK, LOOPBACK, Settings


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demonstration; `roles` are role keys, `department` its name or ""."""

    username: str
    password: str
    display_name: str
    department: str
    roles: list[str]


def accounts_file(settings: Settings) -> Path:
    """Where the accounts are kept."""
    return settings.home / DEMO_MARK


def save_demo_accounts(settings: Settings, accounts: list[DemoAccount]) -> Path:
    """Write the file anew, readable by its owner only."""
    path = accounts_file(settings)
    fresh = path.with_name(f".{path.name}.part")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps([asdict(account) for account in accounts], option=orjson.OPT_INDENT_2))
    return fresh.replace(path)


def list_demo_accounts(settings: Settings) -> list[DemoAccount]:
    """The accounts of the file; none where there is no demonstration."""
    path = accounts_file(settings)
    if not path.is_file():
        return []
    return [DemoAccount(**row) for row in orjson.loads(path.read_bytes())]


def offers_switch(settings: Settings) -> bool:
    """Whether one click may sign in as a demo account: only a demonstration that only this machine can reach.

    A BASE_URL elsewhere tells of a proxy in front, through which others come.
    """
    is_near = settings.is_loopback and is_loopback_address(settings.base_url)
    return settings.is_demo and is_near and accounts_file(settings).is_file()


def is_loopback_address(url: str) -> bool:
    """Whether an address names this machine; a foreign name that leads here (DNS rebinding) does not."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False
