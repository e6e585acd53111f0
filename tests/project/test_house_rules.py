"""Rules of the house that no linter knows: sizes of modules, words that must not be in the tree."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("layers/", "functions/", "devkit/")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
LONGER_FUNCTIONS = {
    "devkit/cli/run.py:run": 50,
    "devkit/host/runtime_api.py:_handler": 55,
    "layers/sdk/connector_sdk/http/client.py:request": 43,
}
"""Lines of those that are over the limit. None may be added, and none of them may grow."""
FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "helper.py", "manager.py", "misc.py", "common.py"}
# Written in pieces so that this file passes its own test.
INDEX_HOSTS = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (("pypi", "org"), ("registry", "npmjs"), ("repo1", "maven"), ("files", "pythonhosted"))
    )
)
NAMELESS = re.compile(r"Helper|Manager(?!Secrets)|Util")
"""In the name of a class they say nothing; Secrets Manager is AWS's own name."""
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|work|home/\w+)/")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)  # noqa: S607
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content and path.suffix not in {".gz", ".png"}:
            found.append((path.relative_to(ROOT), content.decode()))
    return found


def test_no_module_is_longer_than_the_limit() -> None:
    long = {str(path): n for path, text in texts() if path.suffix == ".py" and (n := text.count("\n")) > LONGEST_MODULE}

    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in tracked() if path.name in FORBIDDEN_NAMES] == []


def definitions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Every function and class of the product, by path and name."""
    for path, text in texts():
        if path.suffix == ".py" and str(path).startswith(PRODUCT):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    yield f"{path}:{node.name}", node


def test_no_function_is_longer_than_the_limit() -> None:
    functions = ((name, node) for name, node in definitions() if not isinstance(node, ast.ClassDef))
    lengths = ((name, (node.end_lineno or 0) - node.lineno + 1) for name, node in functions)

    assert {name: n for name, n in lengths if n > LONGER_FUNCTIONS.get(name, LONGEST_FUNCTION)} == {}


def test_no_class_has_a_name_that_says_nothing() -> None:
    classes = (name for name, node in definitions() if isinstance(node, ast.ClassDef) and NAMELESS.search(node.name))

    assert list(classes) == []


@pytest.mark.parametrize("pattern", [INDEX_HOSTS, MACHINE_PATHS], ids=["index hosts", "paths of one machine"])
def test_no_file_names_one_machine_or_one_package_index(pattern: re.Pattern[str]) -> None:
    assert [(str(path), found[0]) for path, text in texts() if (found := pattern.search(text))] == []


def test_every_locked_dependency_carries_a_hash() -> None:
    own = ROOT.glob("functions/*/*/requirements.txt")
    locks = [*ROOT.glob("requirements/*.txt"), *own, ROOT / "layers/sdk/requirements.txt"]
    for lock in locks:
        pinned = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE))
        assert [line.split()[0] for line in pinned if line.strip() and "--hash=sha256:" not in line] == [], lock
