"""The buttons of an entry or a data version: which steps this person may take now, and what to say about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalog.steps import Step
from portal.pages.desk_texts import DANGEROUS, REASON_IS_WELCOME, RETURNS, STEP_HELP, in_words, step_text


@dataclass(frozen=True, slots=True)
class Action:
    """One step as a form. `tone` is that of its button; folded ones open before they can be taken."""

    step: str
    text: str
    tone: str
    help: str
    needs_reason: bool
    takes_reason: bool
    lock: int | None
    reason: str = ""
    """What was typed already."""
    error: str = ""

    @property
    def is_folded(self) -> bool:
        """Whether the button stands behind a fold, because it wants a reason or a second thought."""
        return self.takes_reason or self.step in DANGEROUS


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that was tried and could not be taken: the sentence, its findings, and what had been typed."""

    step: str
    text: str
    problems: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    is_reason: bool = False
    """The fault lies in the reason itself, so it is said beside that field."""


@dataclass(frozen=True, slots=True)
class Actions:
    """The actions in order, the main one first; `note` says why an expected one is missing."""

    main: tuple[Action, ...] = ()
    folded: tuple[Action, ...] = ()
    note: str = ""
    refused: Refused | None = field(default=None)

    def __bool__(self) -> bool:
        return bool(self.main or self.folded or self.note)


def make_actions(
    steps: Iterable[Step],
    *,
    locks: Mapping[str, int | None],
    refused: Refused | None = None,
    note: str = "",
    language: str,
) -> Actions:
    """Actions for open steps. `locks`: subject → the number that tells whether it has changed since."""
    made = [_action(step, locks.get(step.subject), refused, language) for step in steps if step.name != "adopt"]
    return Actions(
        main=tuple(one for one in made if not one.is_folded),
        folded=tuple(one for one in made if one.is_folded),
        note=note,
        refused=refused,
    )


def _action(step: Step, lock: int | None, refused: Refused | None, language: str) -> Action:
    tried = refused if refused and refused.step == step.name else None
    return Action(
        step=step.name,
        text=step_text(step.name, language),
        tone=_tone(step.name),
        help=in_words(STEP_HELP[step.name], language) if step.name in STEP_HELP else "",
        needs_reason=step.needs_reason,
        takes_reason=step.needs_reason or step.name in REASON_IS_WELCOME,
        lock=lock,
        reason=tried.reason if tried else "",
        error=tried.text if tried and tried.is_reason else "",
    )


def _tone(step: str) -> str:
    if step in DANGEROUS:
        return "danger"
    if step in RETURNS or step in ("recall", "recall_data", "ask_withdrawal"):
        return ""
    return "primary"
