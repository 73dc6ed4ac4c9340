"""The audit log and the pulls of the feeds, as people read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.audit import AuditCheck, AuditEvent
from catalog.feeds.pulls import FEEDS, Pull
from datasets.clock import SHANGHAI

PAGE_SIZE = 50
FAMILIES: dict[str, tuple[str, str]] = {
    "entry.": ("目录条目", "Entries"),
    "data.": ("数据", "Data"),
    "sheet.": ("Excel 填报", "Excel sheets"),
    "catalog.": ("目录导入", "Imported catalogs"),
    "department.": ("部门", "Departments"),
    "account.": ("账号与登录", "Accounts and sign-in"),
    "role.": ("角色", "Roles"),
    "score.": ("考核", "Assessment"),
    "duty.": ("计次任务", "Counted duties"),
    "rectification.": ("整改台账", "Rectifications"),
    "obligation.": ("更新台账", "Ledger"),
    "plan.": ("工作计划", "Work plans"),
    "candidate.": ("待开放清单", "Candidates"),
    "bulk.": ("批量操作", "Bulk acts"),
    "calendar.": ("工作日历", "Working days"),
    "webhook.": ("推送地址", "Webhooks"),
    "outbox.": ("发件箱", "Outbox"),
}
"""Families of acts by which the log may be narrowed."""
ACTS: dict[str, tuple[str, str]] = {
    "entry.create": ("新建条目", "Create entry"),
    "entry.edit": ("修改条目", "Edit entry"),
    "entry.submit": ("提交或撤回", "Submit or recall"),
    "entry.sign": ("部门审签", "Sign off"),
    "entry.return_by_department": ("部门退回", "Return (department)"),
    "entry.approve": ("审核通过", "Approve"),
    "entry.return": ("审核退回", "Return (office)"),
    "entry.publish": ("发布", "Publish"),
    "entry.ask_withdrawal": ("申请下架", "Ask for withdrawal"),
    "entry.withdraw": ("决定下架", "Decide on withdrawal"),
    "entry.suspend": ("紧急暂停", "Suspend"),
    "entry.resume": ("恢复公开", "Resume"),
    "data.upload": ("上传数据", "Upload data"),
    "data.submit": ("提交数据", "Submit data"),
    "data.confirm": ("确认数据", "Confirm data"),
    "data.review": ("审核数据", "Review data"),
    "data.override": ("放行个人信息", "Release personal data"),
    "sheet.upload": ("上传目录表", "Upload sheet"),
    "sheet.import": ("导入目录表", "Apply sheet"),
    "sheet.discard": ("放弃目录表", "Discard sheet"),
    "catalog.adopt": ("接收已公开目录", "Adopt"),
    "department.create": ("新建部门", "Create department"),
    "department.update": ("修改部门", "Change department"),
    "department.activate": ("启用部门", "Bring department back"),
    "department.deactivate": ("停用部门", "Take department out of use"),
    "score.weigh": ("调整指标权重", "Set weights"),
    "score.freeze": ("定格得分", "Freeze scores"),
    "score.object": ("提出异议", "Object to a score"),
    "score.answer": ("答复异议", "Answer an objection"),
    "department.merge": ("合并部门", "Merge department"),
    "department.unmerge": ("撤销合并", "Undo a merger"),
    "duty.manage": ("设定计次任务", "Define counted duty"),
    "duty.record": ("登记计次任务", "Record duty"),
    "rectification.manage": ("开出或核验整改", "Open or check a finding"),
    "rectification.answer": ("答复整改", "Answer a finding"),
    "obligation.confirm_unchanged": ("确认无变化", "Confirm unchanged"),
    "obligation.ask_extension": ("申请延期", "Ask for extension"),
    "obligation.object": ("申诉", "Object"),
    "obligation.decide": ("答复延期或申诉", "Answer request"),
    "obligation.excuse": ("豁免", "Excuse"),
    "plan.manage": ("管理工作计划", "Manage plan"),
    "plan.list": ("修改应编清单", "Change expected list"),
    "plan.declare": ("拟完成声明", "Draft declaration"),
    "plan.sign": ("签署完成声明", "Sign declaration"),
    "plan.decide": ("确认或退回声明", "Decide on declaration"),
    "plan.hand_over": ("登记节点完成", "Record node"),
    "candidate.import": ("导入待开放清单", "Import candidates"),
    "candidate.decide": ("标记待开放事项", "Mark candidate"),
    "bulk.act": ("批量操作", "Bulk act"),
    "calendar.manage": ("调整工作日历", "Change working days"),
    "calendar.rotate": ("更换日历地址", "Make a new calendar address"),
    "webhook.register": ("登记推送地址", "Register webhook"),
    "webhook.switch_on": ("启用推送地址", "Switch webhook on"),
    "webhook.switch_off": ("停用推送地址", "Switch webhook off"),
    "webhook.remove": ("删除推送地址", "Remove webhook"),
    "webhook.test": ("测试推送", "Test webhook"),
    "outbox.retry": ("重新发送", "Send again"),
    "account.create": ("新建账号", "Create account"),
    "account.update": ("修改账号", "Change account"),
    "account.sign_in": ("登录", "Sign in"),
    "account.sign_out": ("退出", "Sign out"),
    "account.change_password": ("修改密码", "Change password"),
    "account.reset_password": ("重置密码", "Reset password"),
    "account.disable": ("停用账号", "Disable account"),
    "account.enable": ("启用账号", "Enable account"),
    "account.unlock": ("解除锁定", "Unlock account"),
    "role.grant": ("授予角色", "Grant role"),
    "role.revoke": ("收回角色", "Revoke role"),
}
"""What acts are called; one that is not listed shows its code."""
OBJECTS: dict[str, tuple[str, str]] = {
    "entry": ("条目", "Entry"),
    "revision": ("修订", "Revision"),
    "version": ("数据版本", "Data version"),
    "resource": ("资源", "Resource"),
    "intake": ("上传", "Upload"),
    "sheet": ("目录表", "Sheet"),
    "scorecard": ("得分卡", "Scorecard"),
    "weights": ("指标权重", "Weights"),
    "objection": ("考核异议", "Objection"),
    "obligation": ("更新任务", "Obligation"),
    "holiday": ("工作日历", "Calendar day"),
    "department": ("部门", "Department"),
    "duty": ("计次任务", "Counted duty"),
    "duty_record": ("完成记录", "Record of a duty"),
    "rectification": ("整改事项", "Finding"),
    "bulk_act": ("批量操作", "Bulk act"),
    "plan": ("工作计划", "Work plan"),
    "declaration": ("完成声明", "Declaration"),
    "handover": ("节点完成记录", "Record of a node"),
    "package": ("报送包", "Package"),
    "candidate": ("待开放事项", "Candidate"),
    "catalog": ("目录导入", "Imported catalog"),
    "account": ("账号", "Account"),
    "webhook": ("推送地址", "Webhook"),
    "message": ("消息", "Message"),
}
LONG_MARK = 24
"""Digests and ids longer than this are cut in the list; the log holds them whole."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event; `act` in words and its `code`; `details` are its parameters as short text."""

    number: int
    at: str
    who: str
    address: str
    act: str
    code: str
    subject: str
    object_id: str
    result: str
    details: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the log, newest first; `before` continues it. `check` is the chain's state when it was asked for."""

    lines: tuple[AuditLine, ...]
    before: int | None
    acts: tuple[tuple[str, str], ...]
    act: str
    subject: str
    username: str
    check: AuditCheck | None


@dataclass(frozen=True, slots=True)
class PullLine:
    """One pull of a feed."""

    at: str
    feed: str
    puller: str
    agent: str
    range: str
    count: int
    status: int


@dataclass(frozen=True, slots=True)
class PullPage:
    """A page of pulls; `before` is the instant that continues it."""

    lines: tuple[PullLine, ...]
    before: str | None


def make_audit_page(
    events: list[AuditEvent], *, act: str, subject: str, username: str, check: AuditCheck | None, language: str
) -> AuditPage:
    """The events in words; `events` may hold one more than a page."""
    lines = tuple(
        AuditLine(
            number=event.number,
            at=event.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            who=event.account_name,
            address=event.address or "",
            act=ACTS.get(event.act, (event.act, event.act))[language == "en"],
            code=event.act,
            subject=OBJECTS.get(event.object_kind, (event.object_kind, event.object_kind))[language == "en"],
            object_id=event.object_id or "",
            result=event.result,
            details=_details(event.params),
        )
        for event in events[:PAGE_SIZE]
    )
    before = lines[-1].number if len(events) > PAGE_SIZE else None
    acts = tuple((family, words[language == "en"]) for family, words in FAMILIES.items())
    return AuditPage(lines, before, acts, act, subject, username, check)


def _details(params: Mapping[str, Any]) -> str:
    """Parameters in one line; what is empty is left out."""
    parts = []
    for name, value in params.items():
        if value in (None, "", [], {}):
            continue
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        is_mark = " " not in text and text.isascii() and len(text) > LONG_MARK and name in ("sha256", "department_id")
        parts.append(f"{name} {text[:12]}…" if is_mark else f"{name} {text}")
    return " · ".join(parts)


def make_pull_page(pulls: list[Pull], *, language: str) -> PullPage:
    """The pulls in words; `pulls` may hold one more than a page."""
    lines = tuple(
        PullLine(
            at=pull.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            feed=_feed(pull, language),
            puller=pull.puller,
            agent=pull.user_agent or "",
            range="" if pull.range_to is None else f"{pull.range_from or 0}–{pull.range_to}",
            count=pull.record_count,
            status=pull.status,
        )
        for pull in pulls[:PAGE_SIZE]
    )
    before = pulls[PAGE_SIZE - 1].at.isoformat() if len(pulls) > PAGE_SIZE else None
    return PullPage(lines, before)


def _feed(pull: Pull, language: str) -> str:
    name = FEEDS[pull.feed][language == "en"] if pull.feed in FEEDS else pull.feed
    if pull.page is None:
        return name
    return f"{name}, page {pull.page}" if language == "en" else f"{name}第 {pull.page} 页"
