"""工作情况汇报: the half-year's facts, each counted from records that can be listed."""
