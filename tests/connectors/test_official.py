"""The official templates as parameters of tests."""

import pytest

from devkit.modeler import ModelerUnavailable, official_templates
from devkit.testing.official import NoTemplate
from tests.connectors.official import official


def test_a_job_type_that_no_template_has_gives_an_error_and_no_empty_list() -> None:
    try:
        official_templates()
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))
    with pytest.raises(NoTemplate, match=r"no official template is for the job type io\.camunda:slakc:1"):
        official("io.camunda:slakc:1")
