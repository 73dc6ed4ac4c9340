"""The type of a column: only what every single cell survives when it is parsed and printed again.

A sample proposes, all rows decide: for each column DuckDB counts the cells that do not come back unchanged. Codes stay
text whatever they look like (leading zeros, more than 15 digits, one great length, a header that says so). A text
column whose cells mostly parse gets a typed shadow for sorting and comparing, and says how its cells are written.
"""

from datasets.ingest.column_types.finding import find_types
from datasets.ingest.column_types.kinds import TEXT, ColumnType, RawColumn
from datasets.ingest.column_types.shadows import SHADOWS, shadow_sql
from datasets.ingest.column_types.writings import WRITINGS

__all__ = ["SHADOWS", "TEXT", "WRITINGS", "ColumnType", "RawColumn", "find_types", "shadow_sql"]
