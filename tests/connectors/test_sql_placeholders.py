"""Placeholders of a query: what is one, what only looks like one, and what the driver gets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.outbound.sql import mysql, postgres
from functions.outbound.sql.placeholders import rendered

NAMED = {"id": 7, "a_b.c": "x", "ids": [1, 2], "none": None}


@pytest.mark.parametrize(
    ("query", "variables", "sent", "values"),
    [
        ("SELECT 1", None, "SELECT 1", []),
        ("SELECT ?, ?", [1, "b"], "SELECT $1, $2", [1, "b"]),
        ("SELECT :id, :a_b.c, :id", NAMED, "SELECT $1, $2, $3", [7, "x", 7]),
        ("SELECT :none", NAMED, "SELECT $1", [None]),
        ("id IN (<ids>) AND a <b", NAMED, "id IN ($1, $2) AND a <b", [1, 2]),
        ("a <id> b", NAMED, "a <id> b", []),
        (
            "SELECT ':id ?', \":id\", id::text -- :id ?\n, :id",
            NAMED,
            "SELECT ':id ?', \":id\", id::text -- :id ?\n, $1",
            [7],
        ),
        ("/* :id ? */ SELECT 'it''s :id', :id", NAMED, "/* :id ? */ SELECT 'it''s :id', $1", [7]),
        ("$$ :id ? $$ $q$ :id $q$ :id", NAMED, "$$ :id ? $$ $q$ :id $q$ $1", [7]),
        ("SELECT '\\', :id", NAMED, "SELECT '\\', $1", [7]),
        ("details ?? 'key'", None, "details ? 'key'", []),
    ],
)
def test_postgresql_gets_numbers(query: str, variables: Any, sent: str, values: list[Any]) -> None:
    assert rendered(query, variables, postgres.FORM) == (sent, values)


@pytest.mark.parametrize(
    ("query", "variables", "sent", "values"),
    [
        ("SELECT ?", [1], "SELECT %s", [1]),
        ("a LIKE '5 %' AND b = :id % 2", NAMED, "a LIKE '5 %%' AND b = %s %% 2", [7]),
        ("SELECT 'it\\'s :id', `:id`, :id", NAMED, "SELECT 'it\\'s :id', `:id`, %s", [7]),
        ("SET @a := 1", None, "SET @a := 1", []),
    ],
)
def test_mariadb_gets_percent_signs(query: str, variables: Any, sent: str, values: list[Any]) -> None:
    assert rendered(query, variables, mysql.FORM) == (sent, values)


@given(st.text(alphabet="'\"`-/*$>%a1 \n\\"))
def test_what_holds_no_placeholder_is_sent_as_it_is(query: str) -> None:
    assert rendered(query, {"a": 1}, postgres.FORM) == (query, [])
