"""考核: what a department's half-year or year is worth, computed from records, never typed in.

`indicators` is the table of what is measured; `entry_facts`, `entry_measures` and `obligation_records` are the records
themselves; `measuring` adds them up and `records` lists them, out of the same selects; `scoring` makes cards of them,
`freezing` keeps them, `objections` hears against them.
"""
