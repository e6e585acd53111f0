"""`python -m devkit.generate.settings_table`: write the table of settings into docs/command-line.md again."""

from __future__ import annotations

from connector_sdk.settings import SETTINGS
from devkit.checkout import ROOT

PAGE = ROOT / "docs/command-line.md"
HEADING = "\n## Settings\n"
TABLE_HEAD = "| variable | default | meaning |\n| --- | --- | --- |\n"


def with_table(page: str) -> str:
    """The page with the settings as they are now; the table is the last thing on it."""
    text, _, rest = page.partition(HEADING)
    introduction = rest.partition("|")[0]
    return text + HEADING + introduction + TABLE_HEAD + "".join(_row(name) for name in SETTINGS)


def _row(attribute: str) -> str:
    setting = SETTINGS[attribute]
    names = ", ".join(f"`{name}`" for name in (setting.name, *setting.aliases))
    return f"| {names} | {f'`{setting.default}`' if setting.default else ''} | {setting.meaning} |\n"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
