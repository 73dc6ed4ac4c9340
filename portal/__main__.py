"""`python -m portal` is `kaifang`."""

from portal.cli import main

main()
