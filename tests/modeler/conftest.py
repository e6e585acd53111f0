"""One node process for the tests of a module."""

from collections.abc import Iterator

import pytest

from devkit.modeler import HeadlessModeler, ModelerUnavailable


@pytest.fixture(scope="module")
def modeler() -> Iterator[HeadlessModeler]:
    try:
        with HeadlessModeler() as opened:
            yield opened
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))
