"""Text inside XML 1.0 (section 2.2 and 3): which signs must be escaped, which cannot be said, which names are names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from datasets.rows import sql_text

CONTROL = "[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x{FFFE}\\x{FFFF}]"
"""Signs that no XML 1.0 document can hold, not even escaped; in the words of RE2, with which DuckDB searches."""
ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
"""`>` because of `]]>`; CR because a parser reads a bare one as LF."""
_control = re.compile(CONTROL.replace("\\x{FFFE}", "\ufffe").replace("\\x{FFFF}", "\uffff"))
_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_no_name_sign = re.compile(f"[^{_START}\\-.0-9\xb7\u0300-\u036f\u203f-\u2040]")
_name_start = re.compile(f"[{_START}]")


def escaped_sql(text: str) -> str:
    """SQL of `text` escaped. The comparisons spare nearly every cell the four searches for a replacement."""
    marks = " OR ".join(f"contains({text}, {_sign(sign)})" for sign, _ in ESCAPES)
    value = text
    for sign, escape in ESCAPES:
        value = f"replace({value}, {_sign(sign)}, {sql_text(escape)})"
    return f"CASE WHEN {marks} THEN {value} ELSE {text} END"


def escaped(text: str) -> str:
    """The same in Python."""
    for sign, escape in ESCAPES:
        text = text.replace(sign, escape)
    return text


def has_control_sql(text: str) -> str:
    """An SQL condition: `text` holds a sign that no XML document can hold."""
    return f"regexp_matches({text}, {sql_text(CONTROL)})"


def has_control(text: str) -> bool:
    """The same in Python."""
    return _control.search(text) is not None


def without_control(text: str) -> str:
    """`text` with the replacement sign in place of what XML cannot hold."""
    return _control.sub("\ufffd", text)


def element_names(keys: Sequence[str]) -> list[str]:
    """A different element name for each key: the key itself where it is one, else as near to it as XML allows.

    >>> element_names(["level", "名称", "2024年", "a b", "a:b", "xmlns", ""])
    ['level', '名称', '_2024年', 'a_b', 'a_b_2', '_xmlns', '_']
    """
    taken: set[str] = set()
    names = []
    for key in keys:
        name = _no_name_sign.sub("_", key)
        if not _name_start.match(name) or name.lower().startswith("xml"):
            name = "_" + name
        wanted, number = name, 1
        while name in taken or (name != key and name in keys):
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name)
        names.append(name)
    return names


def _sign(sign: str) -> str:
    return f"chr({ord(sign)})"
