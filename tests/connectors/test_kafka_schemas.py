"""Avro and the frame of schema registries: literal bytes, round trips, and content that is something else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.properties import Properties
from connector_sdk.kafka_schemas import Avro, framed, schema_of, unframed
from functions.inbound.kafka_subscription.values import SCHEMAS, values_of

ORDER = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "lines", "type": {"type": "array", "items": "double"}},
        {"name": "tags", "type": {"type": "map", "values": "long"}},
    ],
}
ORDERS = st.fixed_dictionaries(
    {
        "id": st.text(),
        "note": st.none() | st.text(),
        "lines": st.lists(st.floats(allow_nan=False, allow_infinity=False)),
        "tags": st.dictionaries(st.text(), st.integers(-(2**63), 2**63 - 1)),
    }
)


@given(order=ORDERS)
def test_what_is_written_is_read(order: dict[str, Any]) -> None:
    assert Avro(ORDER).decoded(Avro(json.dumps(ORDER)).encoded(order)) == order


@given(content=st.binary(max_size=200))
def test_content_that_is_something_else_is_json_or_a_value_error(content: bytes) -> None:
    try:
        found = Avro(ORDER).decoded(content)
    except ValueError:
        return
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("schema", "content", "value"),
    [
        ("string", b"\x04hi", "hi"),
        ("bytes", b"\x04\xff\x00", "/wA="),
        ("double", b"\0\0\0\0\0\0\xf8\x7f", "NaN"),
        ("double", b"\0\0\0\0\0\0\xf0\xff", "-Infinity"),
        (["null", "long"], b"\0", None),
        ({"type": "enum", "name": "Size", "symbols": ["S", "M"]}, b"\2", "M"),
        ({"type": "int", "logicalType": "date"}, b"\xc2\xc0\x02", 20513),
        ({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, b"\x04\x04\xd2", "BNI="),
    ],
)
def test_expressions_see_what_camundas_runtime_makes_of_it(schema: Any, content: bytes, value: Any) -> None:
    assert Avro(json.dumps(schema)).decoded(content) == value


@pytest.mark.parametrize("schema", ["{", "{}", '{"type": "order"}', "7"])
def test_a_schema_that_is_none_is_said_to_be(schema: str) -> None:
    with pytest.raises(ConnectorInputError, match=r"schemaStrategy.schema is no (JSON|Avro schema)"):
        Avro(schema)


def test_a_schema_may_have_the_backslashes_of_older_templates() -> None:
    assert schema_of('{\\"type\\": \\"int\\"}') == {"type": "int"}


@given(schema_id=st.integers(0, 2**32 - 1), content=st.binary())
def test_a_frame_names_the_schema(schema_id: int, content: bytes) -> None:
    assert unframed(framed(schema_id, content)) == (schema_id, content)
    assert framed(258, b"x") == b"\0\0\0\1\2x"


@pytest.mark.parametrize("content", [b"", b"\0\0\0\1", b"\1\0\0\0\1x", b'{"id": 7}'])
def test_a_value_without_a_frame_is_said_to_be(content: bytes) -> None:
    with pytest.raises(ValueError, match="does not begin with the id of a schema"):
        unframed(content)


@pytest.mark.parametrize(
    "tree",
    [
        {"serializationType": "avro", "avro": {"schema": '{\\"type\\": \\"string\\"}'}},
        {"schemaStrategy": {"type": "inlineSchema", "avro": {"schema": '="\\"string\\""'}}},
        {"schemaStrategy": {"type": "inlineSchema", "schema": '={type: "string"}'}},
    ],
)
def test_a_subscription_finds_the_schema_where_its_version_of_the_template_has_it(tree: dict[str, Any]) -> None:
    properties = Properties(tree, frozenset(SCHEMAS), prefix="")

    assert values_of(properties).read(b"\x04hi") == (None, "hi")
