"""The web: pages, API, feeds, jobs and commands over `catalog` and `datasets`."""

__version__ = "0.1.0"
