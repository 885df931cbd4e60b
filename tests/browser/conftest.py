"""A browser for the tests: the system's Chromium, cut off from the network, and the built pages to open in it.

    def test_something(visit):
        page = visit("es/index.html", width=390, dark=True)   # over="file" opens it as from a USB stick

A test fails when a page that it visits writes to the console, asks another host for something, or asks for a file
that is not there. A test that provokes this empties the list `troubles`. A page's content security policy holds with
policy=True; axe and some of playwright's own ways to look at a page run texts as code, which it forbids.
"""

import os
from pathlib import Path

import chromium
import pytest
from packed_files import serving

HTML = Path(__file__).resolve().parents[2] / "_build/html"
OFFLINE = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--no-proxy-server"]


def pytest_generate_tests(metafunc):
    """A test that asks for `path` is run for every page of the book."""
    if "path" in metafunc.fixturenames:
        pages = sorted(page.relative_to(HTML).as_posix() for page in HTML.glob("e[ns]/*.html"))
        metafunc.parametrize("path", pages)


@pytest.fixture(scope="session")
def site():
    """The address of the built book, served from this machine."""
    assert (HTML / "index.html").is_file(), "there are no pages: run `make book` first"
    with serving(HTML) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests; on a machine without one they are skipped, but never in CI."""
    if chromium.PATH is None:
        pytest.fail(chromium.MISSING) if os.environ.get("CI") == "true" else pytest.skip(chromium.MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        offline = playwright.chromium.launch(executable_path=chromium.PATH, args=OFFLINE)
        yield offline
        offline.close()


@pytest.fixture
def troubles():
    """What the pages of a test wrote to the console, and what they asked for in vain or elsewhere."""
    return []


@pytest.fixture
def visit(browser, site, troubles):
    """visit("es/index.html", …) -> the page, open in a browser that remembers nothing."""
    contexts = []
    roots = {"http": site, "file": f"{HTML.as_uri()}/"}

    def open_page(path, width=1280, height=800, dark=False, over="http", settled=True, policy=False, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            bypass_csp=not policy, **options
        )
        contexts.append(context)
        watch(context, roots[over], troubles)
        page = context.new_page()
        page.goto(roots[over] + path)
        if settled and options.get("java_script_enabled", True):
            chromium.settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def watch(context, root: str, troubles: list[str]):
    """Write down what goes wrong in the pages of a context."""
    own = (root, "data:", "blob:")
    context.on("console", lambda message: troubles.append(f"{message.type}: {message.text}"))
    context.on("weberror", lambda error: troubles.append(f"error: {error.error}"))
    context.on("request", lambda request: request.url.startswith(own) or troubles.append(f"foreign: {request.url}"))
    context.on("requestfailed", lambda request: note_failure(request, troubles))


def note_failure(request, troubles: list[str]):
    """A request is in vain, unless the reader went to another page meanwhile."""
    if request.failure != "net::ERR_ABORTED":
        troubles.append(f"failed: {request.url} {request.failure}")
