"""The pictures of the properties panel: what they show is there, and the pages show them."""

import json
import re

import pytest

from devkit.checkout import ROOT
from devkit.modeler.pictures import DRAWN, IMAGES, MODELER, PICTURES, Picture, filled

PAGE = ROOT / "docs/element-templates.md"
PNG = b"\x89PNG\r\n\x1a\n"


def request(picture: Picture) -> dict[str, object]:
    """What the page hands to the Modeler."""
    found = re.search(r"const \{[^}]*\} = (\{.*\});\n", filled(picture, ROOT))
    assert found is not None
    content: dict[str, object] = json.loads(found[1])
    return content


@pytest.mark.parametrize("picture", PICTURES, ids=lambda one: one.file)
def test_a_picture_is_of_a_template_with_its_values(picture: Picture) -> None:
    template = request(picture)["template"]
    assert isinstance(template, dict)
    values = {one["id"]: one.get("value") for one in template["properties"] if "id" in one}

    assert {name: values[name] for name in picture.values} == picture.values
    assert set(picture.open) <= {group["label"] for group in template["groups"]}
    assert f'id="{picture.element}"' in DRAWN.read_text(encoding="utf-8")


def test_the_page_loads_the_modeler_from_this_machine() -> None:
    assert f'src="{(ROOT / MODELER).as_uri()}/camunda-cloud-modeler.production.min.js"' in filled(PICTURES[0], ROOT)


def test_the_pictures_are_on_the_page() -> None:
    shown = re.findall(r"\]\(images/([\w.-]+)\)", PAGE.read_text(encoding="utf-8"))

    assert shown == [picture.file for picture in PICTURES]
    assert [(IMAGES / name).read_bytes()[:8] for name in shown] == [PNG] * len(shown)
