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
    left_out: Callable[[OfficialTask], bool] = lambda _: False,
) -> list[Any]:
    """Every task: the newest version of each template in the ordinary run, the others and what is `rare` in the wide.

    `fixed` are choices, by input, that are the same in all of them. `left_out` are combinations of choices that have
    nothing to do with each other.
    """
    every = [task for task in tasks(job_type, fixed=fixed) if not left_out(task)]
    ordinary = {id(one) for one in newest(task.template for task in every)}
    return [
        pytest.param(
            task, id=str(task), marks=[] if id(task.template) in ordinary and not rare(task) else [pytest.mark.wide]
        )
        for task in every
    ]
