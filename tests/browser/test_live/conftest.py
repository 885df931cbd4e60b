"""Pages that run, with a copy of Pyodide on this machine: the built book as `make serve` shows it, but for its kit.

    def test_something(open_live):
        live = open_live("en/02-small-matrices")              # pressed «Run this page», and ready
        live.write("answer-1", "answer = 3"); live.run("answer-1")
"""

import base64
import json
import os
import shutil
import threading
import time
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import lite
import live_kit
import pyodide
import pytest
import serve
from chromium import wait_until

HTML = Path(__file__).resolve().parents[3] / "_build/html"
SECONDS = 60  # the most that one step may take, on a busy machine
CELL_SECONDS = 300  # and one cell of a whole page: alone on a slow machine one that trains twice took 76


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid.partition('::')[2]}: {name} {value}")


class Served(serve.Isolated):
    """The files as `make serve` gives them; without its headers where the address ends in ?plain."""

    def end_headers(self):
        self.send_header("Access-Control-Allow-Origin", "*")  # as the public address of Pyodide has it
        super().end_headers()

    def send_header(self, keyword, value):
        if not (keyword.startswith("Cross-Origin") and "plain" in self.path):
            super().send_header(keyword, value)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel of cnnlib that the built book carries, as a file."""
    assert (HTML / "live/kit.js").is_file(), "there are no pages that run: run `make book` first"
    kit = json.loads((HTML / "live/kit.js").read_text("utf-8").splitlines()[0].partition(" = ")[2][:-1])
    path = tmp_path_factory.mktemp("wheel") / kit["wheel"]["file_name"]
    path.write_bytes(base64.b64decode(kit["wheel"]["base64"]))
    return path


@pytest.fixture(scope="session")
def live_folder(tmp_path_factory, wheel):
    """The built book, with Pyodide beside its pages."""
    folder = tmp_path_factory.mktemp("live") / "html"
    shutil.copytree(HTML, folder, copy_function=os.link)
    for name in ("live", "pyodide"):
        shutil.rmtree(folder / name, ignore_errors=True)
    live_kit.write(folder, wheel, pyodide.local())
    lite.add_lock(folder / "live", wheel, pyodide.local())
    settings = folder / "lite/jupyter-lite.json"
    config = json.loads(settings.read_text("utf-8"))
    config["jupyter-config-data"] |= lite.settings(live_kit.LOCAL)["jupyter-config-data"] | {"exposeAppInBrowser": True}
    settings.unlink()  # a link to the file of the built book
    settings.write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="session")
def site(live_folder):
    """The address of the pages that run."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, directory=live_folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class LivePage:
    """A page that runs: what a reader does and sees there, with a finger where there is a touch screen."""

    def __init__(self, page, touch=False):
        self.page, self.touch = page, touch
        page.set_default_timeout(SECONDS * 1000)

    def start(self):
        self.clicked = time.monotonic()
        self.push(self.page.locator(".live button").first)

    def push(self, button):
        button.tap() if self.touch else button.click()

    def cell(self, name):
        return self.page.locator(f'[data-cell="{name}"]')

    def press(self, text, inside=".live"):
        self.push(self.page.locator(inside).get_by_role("button", name=text, exact=True))

    def write(self, name, code):
        self.unfold(name)
        self.cell(name).locator("textarea").fill(code)

    def unfold(self, name):
        self.cell(name).evaluate("cell => { for (const fold of cell.querySelectorAll('details')) fold.open = true }")

    def run(self, name):
        """Run one cell, as Ctrl+Enter does, and wait for its end -> its state."""
        self.unfold(name)
        self.cell(name).locator("textarea").press("Control+Enter")
        return self.wait(name)

    def wait(self, name):
        self.page.wait_for_selector(f'[data-cell="{name}"]:is([data-live=done], [data-live=failed])',
                                    state="attached")
        return self.cell(name).get_attribute("data-live")

    def wait_for_status(self, text):
        self.page.locator(".live [role=status]", has_text=text).wait_for()

    def wait_all(self):
        """Wait until no cell waits or runs."""
        open_cells = "document.querySelectorAll(':is([data-live=waiting], [data-live=running])').length"
        while left := self.page.evaluate(open_cells):
            wait_until(self.page, f"left => {open_cells} < left", left, CELL_SECONDS)

    def output(self, name):
        return self.cell(name).locator(".cell_output").inner_text()

    def notebook(self):
        """What «Save notebook» gives."""
        with self.page.expect_download() as download:
            self.page.locator(".live button").last.click()
        return json.loads(Path(download.value.path()).read_text("utf-8"))


@pytest.fixture
def open_live(visit):
    """open_live("en/02-small-matrices", …) -> LivePage, started; run=False leaves the button alone."""
    def open_page(name, query="", run=True, **options):
        live = LivePage(visit(f"{name}.html{query}", policy=True, **options), options.get("has_touch", False))
        if run:
            live.start()
        return live

    return open_page


def rewrite(path, replacements):
    """Change a file of the copied book, and not the one that it is a link to."""
    text = path.read_text("utf-8")
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    path.unlink()
    path.write_text(text, "utf-8")


@pytest.fixture
def page_from_disk(browser, live_folder, site, tmp_path):
    """page_from_disk("en/02-small-matrices", far=True): a file, with Pyodide at another address or beside it."""
    context = browser.new_context()

    def open_page(name, far):
        folder = shutil.copytree(live_folder, tmp_path / "disk", copy_function=os.link)
        elsewhere = f"{site}pyodide/"
        if far:
            rewrite(folder / "live/kit.js", {f'": "{live_kit.LOCAL}"': f'": "{elsewhere}"'})
            rewrite(folder / f"{name}.html", {live_kit.core_address(None): elsewhere, live_kit.address(None): ""})
        page = context.new_page()
        page.goto(f"{(folder / name).as_uri()}.html")
        return LivePage(page)

    yield open_page
    context.close()


@pytest.fixture
def clock(record_property):
    """clock("name", since) writes down how many seconds have passed."""
    return lambda name, since: record_property(name, f"{time.monotonic() - since:.1f} s")
