"""The system's Chromium, driven by playwright."""

import shutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path

PATH = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SETTLED = "!document.querySelector('.bd-article > section > section:not(.settled)')"  # settle.js is done
# What copies a cell comes with the first move: no such cell, or its button is there.
COPYING = "!document.querySelector('script[src*=copybutton]') || !document.querySelector('div.highlight pre')" \
          " || !!document.querySelector('.copybtn')"
MISSING = "Chromium is missing: install the system's package `chromium`"


@contextmanager
def running():
    """A browser for a script; a message instead on a machine without one."""
    if PATH is None:
        sys.exit(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH)
        yield browser
        browser.close()


def open_whole(browser, page: Path):
    """A built page -> a tab that shows it, with every picture loaded."""
    tab = browser.new_page()
    tab.goto(page.as_uri())
    load_pictures(tab)
    return tab


def wait_until(tab, condition: str, argument=None, seconds: float = 30):
    """Wait until JavaScript says so. playwright's own way runs a text as code, which our pages forbid."""
    end = time.monotonic() + seconds
    while not tab.evaluate(condition, argument):
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds} s this does not hold: {condition}")
        tab.wait_for_timeout(50)


def settle(tab):
    """Lay out the whole page, as it is soon after the reader's first move."""
    tab.evaluate("dispatchEvent(new Event('scroll'))")
    wait_until(tab, SETTLED)
    wait_until(tab, COPYING)


def load_pictures(tab):
    """Lay out the page and load the pictures that a reader has not come near yet."""
    settle(tab)
    tab.evaluate("""Promise.allSettled([...document.images].map((image) => {
        image.loading = "eager";
        return image.decode();
    }))""")
