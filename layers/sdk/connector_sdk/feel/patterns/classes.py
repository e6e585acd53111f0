r"""Sets of characters: `[a-z&&[^b]]`, `\d`, `\p{Lu}`. A set is a function from a character to whether it belongs."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.errors import InvocationFailure

CharacterSet = Callable[[str], bool]

LINE_ENDS = "\n\r\x85\u2028\u2029"
_DIGITS = frozenset("0123456789")
_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
_UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_WORD = _LOWER | _UPPER | _DIGITS | {"_"}
_SPACE = frozenset(" \t\n\x0b\f\r")
_HORIZONTAL = frozenset(" \t\xa0\u1680\u180e\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))
_VERTICAL = frozenset("\n\x0b\f\r\x85\u2028\u2029")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_GRAPH = _LOWER | _UPPER | _DIGITS | _PUNCTUATION

ESCAPED: dict[str, CharacterSet] = {
    "d": _DIGITS.__contains__,
    "w": _WORD.__contains__,
    "s": _SPACE.__contains__,
    "h": _HORIZONTAL.__contains__,
    "v": _VERTICAL.__contains__,
}
"""What a letter behind a backslash stands for; the capital letter is the opposite. ASCII only, as in Java."""

_NAMED: dict[str, CharacterSet] = {
    "Lower": _LOWER.__contains__,
    "Upper": _UPPER.__contains__,
    "ASCII": lambda character: character <= "\x7f",
    "Alpha": (_LOWER | _UPPER).__contains__,
    "Digit": _DIGITS.__contains__,
    "Alnum": (_LOWER | _UPPER | _DIGITS).__contains__,
    "Punct": _PUNCTUATION.__contains__,
    "Graph": _GRAPH.__contains__,
    "Print": (_GRAPH | {" "}).__contains__,
    "Blank": frozenset(" \t").__contains__,
    "Cntrl": lambda character: character <= "\x1f" or character == "\x7f",
    "XDigit": frozenset("0123456789abcdefABCDEF").__contains__,
    "Space": _SPACE.__contains__,
    "IsAlphabetic": str.isalpha,
    "IsLetter": str.isalpha,
    "IsUppercase": str.isupper,
    "IsLowercase": str.islower,
    "IsDigit": str.isdecimal,
    "IsWhite_Space": str.isspace,
    "javaLetter": str.isalpha,
    "javaLowerCase": str.islower,
    "javaUpperCase": str.isupper,
    "javaDigit": str.isdecimal,
    "javaLetterOrDigit": lambda character: character.isalpha() or character.isdecimal(),
    "InBasicLatin": lambda character: character <= "\x7f",
    "InBASIC_LATIN": lambda character: character <= "\x7f",
    "InLatin-1Supplement": lambda character: "\x80" <= character <= "\xff",
}
_CATEGORIES = frozenset(
    f"{major}{minor}"
    for major, minors in (("L", "ultmo"), ("M", "nce"), ("N", "dlo"), ("P", "cdseifo"), ("S", "mcko"), ("Z", "slp"))
    for minor in ("", *minors)
) | {"C", "Cc", "Cf", "Cs", "Co", "Cn"}
# Scripts by the names of their characters.
_SCRIPTS = {name: f"{name.upper()} " for name in ("Latin", "Greek", "Cyrillic", "Hebrew", "Arabic", "Thai")} | {
    "Hiragana": "HIRAGANA ",
    "Katakana": "KATAKANA ",
    "Han": "CJK ",
}


def named(name: str) -> CharacterSet:
    r"""What `\p{name}` stands for. Raises InvocationFailure for a name that Java or this kit does not know."""
    found = _NAMED.get(name)
    if found is not None:
        return found
    category = name.removeprefix("gc=").removeprefix("general_category=").removeprefix("Is")
    script = name.removeprefix("Is").removeprefix("script=").removeprefix("sc=")
    import unicodedata

    if category in _CATEGORIES:
        return lambda character: unicodedata.category(character).startswith(category)
    if script != name and script in _SCRIPTS:
        prefix = _SCRIPTS[script]
        return lambda character: unicodedata.name(character, "").startswith(prefix)
    raise InvocationFailure(f"there is no character class {name}")


def single(character: str, ignore_case: bool) -> CharacterSet:
    """One character; ignoring case counts for ASCII letters only, as in Java."""
    if ignore_case and character.isascii() and character.isalpha():
        return frozenset((character.lower(), character.upper())).__contains__
    return character.__eq__


def between(first: str, last: str, ignore_case: bool) -> CharacterSet:
    """`a-z`"""
    if first > last:
        raise InvocationFailure(f"the range {first}-{last} goes backwards")
    if not ignore_case:
        return lambda character: first <= character <= last
    return lambda character: (
        first <= character <= last
        or (character.isascii() and character.isalpha() and first <= character.swapcase() <= last)
    )


def negated(inner: CharacterSet) -> CharacterSet:
    """All others."""
    return lambda character: not inner(character)


def union(sets: list[CharacterSet]) -> CharacterSet:
    """What belongs to any."""
    if len(sets) == 1:
        return sets[0]
    return lambda character: any(member(character) for member in sets)


def intersection(sets: list[CharacterSet]) -> CharacterSet:
    """What belongs to all."""
    if len(sets) == 1:
        return sets[0]
    return lambda character: all(member(character) for member in sets)


def remembered(inner: CharacterSet) -> CharacterSet:
    """The same set, asked once for each character."""
    known: dict[str, bool] = {}

    def belongs(character: str) -> bool:
        answer = known.get(character)
        if answer is None:
            answer = known[character] = inner(character)
        return answer

    return belongs
