"""`connectors`, with an engine on a file that empties its log every few commands."""

from devkit.cli.main import main
from devkit.engine import storage

if __name__ == "__main__":
    storage.LOG_CHARACTERS = 20_000
    main()
