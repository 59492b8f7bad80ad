"""Scripts: each page brings those of its own elements, all at once, and few of them."""

import gzip
import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

import jinja2.meta
import pytest

import web
from web.assets import MAIN, assets
from web.templates import environment

WEB = Path(web.__file__).parent
ELEMENT = re.compile(r"<([a-z]+-[a-z-]+)")
DEFINED = re.compile(r'customElements\.define\("([a-z-]+)"')
LATER = re.compile(r'import\("(\.[^"]+)"\)')
BY_LAYOUT = '{% extends "site/layout.html" %}'
PAGES = sorted(
    path.relative_to(WEB).as_posix() for path in WEB.rglob("*.html") if path.read_text().startswith(BY_LAYOUT)
)
# Defined by web/site/vendor, which the editor imports; and a place that a script looks for.
KNOWN = {"text-expander", "markdown-toolbar", "live-flags"}
MOST_SENT, MOST_READ = 40_000, {"rooms/room.html": 60_000}
SELDOM = 40_000


@cache
def sources(template: str) -> str:
    """A template with all that it extends and includes, the layout apart."""
    text = (WEB / template).read_text()
    used = jinja2.meta.find_referenced_templates(environment("en").parse(text))
    return text + "".join(sources(name) for name in used if name and name != "site/layout.html")


def scripts(template: str) -> list[str]:
    """Those that its page loads by itself."""
    text = sources(template)
    named = [
        f"site/scripts/{name}.js"
        for call in re.findall(r"scripts\(([^)]*)\)", text)
        for name in re.findall(r'"([^"]+)"', call)
    ]
    own = re.findall(r'asset\("([^"]+\.js)"\)', text)
    return assets.with_imports(*dict.fromkeys([*named, *own, MAIN]))


def elements(names: list[str]) -> set[str]:
    """What these scripts define, and what they import when it is wanted."""
    found, looked = set(KNOWN), list(names)
    for name in looked:
        text = (WEB / name).read_text()
        found.update(DEFINED.findall(text))
        later = [normpath(join(dirname(name), each)) for each in LATER.findall(text)]
        looked += [each for each in assets.with_imports(*later) if each not in looked]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_brings_the_scripts_of_its_elements(page):
    missing = set(ELEMENT.findall(sources(page))) - elements(scripts(page))
    assert not missing, (
        f"name the scripts in {page}: {{% block scripts %}}{{{{ scripts(…) }}}}{{% endblock %}}"
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_page_brings_few_scripts(page):
    names = scripts(page)
    sent = sum(
        len(assets.files[name].small or assets.files[name].raw) for name in [*names, "site/words/de.js"]
    )
    read = sum(len(assets.files[name].raw) for name in names)  # words of another language apart
    assert sent <= MOST_SENT
    assert read <= MOST_READ.get(page, SELDOM)


async def test_a_page_names_all_that_its_scripts_import(browser):
    page = (await browser.get("/")).text
    at = f"/static/{assets.version}/"
    named = set(re.findall(rf'(?:href|src)="{at}([^"]+\.js)"', page))
    assert named == set(scripts("site/home.html"))
    last = page.rindex('<script type="module"')
    assert page[last:].startswith(f'<script type="module" src="{assets.url(MAIN)}"')


async def test_scripts_come_without_their_comments(browser):
    for name in assets.files:
        if name.startswith("site/scripts/"):
            assert not re.search(r"^\s*//", assets.files[name].raw.decode(), re.MULTILINE), name
    source, served = (WEB / MAIN).read_bytes(), assets.files[MAIN].raw
    assert len(gzip.compress(served)) < len(gzip.compress(source)) * 0.9
