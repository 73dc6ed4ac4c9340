"""Personal data in a delivered file, and what may be done to it before anything is stored: one choice per column."""

from __future__ import annotations

from dataclasses import dataclass

from datasets.ingest.masking import METHODS, list_methods, preview_masking
from datasets.ingest.personal_data.kinds import KINDS
from datasets.ingest.personal_data.whole_file import NAMES_PLACE
from datasets.ingest.reading import Finding, Reading
from portal.pages.desk_texts import in_words

EXAMPLES = 2
"""Cells of a column that are shown before and after."""
KIND_WORDS: dict[str, tuple[str, str]] = {one.kind: (one.zh, one.en) for one in KINDS}


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A method with what it makes of cells of this column: (before, half hidden; after)."""

    key: str
    label: str
    text: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MaskLine:
    """A column that holds personal data, or whose cells are changed already.

    `found` says what was found in it; `is_blocking`: it cannot be published so. `chosen` is the method of the present
    reading ("": none) and `published` are cells as that reading would publish them. `ticked` is what the form starts
    with: the chosen method, or the usual one for a column that cannot stay as it is.
    """

    column: str
    found: tuple[str, ...]
    is_blocking: bool
    chosen: str
    chosen_label: str
    ticked: str
    published: tuple[str, ...]
    methods: tuple[MethodChoice, ...]


@dataclass(frozen=True, slots=True)
class MaskingPanel:
    """All choices; `others` are the columns in which nothing was found, `outside` what stands beside the table."""

    lines: tuple[MaskLine, ...]
    others: tuple[str, ...]
    also_methods: tuple[tuple[str, str], ...]
    outside: tuple[str, ...]
    in_names: tuple[str, ...]
    """Columns apart, places of the table that no method changes: the names of the columns."""
    withholds_original: bool
    is_needed: bool
    """Something was found or chosen, so the panel stands open."""

    @property
    def suggests(self) -> bool:
        """Whether the form starts with a method that nobody has chosen."""
        return any(line.ticked and not line.chosen for line in self.lines)


def make_masking_panel(reading: Reading, language: str) -> MaskingPanel:
    """What was found in `reading`, what is done to it, what else could be done."""
    names = [column.name for column in reading.columns]
    chosen = {column: (kind, method) for column, kind, method in reading.recipe.masking}
    found: dict[str, list[Finding]] = {}
    for finding in reading.findings:
        found.setdefault(finding.column, []).append(finding)
    listed = [name for name in names if name in found or name in chosen]
    listed += [name for name in chosen if name not in names]
    beside = [finding for finding in reading.findings if finding.column not in names]
    outside = [_beside(one, language) for one in beside if one.column != NAMES_PLACE]
    in_names = [_beside(one, language) for one in beside if one.column == NAMES_PLACE]
    return MaskingPanel(
        lines=tuple(_line(reading, name, found.get(name, []), chosen.get(name, ("", "")), language) for name in listed),
        others=tuple(name for name in names if name not in listed),
        also_methods=tuple((key, in_words(METHODS[key][:2], language)) for key in list_methods("")),
        outside=tuple(outside),
        in_names=tuple(in_names),
        withholds_original=reading.recipe.withholds_original,
        is_needed=bool(reading.findings or chosen or reading.recipe.withholds_original),
    )


def _line(reading: Reading, name: str, findings: list[Finding], chosen: tuple[str, str], language: str) -> MaskLine:
    kind, method = chosen
    kind = kind or (findings[0].kind if findings else "")
    cells = _cells(reading, name)
    examples = [] if method else _telling(cells, kind)
    is_blocking = any(one.severity == "block" for one in findings)
    return MaskLine(
        column=name,
        found=tuple(_count(one, language) for one in findings),
        is_blocking=is_blocking,
        chosen=method,
        chosen_label=in_words(METHODS[method][:2], language) if method in METHODS else "",
        ticked=method or (list_methods(kind)[0] if is_blocking else ""),
        published=tuple(cells[:EXAMPLES]) if method and method != "remove" else (),
        methods=tuple(_choice(key, examples, kind, language) for key in list_methods(kind)),
    )


def _choice(key: str, examples: list[str], kind: str, language: str) -> MethodChoice:
    label, text = METHODS[key][:2], METHODS[key][2:]
    changed = preview_masking(examples, kind, key) if key != "remove" else []
    return MethodChoice(key, in_words(label, language), in_words((text[0], text[1]), language), tuple(changed))


def _cells(reading: Reading, name: str) -> list[str]:
    """The first different filled cells of a column; none of one that is not there."""
    place = next((at for at, column in enumerate(reading.columns) if column.name == name), None)
    if place is None:
        return []
    return list(dict.fromkeys(row[place] for row in reading.preview if row[place]))


def _telling(cells: list[str], kind: str) -> list[str]:
    """Cells that masking changes first: among 无 and 不详 they show what a method does."""
    changed = [cell for cell in cells if preview_masking([cell], kind, "mask")[0][1] != cell]
    return (changed or cells)[:EXAMPLES]


def _count(finding: Finding, language: str) -> str:
    """12 个手机号."""
    kind = in_words(KIND_WORDS.get(finding.kind, (finding.kind, finding.kind)), language)
    return in_words((f"{finding.count:,} 个{kind}", f"{finding.count:,} × {kind}"), language)


def _beside(finding: Finding, language: str) -> str:
    """批注：1 个身份证号，如 11**…."""
    samples = in_words(("，如 {0}", ", such as {0}"), language).format("、".join(finding.samples))
    told = in_words(("{0}：{1}", "{0}: {1}"), language).format(finding.column, _count(finding, language))
    return told + (samples if finding.samples else "")
