"""The child process that opens a delivered file: `python -m datasets.ingest.child`, started by `reader`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasets.errors import Invalid, TooLarge
from datasets.ingest.pipeline import Order, read_delivery
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import ReadOptions, Recipe
from datasets.ingest.ticking import Ticker
from datasets.sandbox import Progress, serve_child
from datasets.shortages import find_shortage

WARM = ("pandas", "duckdb", "python_calamine")
"""What the nursery imports before it forks a child for this module."""


def handle(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read `request["path"]` into the row store `request["row_store"]`; gives the Reading as a dict."""
    import duckdb

    recipe = Recipe.from_dict(request["recipe"]) if "recipe" in request else None
    options = recipe.options() if recipe else ReadOptions.from_dict(request["options"])
    declared = request.get("declared", [])
    order = Order(Path(request["path"]), Path(request["row_store"]), Path.cwd(), options, recipe, declared)
    try:
        table = RawTable(order.work)
        with Ticker(table, progress) as tell:
            return read_delivery(order, table, tell).as_dict()
    except duckdb.OutOfMemoryException as error:
        raise find_shortage(error) or TooLarge("file_needs_too_much_memory") from None
    except duckdb.Error as error:
        raise find_shortage(error) or Invalid("file_cannot_be_read") from None


def main() -> None:
    """Answer the one request of this process."""
    serve_child(handle)


if __name__ == "__main__":
    main()
