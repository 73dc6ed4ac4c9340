"""The text of a digest: Chinese, plain, the worst first, each line with its day and its address."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from catalog.digests import Digest
from catalog.periods import format_period
from catalog.reminders import find_step

WEEKDAYS = "一二三四五六日"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Plain text needs no escaping; values are only ever inserted, never read as templates."""
    folder = Path(__file__).parent.parent / "templates" / "mail"
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  plain text
        keep_trailing_newline=True,
    )
    environment.filters["one_line"] = lambda text: " ".join(str(text).split())
    environment.filters["period"] = lambda key: format_period(key, "zh")
    environment.filters["weekday"] = lambda day: f"星期{WEEKDAYS[day.weekday()]}"
    return environment


def write_digest(digest: Digest, *, base_url: str, site_name: str) -> tuple[str, str]:
    """(subject, text) of one person's digest."""
    parts = [(find_step(group.kind, group.step), group) for group in digest.groups]
    counts = [f"{step.zh} {group.total}" for step, group in parts]
    if digest.departments:
        overdue = sum(row.overdue + row.stale + row.missed for row in digest.departments)
        counts.append(f"全区超期 {overdue}")
    if not counts:
        counts.append(f"不定期条目 {len(digest.irregular)}")
    subject = f"【{' '.join(site_name.split())}】{digest.on:%m月%d日}提醒：{'，'.join(counts)}"
    text = (
        _environment()
        .get_template("digest.txt")
        .render(digest=digest, parts=parts, base_url=base_url, site_name=site_name)
    )
    return subject, text
