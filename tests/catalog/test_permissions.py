"""The table of record: every role × act, for the account's own department and for another one."""

from __future__ import annotations

import uuid

import pytest

from catalog.errors import NotAllowed
from catalog.permissions import (
    ANONYMOUS,
    EXCLUSIVE_ROLES,
    POLICY,
    ROLES,
    Actor,
    is_allowed,
    require_allowed,
    system_actor,
)

OWN, OTHER = uuid.uuid4(), uuid.uuid4()

# o: in the account's own department; a: in any department; .: nowhere
TABLE = """
act                          editor reviewer head office system_admin security_admin auditor
entry.view_draft             o      o        o    a      .            .              .
entry.create                 o      .        .    .      .            .              .
entry.edit                   o      .        .    .      .            .              .
entry.submit                 o      .        .    .      .            .              .
entry.sign                   .      o        .    .      .            .              .
entry.return_by_department   .      o        .    .      .            .              .
entry.review                 .      .        .    a      .            .              .
entry.approve                .      .        .    a      .            .              .
entry.return                 .      .        .    a      .            .              .
entry.publish                .      .        .    a      .            .              .
entry.ask_withdrawal         o      o        .    a      .            .              .
entry.withdraw               .      .        .    a      .            .              .
entry.suspend                .      .        .    a      .            .              .
entry.resume                 .      .        .    a      .            .              .
data.upload                  o      .        .    .      .            .              .
data.submit                  o      .        .    .      .            .              .
data.confirm                 .      o        .    .      .            .              .
data.review                  .      .        .    a      .            .              .
data.override                .      o        .    .      .            .              .
sheet.import                 o      .        .    .      .            .              .
catalog.adopt                .      .        .    a      .            .              .
candidate.view               o      o        o    a      .            .              .
candidate.decide             o      .        .    a      .            .              .
candidate.import             .      .        .    a      .            .              .
obligation.view              o      o        o    a      .            .              .
obligation.confirm_unchanged .      o        .    .      .            .              .
obligation.ask_extension     o      o        .    .      .            .              .
obligation.object            .      o        o    .      .            .              .
obligation.decide            .      .        .    a      .            .              .
obligation.excuse            .      .        .    a      .            .              .
plan.view                    o      o        o    a      .            .              .
plan.list                    o      .        .    a      .            .              .
plan.declare                 o      .        .    .      .            .              .
plan.sign                    .      .        o    .      .            .              .
plan.manage                  .      .        .    a      .            .              .
plan.decide                  .      .        .    a      .            .              .
plan.hand_over               .      .        .    a      .            .              .
notice.manage                .      o        o    a      .            .              .
outbox.read                  .      .        .    a      a            .              .
score.view                   o      o        o    a      .            .              .
score.manage                 .      .        .    a      .            .              .
score.object                 .      .        o    .      .            .              .
duty.record                  o      .        .    a      .            .              .
duty.manage                  .      .        .    a      .            .              .
rectification.answer         o      .        .    .      .            .              .
rectification.manage         .      .        .    a      .            .              .
report.make                  .      .        .    a      .            .              .
bulk.act                     .      .        .    a      .            .              .
department.manage            .      .        .    a      .            .              .
calendar.manage              .      .        .    a      .            .              .
account.view                 .      .        .    .      a            a              .
account.manage               .      .        .    .      a            .              .
role.grant                   .      .        .    .      .            a              .
audit.read                   .      .        .    .      .            .              a
desk.view                    o      o        o    .      .            .              .
office.view                  .      .        .    a      .            .              .
pulls.read                   .      .        .    a      .            .              a
statistics.internal          .      .        o    a      .            .              .
"""

LINES = [line.split() for line in TABLE.strip().splitlines()]
COLUMNS = LINES[0][1:]
CELLS = [(act, role, cell) for act, *cells in LINES[1:] for role, cell in zip(COLUMNS, cells, strict=True)]


def someone(*roles: str, department: uuid.UUID | None = OWN) -> Actor:
    return Actor(uuid.uuid4(), "某人", department, frozenset(roles))


def test_the_table_names_every_act_and_every_role() -> None:
    assert [line[0] for line in LINES[1:]] == list(POLICY)
    assert list(ROLES) == COLUMNS


@pytest.mark.parametrize(("act", "role", "cell"), CELLS)
def test_every_cell(act: str, role: str, cell: str) -> None:
    person = someone(role)
    assert is_allowed(person, act, department_id=OWN) is (cell in "oa"), "own department"
    assert is_allowed(person, act, department_id=OTHER) is (cell == "a"), "another department"
    assert is_allowed(person, act) is (cell in "oa"), "anywhere at all"
    homeless = someone(role, department=None)
    assert is_allowed(homeless, act) is (cell == "a"), "a department's role without a department is nothing"
    assert is_allowed(homeless, act, department_id=OWN) is (cell == "a")


@pytest.mark.parametrize("act", POLICY)
def test_the_public_and_a_person_without_roles_may_do_nothing(act: str) -> None:
    for nobody in (ANONYMOUS, someone(), someone("no such role")):
        for department in (None, OWN, OTHER):
            assert not is_allowed(nobody, act, department_id=department)
            with pytest.raises(NotAllowed) as error:
                require_allowed(nobody, act, department_id=department)
            assert (error.value.code, error.value.params) == ("not_allowed", {"act": act})


@pytest.mark.parametrize("act", POLICY)
def test_jobs_and_commands_may_do_everything(act: str) -> None:
    require_allowed(system_actor("kaifang demo"), act, department_id=OTHER)


def test_two_roles_add_up() -> None:
    person = someone("editor", "office")
    assert is_allowed(person, "entry.edit", department_id=OWN)
    assert not is_allowed(person, "entry.edit", department_id=OTHER)
    assert is_allowed(person, "entry.publish", department_id=OTHER)


def test_an_act_that_nobody_declared_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        is_allowed(someone("office"), "entry.destroy")


def test_the_role_of_jobs_cannot_be_granted() -> None:
    assert not system_actor("x").roles & set(ROLES)
    assert set(ROLES) >= EXCLUSIVE_ROLES


def test_the_auditor_can_change_nothing() -> None:
    assert {act for act, scopes in POLICY.items() if "auditor" in scopes} == {"audit.read", "pulls.read"}


def test_no_administrator_touches_content_and_none_does_anothers_duty() -> None:
    for role in EXCLUSIVE_ROLES:
        acts = {act for act, scopes in POLICY.items() if role in scopes}
        assert not any(act.startswith(("entry.", "data.", "sheet.", "catalog.")) for act in acts)
    duties = {"account.manage": "system_admin", "role.grant": "security_admin", "audit.read": "auditor"}
    for act, role in duties.items():
        assert set(POLICY[act]) == {role}


def test_roles_have_both_languages() -> None:
    for role in ROLES.values():
        assert all((role.zh, role.en, role.zh_help, role.en_help))
