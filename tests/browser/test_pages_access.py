"""Every page can be used by all: axe finds no barrier, nothing sticks out on a narrow screen, keys are enough."""

import pytest
from chromium import wait_until

VARIANTS = [(1280, False), (1280, True), (390, False), (390, True)]

# Thousands of words in code and formulas have the colors of a few kinds: one of each kind is enough to look at.
ONE_OF_EACH_KIND = """() => {
  const seen = new Set();
  for (const part of document.querySelectorAll(".highlight span, .katex-html")) {
    const place = part.closest(".cell_output, .cell_input, table, li, p")?.className;
    const kind = `${place} / ${part.parentElement.className} / ${part.className}`;
    if (seen.has(kind)) part.replaceWith(part.textContent);
    seen.add(kind);
  }
}"""
BARRIERS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap(
  (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.html.slice(0, 120)}`))"""
# What is wider than the window, other than in a box of its own that scrolls and takes the focus.
STICKING_OUT = """() => {
  const room = document.documentElement.clientWidth;
  const boxed = /auto|scroll|hidden|clip/;
  const scrolls = (e) => e && (boxed.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll("main *")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length
      && e.getBoundingClientRect().right > room + 1 && !scrolls(e.parentElement))
    .map((e) => e.outerHTML.slice(0, 100));
}"""
# Boxes that scroll sideways and that the keyboard cannot reach.
OUT_OF_REACH = """() => [...document.querySelectorAll("main *")]
  .filter((e) => /auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1
    && e.getClientRects().length && e.tabIndex < 0 && !e.querySelector("a, button, input"))
  .map((e) => e.outerHTML.slice(0, 100))"""
SETTLED = "() => new Promise((done) => setTimeout(done, 400))"  # the theme waits before it looks at what scrolls


@pytest.fixture(scope="session")
def axe():
    return pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT


def arrange(page, width: int, dark: bool):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.evaluate(SETTLED)


def test_a_page_has_no_barrier(visit, path, axe):
    page = visit(path, reduced_motion="reduce")  # or a color on its way to the other would be looked at
    page.evaluate(ONE_OF_EACH_KIND)
    page.evaluate(axe)
    found = []
    for width, dark in VARIANTS:
        arrange(page, width, dark)
        found += [f"{width} {'dark' if dark else 'light'} {barrier}" for barrier in page.evaluate(BARRIERS)]
    assert found == []


def test_axe_sees_a_barrier(visit, axe):
    page = visit("en/notation.html")
    page.evaluate("document.querySelector('article p').style.color = '#ddd'")
    page.evaluate(axe)
    assert any(barrier.startswith("color-contrast") for barrier in page.evaluate(BARRIERS))


def test_a_page_fits_every_width(visit, path):
    page = visit(path)
    page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
    for width in (320, 390, 768, 1280):
        arrange(page, width, dark=False)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(STICKING_OUT) == []
        assert page.evaluate(OUT_OF_REACH) == []


def test_a_line_that_grows_becomes_a_tab_stop(visit):
    """On a phone the bar that scrolls takes no room: the box keeps its size, and the browser tells of nothing."""
    page = visit("en/02-small-matrices.html", is_mobile=True, has_touch=True)
    line = page.locator(".cell_output pre").first
    wait_until(page, "() => document.querySelector('.cell_output pre').tabIndex === -1")
    for _ in range(2):
        line.evaluate("line => line.prepend(document.createElement('b'), '12345 '.repeat(40))")
        page.wait_for_timeout(300)
    assert line.evaluate("line => line.scrollWidth > line.clientWidth && line.tabIndex === 0")


def test_what_scrolls_fades_where_it_is_cut(visit):
    page = visit("en/03-output-size.html", width=390, is_mobile=True, has_touch=True)
    fade = "box => getComputedStyle(box).maskImage.match(/to (left|right)/)?.[1] ?? 'none'"
    wide = page.locator(".wide").first
    assert wide.evaluate("box => box.scrollWidth > box.clientWidth") and wide.evaluate(fade) == "left"
    wide.evaluate("box => box.scrollTo(1e4, 0)")
    page.wait_for_timeout(300)
    assert wide.evaluate(fade) == "right"
    for kind in (".wide", "pre", ".katex-display"):
        box = next(box for box in page.locator(f"article {kind}").all() if box.evaluate(fade) != "none")
        box.focus()
        assert box.evaluate(fade) == "none", f"or the ring around {kind} would fade as well"
    whole = [box for box in page.locator("article pre").all() if box.evaluate("b => b.scrollWidth === b.clientWidth")]
    assert {box.evaluate(fade) for box in whole[:9]} == {"none"}
