"""What is told of webhooks that are found in the engine: whose a path is, and never what has not changed."""

from dataclasses import replace

import pytest

from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.route import Routes
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.stores.routes import RoutedProcess
from devkit.connector_runtime.entries import LiveEntries
from devkit.connector_runtime.functions import INBOUND
from devkit.connector_runtime.told import Notice, Told
from tests.inbound.host import element

URL = "http://h.test/inbound"


class Host:
    """Entries, and what they tell."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.entries = LiveEntries(Routes(INBOUND, EnvironmentSecrets({})), (), self.told.append)
        self.entries.address = URL
        self.known: dict[str, RoutedProcess] = {}

    def enter(self, name: str, *elements: InboundElement) -> None:
        self.entries.enter(self._process(name, *elements))

    def find(self, name: str, *elements: InboundElement) -> list[str]:
        """What is told when the engine has this process."""
        before = self.known.get(name)
        after = self._process(name, *elements)
        return self._swapped(after.id, before, after)

    def lose(self, name: str) -> list[str]:
        before = self.known.pop(name)
        return self._swapped(before.id, before, None)

    def _process(self, name: str, *elements: InboundElement) -> RoutedProcess:
        owned = [replace(one, process_definition_id=name) for one in elements]
        version = max(one.version for one in owned)
        process = RoutedProcess(
            name, version, f"{name}{version}", "<default>", 0, tuple(one.to_json() for one in owned)
        )
        self.known[name] = process
        return process

    def _swapped(self, process_id: str, before: RoutedProcess | None, after: RoutedProcess | None) -> list[str]:
        self.told.clear()
        assert self.entries.swap(process_id, before, after)
        return [one.text for one in self.told if isinstance(one, Notice)]


@pytest.fixture
def host() -> Host:
    return Host()


def webhook(path: str, version: int = 1, element_id: str = "start") -> InboundElement:
    return element({"inbound.context": path}, version=version, element_id=element_id)


def test_who_finds_a_path_taken_is_told_whose_it_is(host: Host) -> None:
    host.enter("first", webhook("same"))

    assert host.find("second", webhook("same")) == [
        f"second version 1, start is not served: its path is taken by first, start ({URL}/same); give it another"
    ]


def test_a_path_that_no_url_can_hold_is_told_as_what_it_is(host: Host) -> None:
    [told] = host.find("p", webhook("my orders"))

    assert told.startswith("p version 1, start cannot be served: its path 'my orders' is not what a URL can hold; ")


def test_who_waited_for_a_path_is_named_once_it_is_free(host: Host) -> None:
    host.enter("first", webhook("same"))
    host.find("second", webhook("same"))

    assert host.find("first", webhook("moved", version=2)) == [
        f"{URL}/same is now taken for second version 1, start",
        f"first version 2 was deployed: {URL}/moved is its start",
    ]


def test_who_gets_the_path_of_a_deleted_process_is_named(host: Host) -> None:
    host.enter("first", webhook("same"))
    host.find("second", webhook("same"))

    assert host.lose("first") == [
        "first is deployed no longer: nothing is taken for it any more",
        f"{URL}/same is now taken for second version 1, start",
    ]


def test_a_webhook_of_an_older_version_is_told_as_one_and_each_webhook_once(host: Host) -> None:
    older, newer = webhook("catch", element_id="catch"), webhook("catch-new", version=2, element_id="catch")
    host.enter("order", older)

    assert host.find("order", newer) == [f"order version 2 was deployed: {URL}/catch-new is its catch"]
    assert host.find("order", newer, older) == [f"instances of order version 1 wait: {URL}/catch is its catch"]
    assert host.find("order", newer) == []


def test_what_cannot_be_served_is_told_once(host: Host) -> None:
    unknown = element({"inbound.signature.scheme": "gitea"}, version=1)

    [first] = host.find("order", unknown)
    assert first.startswith("order version 1 was deployed; start cannot be served: ")
    assert host.find("order", unknown, webhook("more", element_id="more")) == [
        f"order version 1 was deployed: {URL}/more is its more"
    ]
