"""Finding the table to read: one of several that stand one under the other or side by side, and what is inside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from datasets.ingest.header_block import body_rows
from datasets.ingest.headers import join_names
from datasets.ingest.inner_rows import find_next_tables, list_thin_rows, mark_inner_rows
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import ReadOptions
from datasets.ingest.tables import HEAD_ROWS, TAIL_ROWS, Layout, Merge, find_layout


def find_table(table: RawTable, merges: Sequence[Merge], options: ReadOptions) -> Layout:
    """The table among the records of `table`: the first one, or a later one with at least twice as many rows.

    Where a person has said which row is the header, the table under that header is taken.
    """
    count = table.row_count()
    layout = _find_between(table, 0, count, merges, options)
    thin = list_thin_rows(table, layout)
    starts = find_next_tables(table, layout, thin)
    if starts:
        layout = _choose(table, layout, starts, merges, options)
    layout.columns = _find_sides(table, layout, merges)
    mark_inner_rows(table, layout, thin)
    return layout


def _find_between(table: RawTable, start: int, end: int, merges: Sequence[Merge], options: ReadOptions) -> Layout:
    """The layout of the rows from `start` up to but without `end`."""
    inside = [(top - start, left, bottom - start, right) for top, left, bottom, right in merges if start <= top < end]
    size = min(TAIL_ROWS, end - start)
    head = table.rows(start, min(HEAD_ROWS, end - start))
    layout = find_layout(head, table.rows(end - size, size), end - start, inside, options)
    layout.shift(start)
    return layout


def _choose(
    table: RawTable, first: Layout, starts: Sequence[int], merges: Sequence[Merge], options: ReadOptions
) -> Layout:
    """The first of several tables, unless a later one is at least twice as long."""
    top = (first.title_rows or first.header_rows or [first.first_row])[0]
    places = [top, *starts]
    ends = [*starts, first.last_row + 1]
    layouts = [_find_between(table, 0, starts[0], merges, options)]
    if options.header_row is None:
        free = replace(options, header_row_count=None, has_header=None)
        layouts += [_find_between(table, begin, end, merges, free) for begin, end in zip(starts, ends[1:], strict=True)]
    sizes = [layout.last_row - layout.first_row + 1 for layout in layouts]
    best = sizes.index(max(sizes)) if max(sizes) >= 2 * sizes[0] else 0
    chosen = layouts[best]
    chosen.other_tables = [place for at, place in enumerate(places) if at != best]
    if chosen is layouts[-1]:
        chosen.note_rows = sorted({*chosen.note_rows, *first.note_rows})
    return chosen


def _find_sides(table: RawTable, layout: Layout, merges: Sequence[Merge]) -> tuple[int, int] | None:
    """The columns of the first of several tables side by side; None where there is one table.

    Tables stand side by side where the same names come again behind the first ones (序号 街道 户数 序号 街道 户数),
    with or without blank columns between, or where a blank column parts two tables of which one ends earlier.
    """
    if not layout.header_rows or layout.last_row < layout.first_row:
        return None
    header = table.rows(layout.header_rows[0], len(layout.header_rows))
    names = join_names(header, layout.header_rows, merges)
    return _find_cycle(names) or _find_gap(table, layout, names)


def _find_cycle(names: Sequence[str]) -> tuple[int, int] | None:
    """The first group of at least two columns, when all that follow it bear the same names in the same order."""
    places = [column for column, name in enumerate(names) if name]
    words = [names[column] for column in places]
    for period in range(2, len(words) // 2 + 1):
        is_whole = len(set(words[:period])) == period and len(words) % period == 0
        if is_whole and words == words[:period] * (len(words) // period):
            return places[0], places[period - 1]
    return None


def _find_gap(table: RawTable, layout: Layout, names: Sequence[str]) -> tuple[int, int] | None:
    """The longer of two tables that a wholly blank column parts, when their last rows differ."""
    rows = table.rows(layout.header_rows[0], HEAD_ROWS)
    used = [any(row[column] for row in rows) for column in range(table.width)]
    blocks: list[tuple[int, int]] = []
    for column, is_used in enumerate(used):
        if is_used and blocks and blocks[-1][1] == column - 1:
            blocks[-1] = (blocks[-1][0], column)
        elif is_used:
            blocks.append((column, column))
    if len(blocks) != 2 or any(right == left or not all(names[left : right + 1]) for left, right in blocks):
        return None
    ends = []
    for left, right in blocks:
        cells = ", ".join(f"r{column}" for column in range(left, right + 1))
        where = f"rowid BETWEEN {layout.first_row} AND {layout.last_row}"
        ends.append(table.one(f"SELECT max(rowid) FROM raw WHERE {where} AND coalesce({cells}) IS NOT NULL")[0])
    if None in ends or ends[0] == ends[1] or len(body_rows(rows, 1)) < 2:
        return None
    lengths = [end - layout.first_row + 1 for end in ends]
    return blocks[1] if lengths[1] >= 2 * lengths[0] else blocks[0]
