"""Whose rules apply: a version that has none is refused by name, everywhere."""

from collections.abc import Callable

import pytest

from connector_sdk.compatibility import Compatibility
from connector_sdk.errors import SettingsError
from connector_sdk.inbound.compatibility import InboundRules


@pytest.mark.parametrize("rules_of", [Compatibility.of, InboundRules.of])
@pytest.mark.parametrize("version", ["9", "", "8.9", "v8_8"])
def test_a_version_without_rules_is_refused_by_name(rules_of: Callable[[str], object], version: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"CONNECTORS_COMPATIBILITY is '{version}', it should be one of 8\.8, 8\.10"
    ):
        rules_of(version)
