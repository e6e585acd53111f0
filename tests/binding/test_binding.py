from contextlib import suppress
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.binding import ConnectorModel, HttpUrl, Int32, NotEmpty, OneOf, Secret, bind
from connector_sdk.compatibility import Compatibility
from connector_sdk.documents.references import Documents
from connector_sdk.documents.store import MissingStore
from connector_sdk.errors import ConnectorInputError
from connector_sdk.java_text import java_text

DOCUMENTS = Documents(MissingStore(), str.encode, Compatibility.of("8.10"))


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Key(ConnectorModel):
    type: Literal["key"]
    value: Secret


class Nobody(ConnectorModel):
    type: Literal["nobody"]


class Order(ConnectorModel):
    name: NotEmpty
    size: Size = Size.SMALL
    seconds: Int32 = 20
    weight: float | None = None
    urgent: bool = False
    login: Annotated[Key | Nobody, OneOf] | None = None
    labels: dict[str, str | None] | None = None
    lines: list[str] | None = None
    anything: Any = None
    address_book: str | None = None


def order(**variables: Any) -> Order:
    return bind(Order, {"name": "n", **variables}, DOCUMENTS)


@pytest.mark.parametrize(
    ("given_value", "bound"),
    [
        (20, 20),
        ("20", 20),
        (" 20 ", 20),
        ("+5", 5),
        ("020", 20),
        (1.5, 1),
        (-0.5, 0),
        ([7], 7),
        ("", 20),
        (" ", 20),
        (None, 20),
        (2**31 - 1, 2**31 - 1),
    ],
)
def test_a_number_is_taken_from_what_templates_send(given_value: Any, bound: int) -> None:
    assert order(seconds=given_value).seconds == bound


@pytest.mark.parametrize("given_value", ["1.5", "abc", "20s", True, {"a": 1}, [1, 2], 2**31, "99999999999999999999"])
def test_what_is_no_number_is_refused(given_value: Any) -> None:
    with pytest.raises(ConnectorInputError, match="Property: seconds"):
        order(seconds=given_value)


@pytest.mark.parametrize(
    ("given_value", "bound"),
    [
        (True, True),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        (" false ", False),
        (1, True),
        (0, False),
        ("", False),
    ],
)
def test_a_boolean_is_taken_from_texts_and_numbers(given_value: Any, bound: bool) -> None:
    assert order(urgent=given_value).urgent is bound


@pytest.mark.parametrize("given_value", ["yes", "tRUE", "x", {}, 1.0])
def test_what_is_no_boolean_is_refused(given_value: Any) -> None:
    with pytest.raises(ConnectorInputError, match="Property: urgent"):
        order(urgent=given_value)


@pytest.mark.parametrize(
    ("given_value", "bound"),
    [("x", "x"), (1, "1"), (1.5, "1.5"), (1e21, "1.0E21"), (True, "true"), (["x"], "x"), ([5], "5")],
)
def test_a_text_is_taken_from_scalars(given_value: Any, bound: str) -> None:
    assert order(name=given_value).name == bound


@pytest.mark.parametrize("given_value", [{"a": 1}, [], ["x", "y"], [["x"]], None, ""])
def test_what_is_no_text_is_refused(given_value: Any) -> None:
    with pytest.raises(ConnectorInputError, match="Property: name"):
        order(name=given_value)


@pytest.mark.parametrize("given_value", ["LARGE", "large", " Large ", 1, "1", ["large"]])
def test_a_choice_is_taken_by_name_in_any_case_or_by_position(given_value: Any) -> None:
    assert order(size=given_value).size is Size.LARGE


@pytest.mark.parametrize("given_value", ["huge", "", 2, "2", "01", -1, True, 1.0, {}])
def test_an_unknown_choice_is_refused(given_value: Any) -> None:
    with pytest.raises(ConnectorInputError, match="Property: size"):
        order(size=given_value)


def test_one_of_several_models_is_chosen_by_its_exact_type() -> None:
    assert order(login={"type": "key", "value": 5, "more": 1}).login == Key(type="key", value="5")
    for wrong in ({"type": "KEY", "value": "v"}, [{"type": "nobody"}], {}, "key", ""):
        with pytest.raises(ConnectorInputError, match="Property: login"):
            order(login=wrong)


def test_single_values_and_lists_stand_for_each_other() -> None:
    assert order(labels=[{"a": 1, "b": None}]).labels == {"a": "1", "b": None}
    assert order(lines="x").lines == ["x"]
    assert order(lines=[1, ["y"]]).lines == ["1", "y"]


def test_members_are_camel_case_and_unknown_ones_are_ignored() -> None:
    assert order(addressBook="b", operationType="helper").address_book == "b"


def test_anything_stays_as_it_is() -> None:
    value = {"a": [1, None, {"b": 1.5}]}
    assert order(anything=value).anything == value


def test_all_violations_are_told_and_no_value_is_shown() -> None:
    class Both(ConnectorModel):
        key: Secret
        url: HttpUrl

    with pytest.raises(ConnectorInputError) as refused:
        bind(Both, {"key": {"x": "s3cret"}, "url": "ftp://s3cret"}, DOCUMENTS)
    assert str(refused.value) == (
        "jakarta.validation.ValidationException: Found constraints violated while validating input: \n"
        " - Property: key: Validation failed. Original message: Input should be a valid string\n"
        " - Property: url: Validation failed. Original message: Must be a http(s) URL"
    )


def test_a_secret_does_not_show_in_a_repr() -> None:
    assert "s3cret" not in repr(Key(type="key", value="s3cret"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "1.0"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (9999999.0, "9999999.0"),
        (10000000.0, "1.0E7"),
        (-1.25e-7, "-1.25E-7"),
        (1e400, "Infinity"),
        ({"a": 1, "b": [1, None, {"c": "x"}]}, "{a=1, b=[1, null, {c=x}]}"),
        ([], "[]"),
    ],
)
def test_values_are_written_as_java_writes_them(value: Any, text: str) -> None:
    assert java_text(value) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["name", "size", "seconds", "urgent", "login", "labels", "lines"]), JSON))
def test_any_variables_are_bound_or_refused(variables: dict[str, Any]) -> None:
    with suppress(ConnectorInputError):
        assert isinstance(bind(Order, variables, DOCUMENTS), Order)
