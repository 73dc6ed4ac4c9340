"""Text inside XML: escaped, and without the characters that XML 1.0 does not know."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """`text` ready to stand between tags or in a double-quoted attribute."""
    return escape(FORBIDDEN.sub("", text), {'"': "&quot;"})
