"""`python -m devkit.modeler examples/github-issue`: write the example's diagram again from its drawing."""

from __future__ import annotations

import sys
from pathlib import Path

from devkit.modeler.drawing import finish, result_path
from devkit.modeler.headless import HeadlessModeler, TemplateRejected
from devkit.modeler.install import ModelerUnavailable
from devkit.modeler.steps import UnusableSteps


def main(folders: list[str]) -> int:
    """Write each folder's diagram; 2 and a sentence on stderr if that cannot be done."""
    if not folders:
        print("name at least one folder, such as examples/github-issue", file=sys.stderr)
        return 2
    try:
        with HeadlessModeler() as modeler:
            for folder in map(Path, folders):
                result_path(folder).write_text(finish(folder, modeler), encoding="utf-8")
                print(f"wrote {result_path(folder)}")
    except (ModelerUnavailable, TemplateRejected, UnusableSteps, OSError, ValueError, LookupError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
