"""The data engine: take in office files, keep immutable versions of them, answer questions about their rows.

Useful alone, from Python (`datasets.workbench`) and from the command line (`kaifang data`); docs/data-engine.md tells
how. It knows nothing of people, departments or the web.
"""
