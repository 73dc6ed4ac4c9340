"""Every step in the life of an entry, a revision and a data version: one table, read by code, pages and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Subject = Literal["revision", "entry", "version"]

PUBLIC_STATES = frozenset({"published", "withdrawal_review"})
"""States of an entry in which the public sees it."""

LIVING_STATES = frozenset({"never_published", "published", "withdrawal_review", "suspended"})
"""States of an entry in which its metadata may move on; while suspended nothing of it becomes public."""

ONCE_PUBLISHED = frozenset({"published", "withdrawal_review", "suspended"})
"""States of an entry whose public resources take new data versions."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    `act`: the right it takes (POLICY); `subject`: whose state it moves; `from_states`: states of the subject in which
    it is open; `entry_states`: states of the entry in which it is open; `to_state`: the state it leads to, for
    `confirm_data` the one without a second review. `two_person`: closed to whoever brought the subject to this point.
    `checks_gaps`: all rules of the metadata must hold, `checks_data`: no personal data may stand in the files.
    """

    name: str
    zh: str
    en: str
    act: str
    subject: Subject
    from_states: frozenset[str]
    to_state: str
    entry_states: frozenset[str] = LIVING_STATES
    needs_reason: bool = False
    two_person: bool = False
    checks_gaps: bool = False
    checks_data: bool = False

    def is_open(self, *, state: str | None, entry_state: str) -> bool:
        """Whether the step can be taken when its subject is in `state` and the entry in `entry_state`."""
        return state in self.from_states and entry_state in self.entry_states


def _states(path: str) -> tuple[frozenset[str], str]:
    """Reads "draft returned → department_review"."""
    origin, _, target = path.partition(" → ")
    return frozenset(origin.split()), target


def _revision(name: str, zh: str, en: str, act: str, path: str, **rules: Any) -> Step:
    from_states, to_state = _states(path)
    return Step(name, zh, en, act, "revision", from_states, to_state, **rules)


def _entry(name: str, zh: str, en: str, act: str, path: str, **rules: Any) -> Step:
    from_states, to_state = _states(path)
    return Step(name, zh, en, act, "entry", from_states, to_state, from_states, **rules)


def _version(name: str, zh: str, en: str, act: str, path: str, **rules: Any) -> Step:
    from_states, to_state = _states(path)
    return Step(name, zh, en, act, "version", from_states, to_state, ONCE_PUBLISHED, **rules)


_STEPS = (
    # name, zh, en, right, from states → to state
    _revision(
        "submit", "提交审签", "Submit", "entry.submit", "draft returned → department_review",
        checks_gaps=True, checks_data=True,
    ),
    _revision("recall", "撤回修改", "Recall", "entry.submit", "department_review office_review → draft"),
    _revision(
        "discard", "放弃修订", "Discard", "entry.edit", "draft returned → superseded",
        entry_states=ONCE_PUBLISHED,
    ),
    _revision(
        "sign", "审签通过", "Sign off", "entry.sign", "department_review → office_review",
        two_person=True, checks_data=True,
    ),
    _revision(
        "return_by_department", "部门退回", "Return (department)", "entry.return_by_department",
        "department_review → returned", needs_reason=True,
    ),
    _revision(
        "return_by_office", "审核退回", "Return (office)", "entry.return", "office_review approved → returned",
        needs_reason=True,
    ),
    _revision(
        "approve", "审核通过", "Approve", "entry.approve", "office_review → approved",
        two_person=True, checks_gaps=True, checks_data=True,
    ),
    _revision(
        "publish", "发布", "Publish", "entry.publish", "approved → published",
        two_person=True, checks_gaps=True, checks_data=True,
    ),
    _revision(
        "adopt", "接收已公开目录", "Adopt", "catalog.adopt", "draft → published",
        entry_states=frozenset({"never_published"}), checks_data=True,
    ),
    _entry(
        "ask_withdrawal", "申请下架", "Ask for withdrawal", "entry.ask_withdrawal", "published → withdrawal_review",
        needs_reason=True,
    ),
    _entry(
        "refuse_withdrawal", "不同意下架", "Refuse withdrawal", "entry.withdraw", "withdrawal_review → published",
        needs_reason=True,
    ),
    _entry(
        "withdraw", "下架", "Withdraw", "entry.withdraw", "withdrawal_review suspended → withdrawn",
        two_person=True,
    ),
    _entry(
        "suspend", "紧急暂停", "Suspend", "entry.suspend", "published withdrawal_review → suspended",
        needs_reason=True,
    ),
    _entry("resume", "恢复公开", "Resume", "entry.resume", "suspended → published"),
    _version(
        "submit_data", "提交数据", "Submit data", "data.submit", "prepared → department_review",
        checks_data=True,
    ),
    _version("recall_data", "撤回数据", "Recall data", "data.submit", "department_review office_review → prepared"),
    _version("discard_data", "放弃数据", "Discard data", "data.submit", "prepared → rejected"),
    _version(
        "confirm_data", "确认数据", "Confirm data", "data.confirm", "department_review → published",
        two_person=True, checks_data=True,
    ),
    _version(
        "approve_data", "数据审核通过", "Approve data", "data.review", "office_review → published",
        two_person=True, checks_data=True,
    ),
    _version(
        "reject_data_by_department", "部门退回数据", "Return data (department)", "data.confirm",
        "department_review → rejected", needs_reason=True,
    ),
    _version(
        "reject_data_by_office", "审核退回数据", "Return data (office)", "data.review", "office_review → rejected",
        needs_reason=True,
    ),
    _version(
        "retract_data", "撤下历史版本", "Retract an old version", "entry.suspend", "superseded → rejected",
        needs_reason=True,
    ),
)  # fmt: skip

STEPS: dict[str, Step] = {step.name: step for step in _STEPS}
"""Name → step, in the order in which they follow one another."""
