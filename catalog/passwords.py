"""Rules for passwords and sessions, and the hashing of passwords.

The shipped rules are those a Chinese government site is inspected by (GB/T 22239-2019 8.1.4.1: complexity, regular
change, lockout, time-out), with a list of common passwords on top; a site under other rules passes its own
`AccountRules`.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from catalog.errors import Problem


@dataclass(frozen=True, slots=True)
class AccountRules:
    """How strict the house is with accounts. Zero days mean: never."""

    min_length: int = 8
    max_length: int = 128
    min_classes: int = 3
    """Of capitals, small letters, digits and other signs."""
    history: int = 5
    """So many earlier passwords are not taken again."""
    max_age_days: int = 90
    attempts: int = 5
    """So many wrong passwords within `attempt_window` lock the account."""
    attempt_window: dt.timedelta = dt.timedelta(minutes=10)
    lock_for: dt.timedelta = dt.timedelta(minutes=30)
    """The first lock; each further one without a success between is twice as long, up to `lock_limit`."""
    lock_limit: dt.timedelta = dt.timedelta(hours=24)
    idle_for: dt.timedelta = dt.timedelta(minutes=30)
    session_for: dt.timedelta = dt.timedelta(hours=8)
    unused_days: int = 90
    """An account that nobody has used for so long is disabled."""


RULES = AccountRules()

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with the least parameters OWASP allows: about 20 ms and 19 MB, for machines with one core and 1 GB."""

_WORDS = """
password passw0rd pass pwd admin administrator root user guest test demo welcome login master default changeme
secret system manager server oracle mysql postgres huawei lenovo cisco china zhongguo beijing wuhan hubei huangshi
huangshigang kaifang zhengfu gongan shuju woaini iloveyou love dragon monkey sunshine princess football baseball
superman batman hello abc abcd abcde abcdef abcdefg qwer qwert qwerty qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn
zxcvbnm qaz qazwsx wsx edc 1qaz 2wsx 3edc 1qaz2wsx q1w2e3r4 zaq1 xsw2 letmein
"""
_COMMON_STEMS = frozenset(_WORDS.split())
_LEET = str.maketrans("@$01357", "asoiest")
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")


def check_password(
    password: str, *, username: str, display_name: str = "", rules: AccountRules = RULES
) -> list[Problem]:
    """What is wrong with a new password, at the place "password"; empty if nothing is."""
    problems = []
    if len(password) < rules.min_length:
        problems.append(Problem("password", "password_too_short", minimum=rules.min_length))
    if len(password) > rules.max_length:
        problems.append(Problem("password", "password_too_long", maximum=rules.max_length))
    if count_classes(password) < rules.min_classes:
        problems.append(Problem("password", "password_too_simple", classes=rules.min_classes))
    plain = _fold(password)
    names = [_fold(name) for name in (username, display_name) if len(name) > 2]
    if any(name and (name in plain or name[::-1] in plain) for name in names):
        problems.append(Problem("password", "password_names_account"))
    elif is_common(password):
        problems.append(Problem("password", "password_too_common"))
    return problems


def count_classes(password: str) -> int:
    """How many of capitals, small letters, digits and other signs occur; Chinese characters are other signs."""
    return len({_class_of(mark) for mark in password})


def _class_of(mark: str) -> str:
    if mark.isdigit():
        return "digit"
    if mark.isascii() and mark.isalpha():
        return "capital" if mark.isupper() else "small"
    return "other"


def is_common(password: str) -> bool:
    """Whether guessers try it first: a word of the list with digits and signs around it, a row of keys, a repetition.

    >>> [is_common(text) for text in ("P@ssw0rd!", "Admin@2026", "1qaz@WSX", "Aa12345678!", "Tr7#kite-Lamp")]
    [True, True, True, True, False]
    """
    plain = _fold(password)
    forms = {plain, plain.translate(_LEET)}
    stems = {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", form) for form in forms} | {re.sub(r"\W", "", form) for form in forms}
    if stems & _COMMON_STEMS:
        return True
    signs = re.sub(r"[\W_]", "", plain)
    rest = _without_rows(signs)
    return len(rest) <= 3 or len(set(plain)) <= 4


def _without_rows(text: str) -> str:
    """`text` without its runs of four or more neighbouring keys, letters or digits, forwards or backwards."""
    for row in (line for one in _ROWS for line in (one, one[::-1])):
        for length in range(len(row), 3, -1):
            for start in range(len(row) - length + 1):
                text = text.replace(row[start : start + length], "")
    return text


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def hash_password(password: str) -> str:
    """The argon2id hash with its parameters and salt; forms that look alike (full-width) hash alike."""
    return _HASHER.hash(unicodedata.normalize("NFKC", password))


def is_password(password: str, password_hash: str) -> bool:
    """Whether `password` is the one that was hashed. Costs as much for a wrong one as for a right one."""
    try:
        return _HASHER.verify(password_hash, unicodedata.normalize("NFKC", password)[:1024])
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


@lru_cache(maxsize=1)
def decoy_hash() -> str:
    """A hash that no password fits: checked for unknown names so that they take as long as known ones."""
    return hash_password(secrets.token_urlsafe(32))


def generate_password() -> str:
    """A random password that meets the rules and survives being read aloud: four groups, no look-alikes."""
    small, capitals, digits = "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
    while True:
        groups = ["".join(secrets.choice(small + capitals + digits) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        if not check_password(password, username=""):
            return password
