"""`python -m devkit.package .aws-sam/build --architecture x86_64`: exit status 1 if the build must not be deployed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from devkit.package.check import MACHINES, check


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is wrong, or that nothing is."""
    parser = argparse.ArgumentParser(prog="devkit.package", description="Check what sam build made.")
    parser.add_argument("build", type=Path, help="the folder .aws-sam/build")
    parser.add_argument("--architecture", choices=sorted(MACHINES), required=True)
    options = parser.parse_args(arguments)
    findings = check(options.build, options.architecture)
    for finding in findings:
        print(f"{finding.where}: {finding.what}", file=sys.stderr)
    if findings:
        print("this build must not be deployed; run `make build` and correct what it says", file=sys.stderr)
        return 1
    print(f"the build is complete: compiled, for {options.architecture}, nothing in it that does not belong there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
