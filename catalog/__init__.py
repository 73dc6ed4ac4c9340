"""The domain: who publishes which data, in which state, and by when.

Knows no web. Functions take a session and values, return values or raise; they never commit.
"""
