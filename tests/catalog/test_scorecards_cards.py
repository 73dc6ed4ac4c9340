"""Cards: points, ranks, weights with their days, freezing, objections, the workbook, and what a ranking costs."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from catalog.errors import Conflict, Invalid, NotAllowed, NotFound
from catalog.models import AuditRow, Department, Obligation, Scorecard
from catalog.permissions import Actor
from catalog.scorecards.cards import make_lines
from catalog.scorecards.freezing import freezable_on, freeze_period
from catalog.scorecards.indicators import INDICATORS
from catalog.scorecards.measuring import Measured, Tally
from catalog.scorecards.objections import decide_objection, list_objections, object_to_score
from catalog.scorecards.periods import make_period
from catalog.scorecards.scoring import find_lines, get_card, make_ranking, rank
from catalog.scorecards.weights import set_weights, weights_on
from catalog.scorecards.workbook import write_workbook
from catalog.workdays import Calendar
from datasets.clock import SHANGHAI
from tests.catalog.lifecycle import Lifecycle, People, make_actor, make_people

H1, H2 = make_period(2026, 1), make_period(2026, 2)
TODAY = dt.date(2026, 7, 10)
AFTER = dt.date(2026, 7, 14)  # Tuesday


def owe(
    session: Session, department: Department, *states: str, kind: str = "update", due: dt.date | None = None
) -> None:
    """Obligations of the first half of 2026 as the ledger leaves them."""
    due_on = due or dt.date(2026, 6, 30)
    for number, state in enumerate(states):
        session.add(
            Obligation(
                subject_id=uuid.uuid4(),
                department_id=department.id,
                kind=kind,
                period=f"p{number}",
                label=f"第 {number} 项",
                starts_on=dt.date(2026, 1, 1),
                due_on=due_on,
                grace_on=due_on if kind == "node" else due_on + dt.timedelta(days=7),
                state=state,
                created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            )
        )
    session.flush()


def at(day: dt.date, hour: int = 10) -> dt.datetime:
    """That hour of the day in Shanghai."""
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI).astimezone(dt.UTC)


@pytest.fixture
def other(session: Session) -> People:
    return make_people(session, "黄石港区教育局")


@pytest.fixture
def head(session: Session, people: People) -> Actor:
    return make_actor(session, "head", department=people.department, name="局长甲")


@pytest.fixture
def frozen(session: Session, people: People, other: People) -> list[People]:
    """民政局: 3 of 4 updates and both nodes; 教育局: 1 of 2 updates and one of two nodes. Frozen on 14 July."""
    owe(session, people.department, "on_time", "on_time", "on_time", "late")
    owe(session, people.department, "on_time", "on_time", kind="node")
    owe(session, other.department, "on_time", "missed")
    owe(session, other.department, "on_time", "late", kind="node")
    freeze_period(session, H1, by=people.office, now=at(AFTER), today=AFTER)
    return [people, other]


def test_the_weight_of_what_does_not_apply_is_spread_over_the_others(session: Session) -> None:
    weights = weights_on(session, TODAY)
    lines = make_lines(Measured({"timely": Tally(1, 2), "nodes": Tally(3, 3)}), weights)
    found = {line.code: (line.full, line.points) for line in lines if line.score is not None}
    assert found == {"timely": (66.67, 33.33), "nodes": (33.33, 33.33)}  # weights 30 and 15


def test_a_card_is_scored_and_ranked_and_equal_totals_share_their_place(
    session: Session, people: People, other: People
) -> None:
    third, idle = make_people(session, "黄石港区文旅局"), make_people(session, "黄石港区信访局")
    for one, updates in ((people, ("on_time", "late")), (third, ("late", "on_time")), (other, ("late", "late"))):
        owe(session, one.department, *updates)
        owe(session, one.department, "on_time", kind="node")
    ranking = make_ranking(session, H1, today=AFTER)
    places = {card.department.name: (card.rank, card.total) for card in ranking.cards}
    # timely 30 × 0.5 and nodes 15 × 1 of 45; only nodes of 45; nothing at all
    assert places == {
        "黄石港区民政局": (1, 66.67),
        "黄石港区文旅局": (1, 66.67),
        "黄石港区教育局": (3, 33.33),
        idle.department.name: (None, None),
    }
    assert ranking.cards[-1].department.name == idle.department.name
    assert {line.code: line.tally for line in ranking.district}["timely"] == Tally(2, 6)


def test_a_department_to_which_little_applies_is_not_the_best_of_the_district(session: Session, people: People) -> None:
    owe(session, people.department, "on_time")  # 30 of 100 points of weight
    card = make_ranking(session, H1, today=AFTER).card(people.department.id)
    assert (card.base, card.rank, card.line("timely").score) == (None, None, 1.0)


def test_a_period_goes_by_the_weights_of_its_last_day(session: Session, people: People) -> None:
    now = at(TODAY)
    change: dict[str, Any] = {"by": people.office, "now": now, "today": TODAY}
    assert set_weights(session, {"timely": (40, 0.9), "nodes": (15, 1.0)}, starts_on=TODAY, **change) == 1
    assert set_weights(session, {"timely": (50, 0.9)}, starts_on=dt.date(2027, 1, 1), **change) == 1
    assert weights_on(session, H1.ends_on)["timely"].weight == 30
    assert (weights_on(session, H2.ends_on)["timely"].weight, weights_on(session, H2.ends_on)["timely"].target) == (
        40,
        0.9,
    )
    assert weights_on(session, make_period(2027, 1).ends_on)["timely"].weight == 50
    assert set_weights(session, {"timely": (45, 0.9)}, starts_on=TODAY, **change) == 1
    assert weights_on(session, TODAY)["timely"].weight == 45
    acts = session.scalars(select(AuditRow.act)).all()
    assert acts.count("score.weigh") == 3


def test_wrong_weights_are_told_each_at_its_place(session: Session, people: People) -> None:
    with pytest.raises(Invalid, match="weights_invalid") as caught:
        set_weights(
            session, {"timely": (101, 1.0), "nodes": (15, -1.0)}, starts_on=dt.date(2026, 7, 9), by=people.office,
            now=at(TODAY), today=TODAY,
        )  # fmt: skip
    assert [(one.where, one.code) for one in caught.value.problems] == [
        ("starts_on", "weights_in_the_past"),
        ("weight-timely", "weight_out_of_range"),
        ("target-nodes", "weight_out_of_range"),
    ]
    nothing = {code: (0.0, row.target) for code, row in INDICATORS.items()}
    with pytest.raises(Invalid) as caught:
        set_weights(session, nothing, starts_on=TODAY, by=people.office, now=at(TODAY), today=TODAY)
    assert [one.code for one in caught.value.problems] == ["weights_all_zero"]
    with pytest.raises(NotAllowed):
        set_weights(session, {}, starts_on=TODAY, by=people.editor, now=at(TODAY), today=TODAY)


def test_nothing_is_frozen_before_the_last_grace_is_over(session: Session, people: People) -> None:
    owe(session, people.department, "open")  # due 30 June, its grace ends on Tuesday 7 July
    with pytest.raises(Conflict, match="period_runs"):
        freeze_period(session, H1, by=people.office, now=at(dt.date(2026, 6, 30)), today=dt.date(2026, 6, 30))
    tuesday = dt.date(2026, 7, 7)
    assert freezable_on(session, H1, today=tuesday) == dt.date(2026, 7, 8)
    with pytest.raises(Conflict, match="period_undecided"):
        freeze_period(session, H1, by=people.office, now=at(tuesday), today=tuesday)
    wednesday = dt.date(2026, 7, 8)
    assert freeze_period(session, H1, by=people.office, now=at(wednesday), today=wednesday) == 1
    with pytest.raises(Conflict, match="period_frozen"):
        freeze_period(session, H1, by=people.office, now=at(wednesday), today=wednesday)


def test_a_frozen_card_no_longer_moves_and_keeps_what_counted_against_it(
    session: Session, frozen: list[People]
) -> None:
    own = frozen[0]
    before = get_card(session, H1, own.department.id, by=own.editor, today=AFTER)
    assert (before.base, before.rank) == (83.33, 1)  # (30 × 0.75 + 15 × 1) / 45
    assert [record.mark for record in (before.kept or {})["timely"]] == ["late"]
    owe(session, own.department, "missed", "missed", due=dt.date(2026, 5, 31))
    set_weights(session, {"nodes": (0, 1.0)}, starts_on=AFTER, by=own.office, now=at(AFTER), today=AFTER)
    after = get_card(session, H1, own.department.id, by=own.editor, today=AFTER)
    assert (after.base, after.lines) == (before.base, before.lines)
    assert find_lines(session, H1, own.department.id, today=AFTER)["timely"].tally == Tally(3, 4)
    assert {line.code: line.tally for line in make_ranking(session, H1, today=AFTER).district}["timely"] == Tally(4, 6)


def test_an_accepted_objection_changes_points_and_place_beside_the_frozen_score(
    session: Session, frozen: list[People], head: Actor
) -> None:
    own, other = frozen
    row = object_to_score(
        session, H1, "timely", department_id=own.department.id, text="三月数据按时", calendar=Calendar(), by=head,
        now=at(AFTER),
    )  # fmt: skip
    with pytest.raises(Conflict, match="score_objection_exists"):
        object_to_score(
            session, H1, "timely", department_id=own.department.id, text="再次提出", calendar=Calendar(), by=head,
            now=at(AFTER),
        )  # fmt: skip
    with pytest.raises(Invalid) as caught:
        decide_objection(session, row.id, is_accepted=True, points=0, answer="采纳", by=own.office, now=at(AFTER))
    assert [one.code for one in caught.value.problems] == ["score_objection_points"]
    decide_objection(
        session, row.id, is_accepted=True, points=-60, answer="另有两期未完成", by=own.office, now=at(AFTER)
    )
    with pytest.raises(Conflict, match="score_objection_decided"):
        decide_objection(session, row.id, is_accepted=False, answer="不采纳", by=own.office, now=at(AFTER))
    ranking = rank(session, H1, by=own.office, today=AFTER)
    assert [(card.department.id, card.rank) for card in ranking.cards] == [
        (other.department.id, 1),
        (own.department.id, 2),
    ]
    card = ranking.card(own.department.id)
    assert (card.base, card.adjustment, card.total) == (83.33, -60, 23.33)
    assert session.scalars(select(Scorecard.score).where(Scorecard.department_id == own.department.id)).one() == 83.33
    assert [one.state for one in list_objections(session, by=head, department_id=own.department.id)] == ["accepted"]


def test_objections_end_ten_working_days_after_the_freezing(
    session: Session, frozen: list[People], head: Actor
) -> None:
    last = dt.date(2026, 7, 28)  # Tuesday; frozen on Tuesday 14 July, no holiday between
    own = frozen[0]
    facts: dict[str, Any] = {
        "department_id": own.department.id, "text": "有误", "calendar": Calendar(), "by": head,
    }  # fmt: skip
    assert object_to_score(session, H1, "nodes", now=at(last, 23), **facts).state == "open"
    with pytest.raises(Conflict, match="score_objection_too_late"):
        object_to_score(session, H1, "timely", now=at(last + dt.timedelta(days=1), 0), **facts)


def test_only_the_head_objects_to_the_own_frozen_card(session: Session, frozen: list[People], head: Actor) -> None:
    own, other = frozen
    facts: dict[str, Any] = {"text": "有误", "calendar": Calendar(), "now": at(AFTER)}
    with pytest.raises(NotAllowed):
        object_to_score(session, H1, "timely", department_id=own.department.id, by=own.editor, **facts)
    with pytest.raises(NotAllowed):
        object_to_score(session, H1, "timely", department_id=other.department.id, by=head, **facts)
    with pytest.raises(Conflict, match="card_not_frozen"):
        object_to_score(session, H2, "timely", department_id=own.department.id, by=head, **facts)
    with pytest.raises(NotFound, match="scorecard_not_found"):
        get_card(session, H1, other.department.id, by=head, today=AFTER)
    with pytest.raises(NotAllowed):
        rank(session, H1, by=head, today=AFTER)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_holds_ranking_figures_and_definitions_and_no_formula(
    session: Session, frozen: list[People], language: str
) -> None:
    frozen[1].department.name = "=1+1"
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(make_ranking(session, H1, today=AFTER), language=language)))
    ranking, figures, _bonuses, definitions = book.worksheets
    assert [cell.value for cell in ranking["A"]][1:] == [1, 2]
    assert (ranking["B3"].value, ranking["B3"].data_type) == ("=1+1", "s")
    assert figures.max_row == 1 + 2 * len(INDICATORS)
    assert definitions.max_row == 1 + len(INDICATORS)


def test_a_ranking_costs_the_same_number_of_queries_for_two_departments_as_for_twelve(
    session: Session, lifecycle: Lifecycle
) -> None:
    def count() -> int:
        statements: list[str] = []

        def note(*given: Any) -> None:
            statements.append(given[2])

        event.listen(session.get_bind(), "before_cursor_execute", note)
        make_ranking(session, H2, today=TODAY)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(statements)

    lifecycle.entry("published", with_file=True)
    few = count()
    for number in range(10):
        made = make_people(session, f"黄石港区第{number}局")
        owe(session, made.department, "on_time", due=dt.date(2026, 7, 31))
    session.expire_all()
    assert count() == few <= 12
