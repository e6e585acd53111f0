"""A process may open as many connections as its jobs need."""

from __future__ import annotations

import resource

import pytest

from functions.runtime.poller.descriptors import allow_all, too_few


def test_the_limit_is_raised_as_far_as_it_may() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        assert allow_all() == hard
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("limit", "slots", "warnings"), [(1536, 896, 0), (1536, 897, 1), (resource.RLIM_INFINITY, 5_000, 0)]
)
def test_too_few_descriptors_are_told(limit: int, slots: int, warnings: int) -> None:
    said = list(too_few(limit, slots))
    assert len(said) == warnings
    assert all("897 jobs at once may need 1537 descriptors, and this process gets 1536" in words for words in said)
