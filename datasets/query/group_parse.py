"""`_group` and `_measure` of an address to a Grouping; what is wrong is told with the column and what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from datasets.columns import Column
from datasets.errors import Problem
from datasets.query.grouping import (
    BUCKETS,
    MAX_KEYS,
    MAX_MEASURES,
    MEASURES,
    ROW_COUNT,
    Grouping,
    GroupKey,
    Measure,
    buckets_for,
    compared_type,
    measures_for,
)

SHOWN_KEYS = 50


def parse_grouping(
    groups: Sequence[str], measures: Sequence[str], by_key: Mapping[str, Column], problems: list[Problem]
) -> Grouping | None:
    """What `_group` and `_measure` say; None where neither is there. Findings are added to `problems`."""
    if not groups and not measures:
        return None
    keys = [_group_key(item, by_key, problems) for text in groups for item in _items(text, by_key)]
    counted = [_measure(item, by_key, problems) for text in measures for item in _measure_items(text, by_key)]
    found_keys = tuple(dict.fromkeys(key for key in keys if key))
    found_measures = tuple(dict.fromkeys(measure for measure in counted if measure))
    if len(found_keys) > MAX_KEYS:
        problems.append(Problem("_group", "too_many_group_keys", limit=MAX_KEYS, count=len(found_keys)))
    if len(found_measures) > MAX_MEASURES:
        problems.append(Problem("_measure", "too_many_measures", limit=MAX_MEASURES, count=len(found_measures)))
    return Grouping(found_keys, found_measures or (ROW_COUNT,))


def _items(text: str, by_key: Mapping[str, Column]) -> list[str]:
    """The parts of a list separated by commas, unless all of it is one key that holds commas itself."""
    key, _, bucket = text.rpartition(":")
    is_one = text in by_key or (key in by_key and "," not in bucket)
    return [text] if is_one else [item.strip() for item in text.split(",") if item.strip()]


def _measure_items(text: str, by_key: Mapping[str, Column]) -> list[str]:
    kind_key, _, key = text.partition(":")
    is_one = kind_key in MEASURES and key in by_key
    return [text] if is_one else [item.strip() for item in text.split(",") if item.strip()]


def _group_key(text: str, by_key: Mapping[str, Column], problems: list[Problem]) -> GroupKey | None:
    if text in by_key:
        return GroupKey(by_key[text])
    key, _, bucket = text.rpartition(":")
    column = by_key.get(key)
    if column is None:
        problems.append(_unknown_column("_group", key or text, by_key))
        return None
    known = [offered.key for offered in buckets_for(column)]
    if bucket not in known:
        code = "bucket_not_for_type" if bucket in BUCKETS or not known else "unknown_bucket"
        problems.append(
            Problem("_group", code, column=column.name, bucket=bucket[:40], type=compared_type(column), known=known)
        )
        return None
    return GroupKey(column, bucket)


def _measure(text: str, by_key: Mapping[str, Column], problems: list[Problem]) -> Measure | None:
    kind_key, colon, key = text.partition(":")
    if kind_key not in MEASURES:
        problems.append(Problem("_measure", "unknown_measure", measure=kind_key[:40], known=list(MEASURES)))
        return None
    if not colon and kind_key == ROW_COUNT.kind_key:
        return ROW_COUNT
    column = by_key.get(key)
    if not key:
        problems.append(Problem("_measure", "measure_needs_column", measure=kind_key))
        return None
    if column is None:
        problems.append(_unknown_column("_measure", key, by_key))
        return None
    known = [offered.key for offered in measures_for(column)]
    if kind_key not in known:
        params = {"column": column.name, "measure": kind_key, "type": compared_type(column), "known": known}
        problems.append(Problem("_measure", "measure_not_for_type", **params))
        return None
    return Measure(kind_key, column)


def _unknown_column(where: str, key: str, by_key: Mapping[str, Column]) -> Problem:
    return Problem(where, "unknown_column", column=key[:80], known=list(by_key)[:SHOWN_KEYS])
