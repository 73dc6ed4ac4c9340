"""The key that signs sessions: checked where it is given, made and kept in the home where it is not."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from datasets.errors import DomainError

MIN_SECRET_LENGTH = 32
KNOWN_SECRETS = ("changeme", "change-me", "secret", "secretkey", "password", "development", "example", "kaifang")


class WrongSetting(DomainError):
    """A setting cannot be used; `params["reason"]` is one sentence that names it and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__("wrong_setting", reason=reason)

    def __str__(self) -> str:
        return str(self.params["reason"])


def check_secret(key: str) -> None:
    """Raise WrongSetting for a key that is short or that everybody knows."""
    looks_known = any(word in key.casefold() for word in KNOWN_SECRETS) or len(set(key)) < 8
    if len(key) < MIN_SECRET_LENGTH or looks_known:
        raise WrongSetting(
            f"SECRET_KEY is too short or well known: use at least {MIN_SECRET_LENGTH} random characters, "
            "or leave it empty and a key is generated."
        )


def kept_secret(path: Path) -> str:
    """The key kept in the home; made once, by whichever process comes first, readable by its owner only."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return path.read_text().strip()
