"""Facts about every column of a row store, computed once per data version: never at a visitor's request.

A profile is a list of facts in the order of the columns, each a JSON-able dict. Always there:

- "count": filled cells; "blank_count": blank ones
- "distinct": different values; "is_estimate": whether that number is DuckDB's estimate (about 2 % off) or exact
- "least", "greatest": in the column's own order (the shadow's, where it has one); numbers, or texts of at most 80 signs

and, for the first columns of a table (`DETAILED`, fewer in very long tables), where they make sense:

- "top": [[value, times], …], at most 12, the commonest first; left out where no value occurs twice
- "mean", "std" (of all cells, not of a sample of a greater whole): numbers; not for codes
- "quantiles": {"5": …, "25": …, "50": …, "75": …, "95": …}: numbers, or days as text
- "histogram": {"bounds": [b0 … bn], "counts": [c1 … cn]}, n ≤ 20 bins of equal width; bin i holds b(i-1) ≤ x < b(i),
  the last one also its upper bound. Numbers, or days as text
- "length": [shortest, mean, longest], in signs: texts
- "patterns": [[pattern, share], …], at most 3: texts with 9 for a digit, A and a for letters, 汉 for a Chinese sign
- "sample": rows on which "quantiles" and "patterns" rest, where those are not all rows
"""

from datasets.ingest.column_profile.counting import DETAILED, profile_columns

__all__ = ["DETAILED", "profile_columns"]
