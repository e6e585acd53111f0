"""`python -m devkit.cli`: the command line where the program is not installed."""

from devkit.cli.main import main

main()
