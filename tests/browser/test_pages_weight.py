"""Every page is light: what crosses the wire until it stands still, measured in the browser."""

import pytest
from chromium import load_pictures

TEXT, FIGURES, REQUESTS = 300_000, 400_000, 60  # bytes of everything but figures, bytes of figures, requests with both


@pytest.fixture
def traffic(visit):
    """traffic(path) -> the bytes of each file that a page asks for, to its end."""
    def measure(path):
        page = visit("404.html")  # somewhere else, so that nothing is missed
        sizes, names = {}, {}
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.requestWillBeSent", lambda event: names.update({event["requestId"]: event["request"]["url"]}))
        wire.on("Network.loadingFinished",
                lambda event: sizes.update({names.get(event["requestId"], path): event["encodedDataLength"]}))
        page.goto(page.url.replace("404.html", path))
        load_pictures(page)
        return sizes

    return measure


def test_a_page_keeps_to_its_budget(traffic, path):
    sizes = traffic(path)
    figures = sum(size for name, size in sizes.items() if name.endswith((".webp", ".png", ".jpg")))
    assert len(sizes) > 5, "nothing was measured"
    assert sum(sizes.values()) - figures <= TEXT
    assert figures <= FIGURES
    assert len(sizes) <= REQUESTS
