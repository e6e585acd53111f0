"""What the fields of a model become in the properties panel."""

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, create_model

from connector_sdk.binding import ConnectorModel, HttpUrl, Int32, NotEmpty, OneOf, Secret
from connector_sdk.template import Equals, Pattern, Property
from devkit.generate.element_template.annotations import UnusableModel
from devkit.generate.element_template.fields import shown
from devkit.generate.element_template.properties import told_apart, written
from devkit.generate.element_template.words import choice_label, first_sentence, words


class Size(Enum):
    SMALL = "small"
    EXTRA_LARGE = "extraLarge"


class Key(ConnectorModel):
    """API key"""

    type: Literal["key"]
    value: Secret
    owner: str | None = None


class Login(ConnectorModel):
    """Name and password"""

    type: Literal["login", "oldLogin"]
    owner: NotEmpty


class Queue(ConnectorModel):
    url: Annotated[str, Property(group="where")]
    group_id: Annotated[str | None, Property(when=Equals("queue.url", "a", "b"))] = None


def properties(annotation: Any, default: Any = ...) -> list[dict[str, Any]]:
    """Of a model whose only field is `queue`."""
    model = create_model("Model", __base__=ConnectorModel, queue=(annotation, default))
    return [written(one, "zeebe:input") for one in told_apart(shown(model))]


def only(annotation: Any, default: Any = ...) -> dict[str, Any]:
    [found] = properties(annotation, default)
    assert found.pop("binding") == {"type": "zeebe:input", "name": "queue"}
    assert (found.pop("id"), found.pop("label")) == ("queue", "Queue")
    return found


FILLED_IN = {"constraints": {"notEmpty": True}}
WHOLE = {"value": r"^-?\d+$", "message": "Must be a whole number"}
CHOICES = [{"name": "Small", "value": "small"}, {"name": "Extra large", "value": "extraLarge"}]


@pytest.mark.parametrize(
    ("annotation", "default", "expected"),
    [
        (str, ..., {"type": "String", "feel": "optional", **FILLED_IN}),
        (str | None, None, {"type": "String", "feel": "optional", "optional": True}),
        (str, "x", {"type": "String", "feel": "optional", "value": "x"}),
        (NotEmpty, ..., {"type": "String", "feel": "optional", **FILLED_IN}),
        (Secret, ..., {"type": "String", "secret": True, **FILLED_IN}),
        (Annotated[str | None, Field(repr=False)], None, {"type": "String", "secret": True, "optional": True}),
        (bool, False, {"type": "Boolean", "feel": "static", "value": False}),
        (float, 1.5, {"type": "Number", "feel": "static", "value": 1.5}),
        (
            Int32,
            ...,
            {"type": "Number", "feel": "static", "constraints": {"notEmpty": True, "pattern": WHOLE}},
        ),
        (
            Int32 | None,
            None,
            {
                "type": "Number",
                "feel": "static",
                "optional": True,
                "constraints": {"notEmpty": False, "pattern": {**WHOLE, "value": r"^$|^-?\d+$"}},
            },
        ),
        (Any, None, {"type": "Text", "feel": "optional", "optional": True}),
        (dict[str, str], ..., {"type": "String", "feel": "required", **FILLED_IN}),
        (list[str] | None, None, {"type": "String", "feel": "required", "optional": True}),
        (Size, Size.SMALL, {"type": "Dropdown", "choices": CHOICES, "value": "small"}),
        (Literal["small", "extraLarge"], ..., {"type": "Dropdown", "choices": CHOICES, **FILLED_IN}),
        (
            Annotated[NotEmpty, Property(choices={"a": "First"}, default="a")],
            ...,
            {"type": "Dropdown", "choices": [{"name": "First", "value": "a"}], "value": "a", **FILLED_IN},
        ),
        (
            Annotated[HttpUrl, Property(required=False)],
            ...,
            {
                "type": "String",
                "feel": "optional",
                "optional": True,
                "constraints": {
                    "notEmpty": False,
                    "pattern": {
                        "value": r"^$|^(=|(http://|https://|secrets|\{\{).*$)",
                        "message": "Must be a http(s) URL",
                    },
                },
            },
        ),
        (
            Annotated[Any, Property(kind="Text", feel="required", example="={a: 1}", group="g", description="What")],
            ...,
            {
                "type": "Text",
                "feel": "required",
                "placeholder": "{a: 1}",
                "group": "g",
                "description": "What",
                **FILLED_IN,
            },
        ),
    ],
    ids=str,
)
def test_a_field_becomes_a_property(annotation: Any, default: Any, expected: dict[str, Any]) -> None:
    assert only(annotation, default) == expected


def test_the_fields_of_a_model_are_below_its_name_and_in_its_group() -> None:
    url, group_id = properties(Annotated[Queue, Property(group="queue")])

    assert (url["id"], url["binding"]["name"], url["group"]) == ("queue.url", "queue.url", "where")
    assert (group_id["id"], group_id["label"], group_id["group"]) == ("queue.groupId", "Group ID", "queue")
    assert group_id["condition"] == {"type": "simple", "property": "queue.url", "oneOf": ["a", "b"]}


def test_what_is_required_in_a_model_that_may_be_left_out_is_not() -> None:
    url, _ = properties(Queue | None, None)

    assert url["optional"] is True
    assert "constraints" not in url


def test_one_of_several_models_is_a_drop_down_and_the_fields_of_each() -> None:
    chosen, value, owner, other_owner = properties(Annotated[Key | Login, OneOf, Property(default="key")])

    assert chosen["id"] == "queue.type"
    assert chosen["value"] == "key"
    assert [(one["value"], one["name"]) for one in chosen["choices"]] == [
        ("key", "API key"),
        ("login", "Login"),
        ("oldLogin", "Old login"),
    ]
    assert value["condition"] == {"type": "simple", "property": "queue.type", "equals": "key"}
    assert other_owner["condition"]["oneOf"] == ["login", "oldLogin"]
    assert (owner["id"], other_owner["id"]) == ("queue.owner", "queue.login.owner")
    assert owner["binding"] == other_owner["binding"]


def test_conditions_around_a_field_hold_for_it_too() -> None:
    inner = Annotated[Key | Login, OneOf, Property(when=Equals("mode", "safe"))]
    _, value, *_ = properties(inner)

    assert [one["property"] for one in value["condition"]["allMatch"]] == ["mode", "queue.type"]


def test_an_input_that_is_not_offered_is_left_out() -> None:
    assert properties(Annotated[str | None, Property(offered=False)], None) == []


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        (str | int, r"Model\.queue: say how it is typed in: Property\(kind=…\)"),
        (Queue | Key, "queue: the models of a OneOf need a field in common that is a Literal"),
    ],
)
def test_a_field_that_cannot_be_shown_is_named(annotation: Any, says: str) -> None:
    with pytest.raises(UnusableModel, match=says):
        properties(annotation)


def test_a_pattern_of_ones_own_is_the_fields() -> None:
    found = only(Annotated[str, Property(pattern=Pattern("^a", "Must begin with a"))])

    assert found["constraints"] == {"notEmpty": True, "pattern": {"value": "^a", "message": "Must begin with a"}}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("connectionTimeoutInSeconds", "Connection timeout in seconds"),
        ("read_timeout", "Read timeout"),
        ("url", "URL"),
        ("queueURL", "Queue URL"),
        ("oauth2Id", "Oauth2 ID"),
    ],
)
def test_names_become_words(name: str, said: str) -> None:
    assert words(name) == said


def test_choices_that_are_no_words_stay_as_they_are() -> None:
    assert [choice_label(value) for value in ("GET", "1.0", "apiKey", "SHA-256")] == [
        "GET",
        "1.0",
        "API key",
        "SHA-256",
    ]


def test_a_docstring_gives_its_first_sentence() -> None:
    assert first_sentence("Send a message\n    to a queue.\n\n    Raises X.") == "Send a message to a queue"
    assert first_sentence(None) == ""
