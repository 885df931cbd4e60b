"""A page as the public site has it: Pyodide comes from its public address, and nothing from any other.

There is no network here. The addresses are answered from the copy on this machine, with the header that lets a page
of another site read it. A few pure packages of the copy have other bytes than the public ones, and so other hashes.
"""

import live_kit
import pyodide
import pytest
from notebooks import BOOK, Page
from texts import LIVE_TEXTS

PAGE = "en/02-small-matrices"
FIRST = Page("en", BOOK / f"{PAGE}.ipynb").code_cells[0].id
CORE, PACKAGES = live_kit.core_address(None), live_kit.address(None)
CORS = {"Access-Control-Allow-Origin": "*"}


def answer(route):
    """Answer a request to a public address from the copy on this machine."""
    route.fulfill(path=pyodide.local() / route.request.url.rpartition("/")[2], headers=CORS)


def lock_of_the_copy() -> dict:
    """The public lock file, with the hashes of the copy."""
    lock, copy = live_kit.lock_file(None), live_kit.lock_file(pyodide.local())
    assert lock["packages"].keys() == copy["packages"].keys()
    for name, package in lock["packages"].items():
        package["sha256"] = copy["packages"][name]["sha256"]
    return lock


@pytest.fixture
def open_public(open_live, wheel, troubles):
    """open_public(lock) -> LivePage of the public site, not started."""
    def open_page(lock):
        kit = live_kit.kit(wheel, None) | {"lock": lock}
        live = open_live(PAGE, run=False)
        live.page.context.route("**/live/kit.js", lambda route: route.fulfill(body=live_kit.packed(kit)))
        for address in (CORE, PACKAGES):
            live.page.context.route(f"{address}*", answer)
        assert live_kit.HOST in live.page.locator(".live-note").inner_text(), "the page says whom it will ask"
        assert troubles == [], "and has asked nobody yet"
        return live

    return open_page


def test_a_page_asks_the_public_addresses_and_no_other(open_public, troubles):
    live = open_public(lock_of_the_copy())
    live.start()
    assert live.wait(FIRST) == "done"
    live.wait_all()
    foreign = {trouble.removeprefix("foreign: ") for trouble in troubles}
    packages = live_kit.lock_file(None)["packages"]
    wanted = {PACKAGES + packages[name]["file_name"] for name in ("ipython", "matplotlib", "numpy")}
    assert {CORE + name for name in pyodide.CORE} | wanted <= foreign
    assert [address for address in foreign if not address.startswith((CORE, PACKAGES))] == []
    troubles.clear()


def test_a_package_with_other_bytes_than_pinned_is_refused(open_public, troubles):
    lock = lock_of_the_copy()
    lock["packages"]["numpy"]["sha256"] = "0" * 64
    live = open_public(lock)
    live.start()
    live.wait_for_status(LIVE_TEXTS["en"]["failed"].partition("{0}")[0])
    assert "numpy" in live.page.locator(".live [role=status]").inner_text()
    assert live.page.locator("[data-live=done]").count() == 0
    troubles.clear()


@pytest.mark.parametrize("name", pyodide.CORE)
def test_a_file_of_pyodide_with_other_bytes_than_pinned_is_refused(name, open_public, troubles):
    live = open_public(lock_of_the_copy())
    changed = (pyodide.local() / name).read_bytes() + b"\n"
    kind = "text/javascript" if name.endswith(".mjs") else "application/octet-stream"
    live.page.context.route(f"{CORE}{name}", lambda route: route.fulfill(
        body=changed, headers=CORS | {"Content-Type": kind}))
    live.start()
    live.wait_for_status(LIVE_TEXTS["en"]["failed"].partition("{0}")[0])
    assert name in live.page.locator(".live [role=status]").inner_text()
    assert live.page.locator("[data-live=done]").count() == 0
    troubles.clear()


def test_what_runs_in_a_page_can_contact_no_other_address(open_public, troubles):
    live = open_public(lock_of_the_copy())
    live.start()
    live.wait(FIRST)
    live.wait_all()
    troubles.clear()
    live.page.context.route("https://example.org/*", lambda route: route.fulfill(body="reached", headers=CORS))
    live.write(FIRST, "from pyodide.http import pyfetch\nawait pyfetch('https://example.org/')")
    assert live.run(FIRST) == "failed"
    assert [trouble for trouble in troubles if trouble.startswith("foreign")] == []
    troubles.clear()
