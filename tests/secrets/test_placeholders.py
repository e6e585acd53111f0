import json
from base64 import b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.errors import ConnectorInputError, SecretMissing
from connector_sdk.secrets import EnvironmentSecrets, mask, mask_tree, resolve

SECRETS = EnvironmentSecrets(
    {
        "SECRET_FOO": "foo-secret",
        "SECRET_NESTED": "pre-{{secrets.FOO}}-post",
        "SECRET_SELF": "{{secrets.SELF}}",
        "SECRET_QUOTE": 'va"lue',
        "SECRET_DOT_NAME": "dot-secret",
        "OTHER": "no secret",
    }
)


def test_the_braces_form_is_replaced_in_values_and_keys() -> None:
    resolved = resolve({"a": ["x {{ secrets.FOO }} y", 1, None], "{{secrets.FOO}}": True}, SECRETS)
    assert resolved.value == {"a": ["x foo-secret y", 1, None], "foo-secret": True}
    assert resolved.used == ("foo-secret",)


def test_a_value_is_never_searched_again() -> None:
    assert resolve("{{secrets.NESTED}} {{secrets.FOO}}", SECRETS).value == "pre-{{secrets.FOO}}-post foo-secret"


def test_the_bare_form_is_text() -> None:
    assert resolve("see secrets.FOO", SECRETS).value == "see secrets.FOO"


def test_an_unknown_secret_is_named() -> None:
    with pytest.raises(SecretMissing, match="Secret with name 'NOPE' is not available"):
        resolve({"a": "{{secrets.NOPE}}"}, SECRETS)


def test_a_variable_without_the_prefix_is_no_secret() -> None:
    with pytest.raises(SecretMissing):
        resolve("{{secrets.OTHER}}", SECRETS)


def test_only_allowed_names_are_replaced() -> None:
    assert resolve("{{secrets.FOO}}", SECRETS, allowed=["FOO"]).value == "foo-secret"
    with pytest.raises(ConnectorInputError, match="'QUOTE' is not allowed here"):
        resolve("{{secrets.FOO}}{{secrets.QUOTE}}", SECRETS, allowed=["FOO"])


def test_names_are_found_in_the_spelling_of_environment_variables() -> None:
    assert resolve("{{secrets.dot.name}} {{secrets.foo}}", SECRETS).value == "dot-secret foo-secret"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("secrets.FOO.", "foo-secret."),
        ("xsecrets.FOO,", "xfoo-secret,"),
        ("{secrets.FOO}", "{foo-secret}"),
        ("{{{secrets.FOO}}}", "{foo-secret}"),
        ("{{secrets.NESTED}}", "pre-{{foo-secret}}-post"),
        ("{{secrets.NESTED}} {{secrets.FOO}}", "pre-foo-secret-post foo-secret"),
        ("{{secrets.SELF}}", "{{{{secrets.SELF}}}}"),
        ("{{secrets.QUOTE}}", 'va"lue'),
        ("secrets..FOO secrets. {{secret.FOO}}", "secrets..FOO secrets. {{secret.FOO}}"),
    ],
)
def test_the_textual_way_repeats_and_knows_the_bare_form(text: str, expected: str) -> None:
    assert resolve({"v": text}, SECRETS, textual=True).value == {"v": expected}


@pytest.mark.parametrize(
    ("text", "name"), [("{{secrets.FOO}", 'FOO}"'), ("{{secrets.\tFOO}}", "\\tFOO"), ("secrets.FOO/x", "FOO/x")]
)
def test_the_textual_way_asks_for_the_name_that_the_json_text_spells(text: str, name: str) -> None:
    with pytest.raises(SecretMissing) as missing:
        resolve({"body": {"v": text}}, SECRETS, textual=True)
    assert missing.value.name == name


def test_masking_hides_values_inside_each_other_and_in_keys() -> None:
    assert mask("abc and ab", ("ab", "abc")) == "*** and ***"
    assert mask_tree({"kab": ["ab", 1, {"x": "-ab-"}]}, ("ab",)) == {"k***": ["***", 1, {"x": "-***-"}]}
    assert mask("anything", ("",)) == "anything"


def test_masking_knows_how_a_value_is_spelled_in_urls_and_in_json() -> None:
    assert mask('a/b c+d"é', ('a/b c+d"é',)) == "***"
    for spelled in ("a%2Fb%20c%2Bd%22%C3%A9", "a%2Fb+c%2Bd%22%C3%A9", 'a/b c+d\\"é'):
        assert mask(f"<{spelled}>", ('a/b c+d"é',)) == "<***>"
    assert mask("GET a.test/it's(1)%20x", ("it's(1) x",)) == "GET a.test/***"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON)
def test_a_tree_without_placeholders_stays_as_it_is(tree: object) -> None:
    assert resolve(tree, SECRETS).value == tree
    if "secrets." not in json.dumps(tree):
        assert resolve(tree, SECRETS, textual=True).value == tree


@given(st.text(min_size=1))
def test_a_secret_survives_json_whatever_it_holds(value: str) -> None:
    provider = EnvironmentSecrets({"SECRET_X": value})
    assert resolve({"a": "{{secrets.X}}"}, provider).value == {"a": value}


SPELLED = 'a "b" \\\\c\\ é/+&=\n😀'


@pytest.mark.parametrize(
    "spelling",
    [
        SPELLED,
        quote(SPELLED),
        quote(SPELLED, safe=""),
        quote(SPELLED).lower(),
        quote_plus(SPELLED),
        quote(quote(SPELLED)),
        json.dumps(SPELLED)[1:-1],
        json.dumps(SPELLED, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(SPELLED))[3:-3],
        quote(json.dumps(SPELLED)[1:-1]),
        b64encode(SPELLED.encode()).decode(),
        quote(b64encode(SPELLED.encode()).decode()),
    ],
)
def test_a_value_is_masked_however_it_is_spelled(spelling: str) -> None:
    assert mask(f"<{spelling}>", [SPELLED]) == "<***>"


@pytest.mark.parametrize("hostile", ["\\", "%25", "%5C", '\\"', "a \\"])
def test_a_hostile_answer_does_not_hold_the_masking_up(hostile: str) -> None:
    text = hostile * 20_000
    assert mask(text, [SPELLED, "\\" * 9 + "Z"]) == text
