"""Candidates for opening: what the exchange platform shares and the business systems hold, and what becomes of each."""
