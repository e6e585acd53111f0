"""Whatever a function answers, each of its jobs gets exactly one reading of it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.runtime.poller.answers import NoOutcome, NotStarted, Reported, read_answer

KEYS = ["1", "2", "3"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(KEYS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
entries = st.fixed_dictionaries(
    {},
    optional={
        "jobKey": st.sampled_from(KEYS) | json_values,
        "command": st.sampled_from(["completion", "failure", "error"]) | json_values,
        "body": json_values
        | st.dictionaries(st.sampled_from(["variables", "retries", "errorCode", "errorMessage"]), json_values),
    },
)
nearly_answers = st.fixed_dictionaries(
    {"outcomes": st.lists(entries | json_values, max_size=4)}, optional={"notStarted": json_values | st.just(KEYS)}
)


@given(json_values | nearly_answers)
def test_any_answer_is_read_without_an_exception(answer: Any) -> None:
    read = read_answer(answer, KEYS)
    assert list(read) == KEYS
    for value in read.values():
        assert isinstance(value, Reported | NotStarted | NoOutcome)


def test_a_batch_may_end_in_every_way_at_once() -> None:
    answer = {
        "outcomes": [
            {"jobKey": "1", "command": "completion", "body": {}},
            {"jobKey": "4", "command": "completion", "body": {}},
        ],
        "notStarted": ["2"],
    }
    assert read_answer(answer, KEYS) == {
        "1": Reported("completion", {}),
        "2": NotStarted(),
        "3": NoOutcome("the answer has no outcome for this job"),
    }
