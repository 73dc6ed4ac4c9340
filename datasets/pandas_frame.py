"""Rows as a pandas DataFrame, from the Parquet file that the export of them is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.columns import Column

if TYPE_CHECKING:
    import pandas as pd

DTYPES = {
    "text": "str",
    "integer": "Int64",
    "decimal": "float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "datetime": "datetime64[us]",
}
"""Type of a column → dtype of pandas that has room for it and for missing values."""


def make_frame(path: Path, columns: Sequence[Column], *, as_text: bool) -> pd.DataFrame:
    """The Parquet file at `path` as a DataFrame whose columns bear the names of `columns`, in their order.

    As text every cell is what the delivered file says; otherwise DTYPES tells. Holds all rows in memory.
    """
    import duckdb
    import pandas as pd

    cells = "CAST(COLUMNS(*) AS VARCHAR)" if as_text else "*"
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        found = connection.execute(f"SELECT {cells} FROM read_parquet(?)", [str(path)]).fetchnumpy()
    series = [
        _series(values, "str" if as_text else DTYPES[column.type])
        for values, column in zip(found.values(), columns, strict=True)
    ]
    return pd.DataFrame(dict(enumerate(series))).set_axis([column.name for column in columns], axis="columns")


def _series(values: Any, dtype: str) -> pd.Series[Any]:
    """`values` is an array of numpy, masked where cells are blank."""
    import numpy as np
    import pandas as pd

    masked = np.ma.asarray(values)
    blank = np.ma.getmaskarray(masked)
    if dtype == "Int64":
        return pd.Series(pd.arrays.IntegerArray(masked.data.astype("int64"), blank))
    if dtype == "boolean":
        return pd.Series(pd.arrays.BooleanArray(masked.data.astype("bool"), blank))
    return pd.Series(masked.data).mask(blank).astype(pd.api.types.pandas_dtype(dtype))
