"""`python -m slr` is `slr`."""

from slr.cli import main

main()
