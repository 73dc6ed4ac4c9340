"""Masking of whole columns of a delivery, between the search for personal data and the storing of the rows."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace

from datasets.errors import Invalid, Problem
from datasets.ingest.column_types import TEXT
from datasets.ingest.delivery import Delivery
from datasets.ingest.headers import Heading
from datasets.ingest.masking.methods import METHODS, mask_cell
from datasets.ingest.personal_data import FileFindings, find_in_columns
from datasets.ingest.reading import Finding, ReadOptions, Recipe

ROWS_A_TIME = 50_000
MOST_REMEMBERED = 100_000
"""Cells whose masked form is kept for the next time they occur: names, districts and addresses do all the time."""
SALT_BYTES = 16
WITHHELD = "withheld"
"""Severity of what would block publication, but stands only in the delivered file, which is not offered."""
GRAVITY = {"block": 0, "warn": 1}


def mask_delivery(
    delivery: Delivery, findings: FileFindings, options: ReadOptions, recipe: Recipe | None = None
) -> list[Finding]:
    """Mask the columns that `options` name, in place, and give all findings as they are after that.

    Masked columns become text; removed ones are nowhere afterwards. `delivery.masking` and `delivery.salt` say what was
    done; a `recipe` gives the same codes again. A masked column is searched again: what is left in it counts. What
    stands outside the table is withheld with the delivered file.
    Raises Invalid("masked_column_not_found" | "masking_method_unknown" | "all_columns_removed").
    """
    options = _carry_over(delivery, options)
    kinds = {name: kind for name, kind, _ in recipe.masking} if recipe else _kinds(findings.table)
    delivery.salt = recipe.salt if recipe else _salt_for(options)
    removed = {name for name, _, method in recipe.masking if method == "remove"} if recipe else set()
    _require_known(delivery, options.masking, removed)
    delivery.masking = [[name, kinds.get(name, ""), method] for name, method in options.masking.items()]
    for name, kind, method in delivery.masking:
        if method != "remove":
            _mask_column(delivery, _heading(delivery, name), kind, method)
    _remove_columns(delivery)
    left = [finding for finding in findings.table if finding.column not in options.masking]
    again = find_in_columns(delivery, [name for name in options.masking if name not in removed])
    is_withheld = bool(options.masking) or options.withholds_original
    return [*left, *again, *(_withhold(finding) if is_withheld else finding for finding in findings.outside)]


def _kinds(findings: Iterable[Finding]) -> dict[str, str]:
    """Column → the kind that weighs most in it."""
    kinds: dict[str, str] = {}
    for finding in sorted(findings, key=lambda one: (GRAVITY[one.severity], -one.count)):
        kinds.setdefault(finding.column, finding.kind)
    return kinds


def _carry_over(delivery: Delivery, options: ReadOptions) -> ReadOptions:
    """What was chosen for the version before, as far as this file has the columns; people are told to check it."""
    if not options.is_carried_over:
        return options
    present = {heading.name for heading in delivery.headings}
    masking = {name: method for name, method in options.masking.items() if name in present}
    if masking:
        delivery.source.warnings.append(Problem("", "masking_carried_over", columns=list(masking)))
    return replace(options, masking=masking)


def _salt_for(options: ReadOptions) -> str:
    """One salt for all versions of a resource, so that a replaced number is told as the same in each of them."""
    return options.salt or secrets.token_hex(SALT_BYTES) if "replace" in options.masking.values() else ""


def _require_known(delivery: Delivery, masking: Mapping[str, str], removed: set[str]) -> None:
    names = [heading.name for heading in delivery.headings]
    for name, method in masking.items():
        if method not in METHODS:
            raise Invalid("masking_method_unknown", column=name, method=method, known=list(METHODS))
        if name not in names and name not in removed:
            raise Invalid("masked_column_not_found", column=name, columns=names)


def _heading(delivery: Delivery, name: str) -> Heading:
    return next(heading for heading in delivery.headings if heading.name == name)


def _mask_column(delivery: Delivery, heading: Heading, kind: str, method: str) -> None:
    """One pass over the rows in batches; O(rows), memory of a batch and of the new cells."""
    import pandas as pd

    connection, cell, layout = delivery.table.connection, f"r{heading.position}", delivery.layout
    changed: dict[str, str] = {}
    connection.execute("CREATE OR REPLACE TEMP TABLE masked (row BIGINT, cell VARCHAR)")
    for start in range(layout.first_row, layout.last_row + 1, ROWS_A_TIME):
        end = min(start + ROWS_A_TIME - 1, layout.last_row)
        rows = connection.execute(
            f"SELECT rowid, {cell} FROM raw WHERE rowid BETWEEN {start} AND {end} AND {cell} IS NOT NULL"
        ).fetchall()
        if len(changed) > MOST_REMEMBERED:
            changed.clear()
        for text in {text for _, text in rows} - changed.keys():
            changed[text] = mask_cell(text, kind, method, delivery.salt)
        cells = [changed[text] for _, text in rows]
        frame = pd.DataFrame({"row": [row for row, _ in rows], "cell": pd.Series(cells, dtype="str")})
        connection.register("batch", frame)
        connection.execute("INSERT INTO masked SELECT row, cell FROM batch")
        connection.unregister("batch")
    connection.execute(f"UPDATE raw SET {cell} = masked.cell FROM masked WHERE raw.rowid = masked.row")
    connection.execute("DROP TABLE masked")
    at = delivery.headings.index(heading)
    delivery.types[at] = TEXT


def _remove_columns(delivery: Delivery) -> None:
    removed = {name for name, _, method in delivery.masking if method == "remove"}
    kept = [at for at, heading in enumerate(delivery.headings) if heading.name not in removed]
    if not kept:
        raise Invalid("all_columns_removed")
    if len(kept) < len(delivery.headings):
        delivery.headings = [delivery.headings[at] for at in kept]
        delivery.types = [delivery.types[at] for at in kept]
        delivery.find_blank_rows(most_filled=0)


def _withhold(finding: Finding) -> Finding:
    return replace(finding, severity=WITHHELD) if finding.severity == "block" else finding
