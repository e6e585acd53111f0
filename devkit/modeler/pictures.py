"""`python -m devkit.modeler.pictures`: our element templates in the real properties panel, as docs/images/*.png.

It needs Chromium (Debian's `chromium`) beside node and npm.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector_sdk.errors import SdkError
from devkit.checkout import ROOT
from devkit.modeler.install import PANEL, ModelerUnavailable, install

IMAGES = ROOT / "docs" / "images"
PAGE = PANEL.with_suffix(".html")
MODELER = "node_modules/camunda-bpmn-js/dist"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_SECONDS = 120
DRAWING_MS = 8_000
"""Of the page's own time, which goes as fast as it can."""
DRAWN = ROOT / "examples" / "github-issue" / "drawn.bpmn"


class NoPicture(SdkError):
    """The page could not be drawn; the message says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be seen."""

    file: str
    function: str
    element: str
    values: Mapping[str, Any]
    open: tuple[str, ...]
    """Labels of the groups that are unfolded."""
    height: int = 900


PICTURES = (
    Picture(
        "http-json.png",
        "outbound/http_json",
        "find_owner",
        {"authentication.type": "bearer", "authentication.token": "{{secrets.CATALOGUE_TOKEN}}", "method": "POST"},
        ("Authentication", "HTTP endpoint", "Payload"),
    ),
    Picture(
        "webhook.png",
        "inbound/webhook",
        "issue_opened",
        {"inbound.context": "orders", "inbound.signature.scheme": "github"},
        ("Webhook", "Signature", "Activation"),
    ),
    Picture(
        "sqs.png",
        "outbound/sqs",
        "find_owner",
        {"queue.type": "fifo"},
        ("Authentication", "Queue", "Message"),
    ),
)


def main() -> int:
    """Take every picture; 2 and a sentence on stderr if that cannot be done."""
    try:
        modeler = install(PANEL)
        IMAGES.mkdir(exist_ok=True)
        for picture in PICTURES:
            take(picture, modeler, IMAGES / picture.file)
            print(f"wrote {(IMAGES / picture.file).relative_to(ROOT)}")
    except (ModelerUnavailable, NoPicture, OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def take(picture: Picture, modeler: Path, to: Path) -> None:
    """Draw one picture. Raises NoPicture if the Modeler takes neither template nor element."""
    page = filled(picture, modeler)
    with tempfile.TemporaryDirectory(prefix="panel-") as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        size = f"--window-size=1100,{picture.height}"
        problem = re.search(r'<pre id="problem"[^>]*>(.*?)</pre>', _browse(file, size, "--dump-dom"), re.DOTALL)
        if problem is None or problem[1]:
            raise NoPicture(f"{picture.file}: {html.unescape(problem[1]) if problem else 'the page is empty'}")
        _browse(file, size, f"--screenshot={to}")


def filled(picture: Picture, modeler: Path) -> str:
    """The page that draws it: the template stands in it with the picture's values as its defaults."""
    content = json.loads((ROOT / "functions" / picture.function / "element-template.json").read_text(encoding="utf-8"))
    template = content[0] if isinstance(content, list) else content
    for one in template["properties"]:
        if one.get("id") in picture.values:
            one["value"] = picture.values[one["id"]]
    request = {
        "diagram": DRAWN.read_text(encoding="utf-8"),
        "element": picture.element,
        "template": template,
        "open": picture.open,
    }
    page = PAGE.read_text(encoding="utf-8")
    return page.replace("@modeler@", (modeler / MODELER).as_uri()).replace("@request@", json.dumps(request))


def _browse(page: Path, *options: str) -> str:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise NoPicture("Chromium is missing: install it with `apt-get install chromium fonts-dejavu-core`")
    done = subprocess.run(  # noqa: S603 - a browser with a page of ours
        [
            browser,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--allow-file-access-from-files",
            f"--user-data-dir={page.parent / 'profile'}",
            f"--virtual-time-budget={DRAWING_MS}",
            *options,
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=BROWSER_SECONDS,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
