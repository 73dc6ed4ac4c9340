"""Pulls a running portal the way another platform does, and says whether that platform would stay right.

A full pull of `/catalog.jsonld`, page by page; an incremental pull of `/harvest/changes` from the beginning, applied to
a mirror that still holds every entry that was ever withdrawn; then both must agree. Only reads; standard library only.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 60
CHANGES_PER_PULL = 200
MAX_TRIES = 3
"""How often the full pull is begun again because the catalog changed while it ran."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was expected, and whether it was so."""

    zh: str
    en: str
    is_good: bool
    detail: str = ""

    def line(self, language: str) -> str:
        """One line for a terminal."""
        mark = "✓" if self.is_good else "✗"
        text = self.en if language == "en" else self.zh
        return f"{mark} {text}" + (f" — {self.detail}" if self.detail else "")


@dataclass
class HarvestReport:
    """All findings of one run, with the counts that a harvester would log."""

    url: str
    checks: list[Check] = field(default_factory=list)
    entries: int = 0
    pages: int = 0
    withdrawn: int = 0
    change_number: int = 0

    @property
    def is_good(self) -> bool:
        """Whether everything was as expected."""
        return bool(self.checks) and all(check.is_good for check in self.checks)

    def expect(self, is_good: bool, zh: str, en: str, detail: str = "") -> bool:
        """Note a finding and give it back."""
        self.checks.append(Check(zh, en, is_good, detail))
        return is_good

    def lines(self, language: str = "zh") -> Iterator[str]:
        """The report as lines for a terminal."""
        yield f"{self.url}"
        for check in self.checks:
            yield check.line(language)
        facts = (self.entries, self.pages, self.withdrawn, self.change_number)
        if language == "en":
            yield "{} entries on {} pages, {} withdrawn, change number {}".format(*facts)
            yield "The portal can be harvested." if self.is_good else "A harvester would go wrong here."
        else:
            yield "目录 {} 条、{} 页,已下架 {} 条,变更序号 {}".format(*facts)
            yield "可以放心采集。" if self.is_good else "采集会出错,请按上面 ✗ 的各项检查。"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that was read completely; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class PullFailed(Exception):
    """An answer from which no harvester could go on."""


Fetch = Callable[..., Answer]


def harvest(url: str) -> HarvestReport:
    """Pull the portal at `url` fully and incrementally and report; network failures are findings, not errors."""
    base = url.rstrip("/")
    report = HarvestReport(base)
    if urlsplit(base).scheme not in ("http", "https"):
        report.expect(
            False, "地址须以 http:// 或 https:// 开头", "the address must begin with http:// or https://", url
        )
        return report
    try:
        full = _pull_all(base, report)
        mirror, tombstones = _pull_changes(base, report)
        _compare(base, report, full, mirror, tombstones)
    except (PullFailed, OSError, ValueError, KeyError, TypeError) as error:
        report.expect(False, "读取中断", "the pull broke off", f"{type(error).__name__}: {error}")
    return report


def fetch(url: str, *, method: str = "GET", **headers: str) -> Answer:
    """One request without redirects; an error status is an answer too."""
    request = urllib.request.Request(url, method=method, headers={"Accept": "*/*", **headers})  # noqa: S310
    opener = urllib.request.build_opener(_NoRedirects())
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            return Answer(response.status, _lower(response.headers), response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, _lower(error.headers), error.read())


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _require(answer: Answer, url: str) -> Answer:
    if answer.status != 200:
        raise PullFailed(f"{url}: HTTP {answer.status}")
    return answer


def _pull_all(base: str, report: HarvestReport) -> dict[str, str]:
    """Identifier → URI of every dataset of the full feed, read at one state of the catalog."""
    for _ in range(MAX_TRIES):
        found, numbers, total, is_unique = _walk_pages(base, report)
        if len(numbers) == 1:
            break
    report.change_number = numbers[0]
    report.entries = len(found)
    report.expect(
        is_unique and len(found) == total,
        "完整目录每条恰好出现一次,总数相符",
        "the full feed holds every entry once, as many as it says",
        f"{len(found)}/{total}",
    )
    first = f"{base}/catalog.jsonld"
    whole = fetch(first)
    head = fetch(first, method="HEAD")
    same = head.status == 200 and head.headers.get("content-length") == str(len(whole.body)) and not head.body
    report.expect(same, "HEAD 与 GET 一致", "HEAD agrees with GET")
    again = fetch(first, **{"If-None-Match": whole.headers.get("etag", "")})
    report.expect(
        again.status == 304 and not again.body,
        "没有变化时返回 304",
        "an unchanged feed answers 304",
        f"HTTP {again.status}",
    )
    beyond = fetch(f"{first}?page={report.pages + 1}")
    report.expect(
        beyond.status == 404, "超出末页返回 404,不会重复第一页", "beyond the last page is 404", f"HTTP {beyond.status}"
    )
    return found


def _walk_pages(base: str, report: HarvestReport) -> tuple[dict[str, str], list[int], int, bool]:
    found: dict[str, str] = {}
    numbers: set[int] = set()
    url: str | None = f"{base}/catalog.jsonld"
    is_unique, report.pages, total = True, 0, 0
    seen_urls = set()
    while url is not None:
        if url in seen_urls:
            raise PullFailed(f"{url}: pages lead in a circle")
        seen_urls.add(url)
        answer = _require(fetch(url), url)
        numbers.add(int(answer.headers["x-change-number"]))
        url = None
        report.pages += 1
        for node in answer.json()["@graph"]:
            if node["@type"] == "dcat:Dataset":
                is_unique = is_unique and node["identifier"] not in found
                found[node["identifier"]] = node["@id"]
            elif "hydra:PagedCollection" in node["@type"]:
                total = node["totalItems"]
                url = _here(base, node["next"]) if "next" in node else None
    return found, sorted(numbers), total, is_unique


def _here(base: str, address: str) -> str:
    """The same path on the host that is tested: a test portal may be reached by another address than it publishes."""
    parts = urlsplit(address)
    return f"{base}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _pull_changes(base: str, report: HarvestReport) -> tuple[set[str], dict[str, dict[str, Any]]]:
    """A mirror built from the change feed alone, and the tombstones by id."""
    mirror: set[str] = set()
    tombstones: dict[str, dict[str, Any]] = {}
    after, has_more, numbers = 0, True, []
    while has_more:
        url = f"{base}/harvest/changes?after={after}&limit={CHANGES_PER_PULL}"
        page = _require(fetch(url), url).json()
        for stone in page["tombstones"]:
            tombstones[stone["id"]] = stone
            mirror.discard(stone["id"])
        for change in page["records"]:
            mirror.add(change["record"]["id"])
            tombstones.pop(change["record"]["id"], None)
        numbers += [change["number"] for change in (*page["records"], *page["tombstones"])]
        if page["has_more"] and page["next"] <= after:
            raise PullFailed(f"{url}: `next` does not advance")
        after, has_more = page["next"], page["has_more"]
    report.withdrawn = len(tombstones)
    report.expect(
        len(numbers) == len(set(numbers)) and all(number <= after for number in numbers),
        "增量变更不重不漏,序号递增",
        "the change feed gives each change once, numbers growing",
        f"{len(numbers)}",
    )
    rest = _require(fetch(f"{base}/harvest/changes?after={after}"), base).json()
    report.expect(
        not rest["records"] and not rest["tombstones"] and rest["next"] == after,
        "从末尾续取没有新内容",
        "resuming at the end gives nothing new",
    )
    ahead = fetch(f"{base}/harvest/changes?after={after + 10**9}")
    report.expect(
        ahead.status == 422,
        "从未发出的序号会被拒绝",
        "a number that was never given out is refused",
        f"HTTP {ahead.status}",
    )
    return mirror, tombstones


def _compare(
    base: str, report: HarvestReport, full: dict[str, str], mirror: set[str], tombstones: dict[str, dict[str, Any]]
) -> None:
    """Full and incremental must give the same catalog; a mirror that held the withdrawn entries must lose them."""
    report.expect(
        set(full) == mirror,
        "增量结果与完整目录一致",
        "incremental and full pull agree",
        f"{len(mirror)} = {len(full)}" if set(full) == mirror else f"{len(set(full) ^ mirror)} ≠",
    )
    if not tombstones:
        report.expect(
            True, "尚无下架条目,下架一项留待下次", "nothing has been withdrawn yet; that part had nothing to test"
        )
        return
    outdated = mirror | set(tombstones)
    after_stones = outdated - set(tombstones)
    report.expect(
        after_stones == set(full),
        "仍存有下架条目的一方,按墓碑删除后与目录一致",
        "a mirror that still held withdrawn entries agrees once the tombstones are applied",
        f"{len(tombstones)}",
    )
    statuses = {fetch(_here(base, stone["uri"]) + ".jsonld").status for stone in list(tombstones.values())[:20]}
    report.expect(
        statuses <= {403, 410},
        "下架条目的地址返回 410(暂停的返回 403)",
        "addresses of withdrawn entries answer 410 (suspended ones 403)",
        ", ".join(map(str, sorted(statuses))),
    )
