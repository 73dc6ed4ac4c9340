"""The checks behind `kaifang doctor`: each gives one finding with what to do."""

from __future__ import annotations

import datetime as dt
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from catalog.audit import verify_audit
from catalog.jobs import count_jobs
from catalog.outbox import count_messages
from catalog.workdays import load_calendar
from datasets.models import DataVersion
from portal.health import check_readiness
from portal.house import House
from portal.mail import parse_smtp_url
from portal.sweeping import named_blobs

SAFE_SQLITE = (3, 51, 3)
"""Older ones have a rare fault when the write-ahead log is reset under load."""
STALE_WORKER_SECONDS = 120
LOW_DISK_MB = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `tone` is good, warn or bad."""

    tone: str
    zh: str
    en: str


Check = Callable[[House], Iterator[Finding]]


def check_house(house: House) -> list[Finding]:
    """All checks; those that need a database are left out where there is none."""
    findings = [finding for check in CHECKS for finding in check(house)]
    missing = check_readiness(house)
    if missing == ["database"]:
        return [*findings, Finding("bad", "连接不上数据库,请检查 DATABASE_URL", "no database: check DATABASE_URL")]
    if missing:
        zh, en = "数据库结构不是最新,请运行 kaifang db upgrade", "the schema is outdated: run kaifang db upgrade"
        return [*findings, Finding("bad", zh, en)]
    return findings + [finding for check in DATABASE_CHECKS for finding in check(house)]


def check_files(house: House, *, advance: Callable[[int, int], None]) -> list[Finding]:
    """Read every file that a row names and compare its digest. O(bytes)."""
    with house.database.reading() as session:
        digests = sorted(named_blobs(session))
    faults = []
    for done, digest in enumerate(digests, start=1):
        faults += list(house.store.check([digest]))
        advance(done, len(digests))
    if not faults:
        return [Finding("good", f"{len(digests)} 个原始文件完好", f"{len(digests)} files are whole")]
    return [
        Finding("bad", f"文件 {fault.sha256[:12]} {fault.kind},请从备份恢复", f"file {fault.sha256[:12]}: {fault.kind}")
        for fault in faults
    ]


def _check_python(house: House) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("good", f"Python {version}", f"Python {version}")


def _check_home(house: House) -> Iterator[Finding]:
    mode = stat.S_IMODE(house.home.stat().st_mode)
    if mode & 0o077:
        yield Finding("warn", f"{house.home} 可被他人读取:chmod 700", f"{house.home} is open to others: chmod 700")
    else:
        yield Finding("good", f"数据目录 {house.home}", f"home {house.home}")
    free = house.free_disk_mb()
    tone = "bad" if free < house.settings.disk_reserve_mb else "warn" if free < LOW_DISK_MB else "good"
    yield Finding(tone, f"磁盘剩余 {free} MB", f"{free} MB of disk free")


def _check_address(house: House) -> Iterator[Finding]:
    settings = house.settings
    if settings.is_loopback:
        yield Finding("good", "只在本机可访问", "reachable from this machine only")
    elif not settings.is_https:
        zh = f"BASE_URL 是 {settings.base_url}:对外服务请用 https 域名"
        yield Finding("warn", zh, f"BASE_URL is {settings.base_url}: serve the public by https")
    else:
        yield Finding("good", f"对外地址 {settings.base_url}", f"public address {settings.base_url}")


def _check_sqlite(house: House) -> Iterator[Finding]:
    if not house.settings.database_url.startswith("sqlite"):
        return
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        zh = f"SQLite {version}:3.51.3 之前有罕见缺陷,繁忙站点请用 PostgreSQL 或更新的 SQLite"
        en = f"SQLite {version}: before 3.51.3 there is a rare fault; busy sites use PostgreSQL or a newer SQLite"
        yield Finding("warn", zh, en)
    else:
        yield Finding("good", f"SQLite {version}", f"SQLite {version}")


def _check_worker(house: House) -> Iterator[Finding]:
    beat = house.home / "worker.heartbeat"
    age = time.time() - beat.stat().st_mtime if beat.exists() else None
    if age is None or age > STALE_WORKER_SECONDS:
        yield Finding("warn", "后台任务进程没有运行(kaifang serve 或 kaifang worker)", "no worker is running")
    else:
        yield Finding("good", "后台任务进程在运行", "the worker is running")


def _check_jobs(house: House) -> Iterator[Finding]:
    with house.database.reading() as session:
        counts = count_jobs(session)
    failed = counts.get("failed", 0)
    if failed:
        zh, en = f"{failed} 个任务失败:kaifang jobs list --state failed", f"{failed} jobs failed: kaifang jobs list"
        yield Finding("warn", zh, en)
    else:
        waiting = counts.get("waiting", 0)
        yield Finding("good", f"没有失败的任务,{waiting} 个等待", f"no failed jobs, {waiting} waiting")


def _check_search(house: House) -> Iterator[Finding]:
    number = house.generation.number()
    at = house.search.change_number()
    if at == number:
        yield Finding("good", f"搜索索引与目录一致({number})", f"the search index is up to date ({number})")
    else:
        zh = f"搜索索引在 {at},目录在 {number}:kaifang search rebuild"
        yield Finding("warn", zh, f"search index at {at}, catalog at {number}: kaifang search rebuild")


def _check_audit(house: House) -> Iterator[Finding]:
    with house.database.reading() as session:
        audit = verify_audit(session)
    if audit.bad_number is None:
        yield Finding("good", "审计日志完整", "the audit log is whole")
    else:
        zh = f"审计日志自第 {audit.bad_number} 条起被改动"
        yield Finding("bad", zh, f"the audit log was altered from row {audit.bad_number} on")


def _check_versions(house: House) -> Iterator[Finding]:
    with house.database.reading() as session:
        held = select(DataVersion.blob_sha256, DataVersion.row_store).where(DataVersion.state != "expired")
        rows = session.execute(held).all()
    lost = sum(not house.store.exists(digest) for digest, _ in rows)
    unbuilt = sum(not house.row_stores.exists(key) for _, key in rows)
    if lost:
        yield Finding("bad", f"{lost} 个数据版本缺少原始文件,请从备份恢复", f"{lost} versions lack their file: restore")
    if unbuilt:
        yield Finding("warn", f"{unbuilt} 个数据版本的行存储缺失", f"{unbuilt} versions lack their row store")
    if not lost and not unbuilt:
        yield Finding("good", f"{len(rows)} 个数据版本的文件齐全", f"files of all {len(rows)} versions are there")


def _check_calendar(house: House) -> Iterator[Finding]:
    next_year = (house.today() + dt.timedelta(days=45)).year
    with house.database.reading() as session:
        calendar = load_calendar(session)
    if calendar.is_announced(next_year):
        yield Finding("good", f"{next_year} 年节假日安排已载入", f"holidays of {next_year} are known")
    else:
        zh = f"{next_year} 年节假日安排尚未载入,期限按周末暂算"
        yield Finding("warn", zh, f"holidays of {next_year} are not announced: deadlines are provisional")


def _check_mail(house: House) -> Iterator[Finding]:
    server = parse_smtp_url(house.settings.smtp_url)
    if server is None:
        zh = "没有设置 SMTP_URL:邮件只写入数据目录的 mail/"
        yield Finding("warn", zh, "no SMTP_URL: mails are only written into mail/ of the home")
    else:
        zh = f"邮件经 {server.host} 发出:用 kaifang mail test 地址 试发一封"
        yield Finding("good", zh, f"mail goes through {server.host}: try kaifang mail test ADDRESS")


def _check_outbox(house: House) -> Iterator[Finding]:
    with house.database.reading() as session:
        counts = count_messages(session)
    if counts["failed"]:
        zh, en = (
            f"{counts['failed']} 条消息未能发出,见 /office/outbox",
            f"{counts['failed']} messages failed: /office/outbox",
        )
        yield Finding("warn", zh, en)
    else:
        yield Finding("good", f"发件箱:{counts['waiting']} 条等待", f"outbox: {counts['waiting']} waiting")


CHECKS: tuple[Check, ...] = (_check_python, _check_home, _check_address, _check_sqlite, _check_worker, _check_mail)
DATABASE_CHECKS: tuple[Check, ...] = (
    _check_jobs,
    _check_outbox,
    _check_search,
    _check_audit,
    _check_versions,
    _check_calendar,
)
