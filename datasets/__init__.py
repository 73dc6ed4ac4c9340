"""The data engine: take in office files, keep immutable versions of them, answer questions about their rows.

Useful alone, from Python and from the command line. It knows nothing of people, departments or the web.
"""
