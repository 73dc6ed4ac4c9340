"""The figures of numbers and days: mean and spread, quantiles, a histogram."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

from datasets.columns import Column
from datasets.ingest.column_profile.printing import Fact, is_counted_with, is_number, kind_of, plain
from datasets.rows import typed_cell

BINS = 20
QUANTILES = (5, 25, 50, 75, 95)
"""Per cent."""
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - cells carry no time zone
SECONDS_A_DAY = 86_400
FIGURES = {"integer": "{0}", "decimal": "CAST({0} AS DOUBLE)", "date": "epoch({0})", "datetime": "epoch({0})"}
"""Type → SQL number that a histogram counts: days and moments in seconds since 1970."""


def spread_sql(column: Column) -> str:
    """Two aggregates: mean and standard deviation of all cells; NULL for what is not counted with."""
    if not is_number(column):
        return "NULL, NULL"
    number = f"CAST({typed_cell(column)} AS DOUBLE)"
    return f"avg({number}), stddev_pop({number})"


def add_quantiles(connection: Any, data: str, detailed: Sequence[tuple[Column, Fact]]) -> None:
    """Give the facts of numbers and days their "quantiles": interpolated for numbers, a day that occurs for days."""
    wanted = [(column, fact) for column, fact in detailed if is_counted_with(column)]
    if not wanted:
        return
    shares = [percent / 100 for percent in QUANTILES]
    asked = [
        f"quantile_cont(CAST({typed_cell(column)} AS DOUBLE), {shares})"
        if is_number(column)
        else f"quantile_disc({typed_cell(column)}, {shares})"
        for column, _ in wanted
    ]
    found = connection.execute(f"SELECT {', '.join(asked)} FROM {data}").fetchone()
    for (_, fact), values in zip(wanted, found, strict=True):
        if values is not None and None not in values:
            shown = [round(value, 6) if isinstance(value, float) else plain(value) for value in values]
            fact["quantiles"] = {str(percent): value for percent, value in zip(QUANTILES, shown, strict=True)}


def add_histogram(connection: Any, data: str, column: Column, fact: Fact) -> None:
    """Give `fact` its "histogram" over all rows; nothing where no cell has a figure."""
    figure = FIGURES[kind_of(column)].format(typed_cell(column))
    least, greatest = connection.execute(f"SELECT min({figure}), max({figure}) FROM {data}").fetchone()
    if least is None or not (math.isfinite(least) and math.isfinite(greatest)):
        return
    width, bins = bin_width(kind_of(column), least, greatest)
    number = f"least(CAST(floor(({figure} - {least!r}) / {width!r}) AS BIGINT), {bins - 1})"
    found = connection.execute(f"SELECT {number} AS bin, count(*) FROM {data} WHERE {figure} IS NOT NULL GROUP BY 1")
    counts = [0] * bins
    for index, times in found.fetchall():
        counts[index] = times
    bounds = [least + width * index for index in range(bins + 1)]
    fact["histogram"] = {"bounds": [_shown(kind_of(column), bound) for bound in bounds], "counts": counts}


def bin_width(kind: str, least: float, greatest: float) -> tuple[float, int]:
    """Width and number of equal bins from `least` to `greatest`: whole numbers and whole days are not cut apart."""
    if kind in ("integer", "date"):
        unit = SECONDS_A_DAY if kind == "date" else 1
        steps = int(greatest - least) // unit + 1
        each = -(-steps // BINS)
        return each * unit, -(-steps // each)
    if greatest == least:
        return 1.0, 1
    return (greatest - least) / BINS, BINS


def _shown(kind: str, bound: float) -> str | int | float:
    if kind == "date":
        return (EPOCH + dt.timedelta(seconds=bound)).date().isoformat()
    if kind == "datetime":
        return (EPOCH + dt.timedelta(seconds=bound)).isoformat(sep=" ", timespec="seconds")
    return int(bound) if kind == "integer" else round(bound, 9)
