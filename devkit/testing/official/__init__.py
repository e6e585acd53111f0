"""Camunda's official outbound templates on a connector of ours: apply, run, check against the real service.

    @pytest.mark.parametrize("task", official("io.camunda:aws-sqs:1"))  # tests/connectors/official.py
    def test_a_message_arrives(task: OfficialTask, bench: OfficialBench, queue: Queue) -> None:
        applied = bench.apply(task, {"queue.url": queue.url, "queue.messageBody": {"n": 1}, ...})
        ran = bench.run(applied, handler, services_for({}))
        assert ran.state == "COMPLETED"
        assert queue.received() == ['{"n":1}']

Every combination of choices of every version is a task, twice: with the values that the Modeler requires, and with all.
The table of values may hold more than one template has; a value that is missing in it fails the test.
"""

from devkit.testing.official.bench import Filled, OfficialBench, Ran
from devkit.testing.official.tasks import MissingValue, NoTemplate, OfficialTask, newest, official_versions, tasks

__all__ = [
    "Filled",
    "MissingValue",
    "NoTemplate",
    "OfficialBench",
    "OfficialTask",
    "Ran",
    "newest",
    "official_versions",
    "tasks",
]
