"""The official templates on a job type, as parameters of a test."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from devkit.testing.official import OfficialTask, newest, tasks


def official(
    job_type: str,
    *,
    fixed: Mapping[str, str | bool | int] | None = None,
    rare: Callable[[OfficialTask], bool] = lambda _: False,
) -> list[Any]:
    """Every task: the newest version of each template in the ordinary run, the others and what is `rare` in the wide.

    `fixed` are choices, by input, that are the same in all of them.
    """
    every = tasks(job_type, fixed=fixed)
    ordinary = {id(one) for one in newest(task.template for task in every)}
    return [
        pytest.param(
            task, id=str(task), marks=[] if id(task.template) in ordinary and not rare(task) else [pytest.mark.wide]
        )
        for task in every
    ]
