"""What a reader does: changes the language in the middle, searches, walks with the keyboard, marks, prints."""

import re

import pytest
from chromium import SETTLED, wait_until

CHAPTER = "04-pooling.html"
PLACE = """() => {
  const places = [...document.querySelectorAll("main section[id], main div.cell")];
  return places.findLastIndex((place) => place.getBoundingClientRect().top < innerHeight / 3);
}"""
FOCUSED = """() => {
  let e = document.activeElement;
  while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return { name: (e.getAttribute("aria-label") ?? e.textContent).trim().slice(0, 40) || e.tagName,
    seen: box.width > 0 && box.height > 0,
    marked: style.outlineStyle !== "none" || style.boxShadow !== "none" };
}"""


@pytest.mark.parametrize("over", ["http", "file"])
@pytest.mark.parametrize(("language", "twin"), [("es", "en"), ("en", "es")])
@pytest.mark.parametrize("section", ["ties", "mistakes"])
def test_the_switch_keeps_the_place(visit, over, language, twin, section):
    page = visit(f"{language}/{CHAPTER}", over=over, reduced_motion="reduce")
    page.locator(f"#{section} > div.cell").first.evaluate("cell => cell.scrollIntoView({ behavior: 'instant' })")
    before = page.evaluate(PLACE)
    assert before > 5
    box = page.locator("a.language-switch").bounding_box()
    page.mouse.click(box["x"] + 5, box["y"] + 5)  # locator.click() would scroll the page first
    page.wait_for_url(f"**/{twin}/{CHAPTER}*")
    page.wait_for_timeout(500)
    assert page.url.endswith(f"#{section}")
    assert page.evaluate(PLACE) == before


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("place", ["network", "rbf", "exercises", "sources"])
def test_a_link_of_the_contents_leads_to_its_place(visit, place, settled):
    page = visit("en/07-lenet.html", settled=settled, reduced_motion="reduce")  # a jump, not a ride
    page.locator(f'#pst-secondary-sidebar a[href="#{place}"]').click()
    page.wait_for_timeout(1000)
    top = page.evaluate(f"document.getElementById('{place}').getBoundingClientRect().top")
    assert 0 <= top < 400, "in the upper half of the window"


def test_what_is_below_the_screen_waits_until_the_reader_moves(visit):
    page = visit("en/07-lenet.html", settled=False)
    left = "document.querySelectorAll('.bd-article > section > section:not(.settled)').length"
    page.wait_for_timeout(500)
    assert page.evaluate(left) > 5
    page.mouse.wheel(0, 100)
    wait_until(page, SETTLED)


def test_a_stepper_is_built_when_it_comes_near(visit):
    page = visit("en/01-convolution.html", settled=False)
    last = "[...document.querySelectorAll('conv-stepper')].at(-1)"
    page.wait_for_timeout(500)
    assert page.evaluate(f"{last}.shadowRoot") is None
    page.evaluate(f"{last}.scrollIntoView({{ behavior: 'instant' }})")
    wait_until(page, f"{last}.shadowRoot?.querySelector('.cells') !== undefined")


def test_before_a_jump_all_is_laid_out(visit):
    page = visit("en/07-lenet.html", settled=False)
    page.keyboard.press("Tab")
    assert page.evaluate(SETTLED)


def test_the_contents_show_where_the_reader_is(visit):
    page = visit("en/07-lenet.html")
    for place in ("network", "exercises"):
        page.evaluate(f"document.getElementById('{place}').scrollIntoView({{ behavior: 'instant' }})")
        page.locator(f'#pst-secondary-sidebar a.active[href="#{place}"]').wait_for()


def test_the_switch_at_the_top_leads_to_the_top(visit):
    page = visit(f"en/{CHAPTER}")
    page.locator("a.language-switch").click()
    page.wait_for_url(f"**/es/{CHAPTER}*")
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("over", ["http", "file"])
@pytest.mark.parametrize(
    ("language", "words", "found"),
    [
        ("es", "convolucion", "01-convolution"), ("es", "relleno", "03-output"), ("es", "tamano", "03-output"),
        ("en", "gradients", "04-pooling"), ("en", "padded", "03-output-size"), ("en", "parameters", "09-parameter"),
    ],
)  # fmt: skip
def test_a_search_finds_the_chapter(visit, over, language, words, found):
    page = visit(f"{language}/search.html?q={words}", over=over, policy=True)
    page.locator("#search-results li a").first.wait_for()
    wait_until(page, "document.querySelector('.search-summary, #search-results p')?.textContent.match(/\\d/)")
    links = page.locator("#search-results li a").evaluate_all("links => links.map((link) => link.href)")
    assert any(found in link for link in links)


def test_the_keyboard_reaches_everything_in_sight(visit):
    page = visit(f"en/{CHAPTER}", height=1200)
    names, marked = [], []
    for _ in range(45):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        names.append(focused["name"])
        marked.append(focused["marked"] and focused["seen"])
    assert names[0] == "Skip to main content"
    assert [name for name, sign in zip(names, marked, strict=True) if not sign] == []
    assert any(name.startswith("Search") for name in names) and "ES" in names and len(set(names)) > 25
    page.keyboard.press("Control+k")
    page.keyboard.type("pooling")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=pooling")


def test_a_mark_of_progress_is_kept_in_both_languages(visit):
    page = visit(f"es/{CHAPTER}")
    button = page.locator(".progress-mark")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert page.locator(".bd-docs-nav .read-mark").count() == 1
    page.goto(page.url.replace(f"es/{CHAPTER}", "en/index.html"))
    assert page.locator(".chapter-cards .read-mark").count() == 1
    page.goto(page.url.replace("index.html", CHAPTER))
    button.click()
    assert button.get_attribute("aria-pressed") == "false" and page.locator(".read-mark").count() == 0


def test_a_chapter_says_how_to_cite_it(visit):
    page = visit(f"es/{CHAPTER}")
    page.get_by_text("Citar este capítulo").click()
    bibtex = page.locator(".citation-text pre").inner_text()
    assert re.search(r"@incollection\{cnnlib-04-pooling,.*Agrupación.*CNN desde cero", bibtex, re.DOTALL)


def test_code_can_be_copied(visit):
    page = visit(f"en/{CHAPTER}", policy=True, permissions=["clipboard-read", "clipboard-write"])
    cell = page.locator("div.cell_input").first
    cell.hover()
    cell.locator("button.copybtn").click()
    page.wait_for_timeout(200)
    assert page.evaluate("navigator.clipboard.readText()").strip() == cell.locator("pre").inner_text().strip()


@pytest.mark.parametrize("act", [lambda page: page.mouse.move(50, 50), lambda page: page.keyboard.press("Tab")],
                         ids=["mouse", "key"])
def test_what_copies_comes_with_the_first_move(visit, act):
    page = visit(f"es/{CHAPTER}", settled=False, policy=True)
    page.wait_for_timeout(500)
    assert not page.locator("button.copybtn").count() and not page.evaluate("window.ClipboardJS")
    act(page)
    page.locator("button.copybtn").first.wait_for(state="attached")
    assert page.evaluate("document.querySelectorAll('div.cell_input pre').length <="
                         " document.querySelectorAll('button.copybtn').length")


def test_paper_shows_the_text_alone(visit):
    page = visit(f"en/{CHAPTER}")
    page.emulate_media(media="print")
    for hidden in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".prev-next-footer"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".cell.tag_solution pre").first.is_visible(), "folded solutions are part of a printed page"
    assert page.pdf().startswith(b"%PDF")
