"""<digit-playground> in chapter 7: it computes what cnnlib computes, and can be used with mouse, finger and keys."""

import re

import digit_weights
import numpy as np
import pytest
from chromium import wait_until

from cnnlib import softmax
from cnnlib.datasets import load_mnist

CLOSE = 1e-5  # logits and probabilities, as the page promises; what is left of it is the order of the sums
ON_THE_WIRE = 150_000  # bytes
STAGES = (2, 3, 5, 6, 9, 11, 12)  # layers of zoo.lenet() after which the page shows something: ReLU, pooling, logits
FORWARD = """images => {
  const layers = lenet.decoded(lenetWeights.layers);
  return images.map(image => lenet.forward(layers, image.map(byte => byte / 255)).map(stage => [...stage.values]));
}"""
PREPARED = "images => images.map(image => [...digitInk.prepared(Float64Array.from(image))])"
BARRIERS = """async () => (await axe.run(document.querySelector("digit-playground"), { resultTypes: ["violations"] }))
  .violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.html.slice(0, 120)}`))"""
STICKING_OUT = """() => [...document.querySelector("digit-playground").shadowRoot.querySelectorAll(".app *")]
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((e) => e.outerHTML.slice(0, 100))"""
SHOWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
ANNOUNCED = """() => { const root = document.querySelector("digit-playground").shadowRoot;
  return root.querySelector(".said").textContent === root.querySelector(".reads").textContent; }"""
TRIED = "() => document.querySelector('digit-playground').shadowRoot.querySelector('.total').textContent !== ''"
PIXELS = """name => {
  const sheet = new OffscreenCanvas(28, 28).getContext("2d", { willReadFrequently: true });
  sheet.drawImage(document.querySelector("digit-playground").shadowRoot.querySelector(`.${name} canvas`), 0, 0);
  return [...sheet.getImageData(0, 0, 28, 28).data];
}"""


@pytest.fixture
def playground(visit):
    """playground("es", width=390) -> the page of chapter 7, scrolled to the playground at work."""
    def open_page(language="en", **options):
        page = visit(f"{language}/07-lenet.html", **options)
        approach(page)
        page.locator("digit-playground .about").wait_for()
        return page

    return open_page


@pytest.fixture(scope="module")
def tests():
    """The test images, a whole number from 0 to 255 a pixel, and the network of the page."""
    x = load_mnist()[1][0]
    return np.round(x * 255), digit_weights.read()[0]


def approach(page):
    page.locator("digit-playground").evaluate("element => element.scrollIntoView({ behavior: 'instant' })")


def pick(page, digit):
    page.locator(".picks button").nth(digit).click()


def answer(page):
    page.evaluate(SHOWN)
    return page.locator(".reads").inner_text()


def announced(page):
    page.evaluate(SHOWN)
    wait_until(page, ANNOUNCED)
    return page.locator(".said").text_content()


def pixels(page, name):
    """The class of a part with a canvas -> its pixels, red, green, blue and alpha."""
    page.evaluate(SHOWN)
    return np.array(page.evaluate(PIXELS, name)).reshape(28, 28, 4)


def clear_and_scroll(page):
    """Empty the sheet and put it in sight -> its box on the screen."""
    page.locator("#clear").click()
    sheet = page.locator(".sheet canvas")
    sheet.scroll_into_view_if_needed()
    return sheet.bounding_box()


def test_the_page_computes_what_cnnlib_computes(playground, tests):
    images, model = tests[0][:200], tests[1]
    found = playground().evaluate(FORWARD, images.reshape(200, -1).tolist())
    z = images / 255
    for last, layer in enumerate(model.layers, 1):
        z, _ = layer.forward(z)
        if last in STAGES:
            stage = np.array([stages[STAGES.index(last)] for stages in found])
            assert np.abs(stage - z.reshape(200, -1)).max() < CLOSE
    assert np.abs(softmax(stage) - softmax(z)).max() < CLOSE


def test_the_preparation_leaves_the_digits_of_mnist_as_they_are(playground, tests):
    images = tests[0][:200].reshape(200, -1) / 255
    assert np.array_equal(playground().evaluate(PREPARED, images.tolist()), images)


def test_without_the_preparation_a_small_digit_in_a_corner_is_misread(playground):
    page = playground()
    right = {True: 0, False: 0}
    for digit in range(10):
        page.locator("digit-playground input").check()
        pick(page, digit)
        page.locator("#corner").click()
        for prepared in (True, False):
            page.locator("digit-playground input").set_checked(prepared)
            right[prepared] += f" {digit}:" in answer(page)
    assert right[True] >= 9 and right[False] <= 5


def test_weights_come_only_when_the_reader_does(visit):
    page = visit("en/07-lenet.html")
    page.wait_for_load_state("networkidle")
    assert not page.evaluate("performance.getEntriesByType('resource').some(({ name }) => name.includes('digits/'))")
    assert page.locator("digit-playground img").count() == 1
    approach(page)
    page.locator("digit-playground .about").wait_for()
    sizes = page.evaluate("""() => performance.getEntriesByType("resource")
      .filter(({ name }) => name.includes("digits/") && name.endsWith(".js"))
      .map(({ transferSize }) => transferSize)""")
    assert 80_000 < sum(sizes) <= ON_THE_WIRE


@pytest.mark.parametrize("over", ["http", "file"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_digit_is_picked_with_the_keyboard(playground, over, language):
    page = playground(language, over=over)
    page.locator(".picks button").first.focus()
    for _ in range(7):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = announced(page)
    assert re.match({"es": r"Lee un 7: 9\d\.\d %\.$", "en": r"It reads the digit 7: 9\d\.\d%\.$"}[language], said)
    assert said == answer(page)
    assert "0.98" in page.locator(".about").inner_text()


def test_a_digit_is_drawn_with_the_mouse(playground):
    page = playground()
    box = clear_and_scroll(page)
    x, y, size = box["x"], box["y"], box["width"]
    page.mouse.move(x + 0.5 * size, y + 0.15 * size)
    page.mouse.down()
    page.mouse.move(x + 0.5 * size, y + 0.85 * size, steps=8)
    page.mouse.up()
    assert announced(page).startswith("It reads the digit 1")
    page.locator("#eraser").click()
    page.mouse.move(x + 0.5 * size, y + 0.1 * size)
    page.mouse.down()
    page.mouse.move(x + 0.5 * size, y + 0.9 * size, steps=8)
    page.mouse.up()
    assert announced(page) == "The sheet is empty: there is nothing to read."


def test_a_finger_draws_and_does_not_scroll(playground):
    page = playground(width=390, height=700, has_touch=True, is_mobile=True)
    box = clear_and_scroll(page)
    before, middle = page.evaluate("scrollY"), box["x"] + box["width"] / 2
    swipe(page, middle, box["y"] + 0.15 * box["height"], box["y"] + 0.85 * box["height"])
    assert announced(page).startswith("It reads the digit 1")
    assert page.evaluate("scrollY") == before
    bars = page.locator(".answer").bounding_box()
    swipe(page, bars["x"] + 50, min(bars["y"] + 200, 650), 100)
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") > before + 100


def swipe(page, x, start, end, steps=10):
    """A finger that goes from one height to another."""
    wire = page.context.new_cdp_session(page)
    for step in range(steps + 1):
        point = {"x": x, "y": start + (end - start) * step / steps}
        wire.send("Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": [point]})
        page.wait_for_timeout(16)
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_digit_is_drawn_and_erased_with_the_keyboard(playground):
    page = playground()
    clear_and_scroll(page)
    assert page.get_by_role("application", name="Arrow keys").count() == 2
    page.locator(".sheet canvas").focus()
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    assert page.locator(".said").text_content() == "Row 5, column 14."
    assert page.locator(".sheet i").is_visible()
    page.keyboard.press(" ")
    assert page.locator(".said").text_content() == "Row 5, column 14. Ink."
    for _ in range(17):
        page.keyboard.press("Shift+ArrowDown")
    assert announced(page).startswith("It reads the digit 1")
    for _ in range(18):
        page.keyboard.press("Delete")
        page.keyboard.press("ArrowUp")
    assert announced(page) == "The sheet is empty: there is nothing to read."


def test_an_empty_sheet_gets_no_answer(playground):
    page = playground("es")
    pick(page, 3)
    page.locator("#clear").click()
    assert announced(page) == answer(page) == "La hoja está vacía: no hay nada que leer."
    assert page.locator("digit-playground li span:last-child").all_inner_texts() == ["–"] * 10
    assert page.locator(".total").inner_text() == page.locator(".one").inner_text() == ""
    page.locator("#corner").click()
    assert announced(page) == "La hoja está vacía: no hay nada que leer."


def test_the_first_stroke_takes_the_place_of_the_example_and_later_ones_add(playground):
    page = playground()
    page.locator(".sheet canvas").click()
    assert 0 < np.sum(pixels(page, "sheet")[..., 3] > 0) < 20
    pick(page, 3)
    before = pixels(page, "sheet")[..., 3]
    page.locator(".sheet canvas").click(position={"x": 20, "y": 20})
    after = pixels(page, "sheet")[..., 3]
    assert (after >= before).all() and (after > before).any()


def test_what_a_pixel_changes_is_what_cnnlib_says(playground, tests):
    page, model = playground(), tests[1]
    pick(page, 5)
    image = digit_weights.digits()[5]
    base = model.forward(image[None])[0][0]
    flipped = np.tile(image, (784, 1, 1, 1)).reshape(784, -1)
    np.fill_diagonal(flipped, image.ravel() < 0.5)
    after = model.forward(flipped.reshape(784, 28, 28, 1))[0]
    best, turning = base.argmax(), int(np.sum(after.argmax(axis=1) != base.argmax()))
    page.evaluate(SHOWN)
    wait_until(page, TRIED)
    assert f": {turning} of 784." in page.locator(".total").inner_text()
    page.locator(".pixels canvas").focus()
    for row in (15, 16, 17):  # from 0, as in the code of the chapters
        page.keyboard.press("ArrowDown")
        sentence = page.locator(".one").inner_text()
        z = after[28 * row + 14]
        assert f"row {row}, column 14" in sentence and ("Without" in sentence) == (image[row, 14, 0] >= 0.5)
        assert f"goes from {base[best]:.2f} to {z[best]:.2f}." in sentence
        assert page.locator(".said").text_content() == sentence


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)])
def test_it_has_no_barrier(playground, width, dark):
    axe = pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT
    page = playground("es", width=width, dark=dark, reduced_motion="reduce")
    page.locator(".pixels canvas").focus()
    page.keyboard.press("ArrowDown")
    wait_until(page, TRIED)
    page.evaluate(axe)
    assert page.evaluate(BARRIERS) == []


def test_nothing_moves_for_who_wants_no_motion(playground):
    page = playground()
    duration = "bars => [...new Set(bars.map((bar) => getComputedStyle(bar).transitionDuration))]"
    bars = page.locator("digit-playground li > i")
    assert bars.evaluate_all(duration) == ["0.15s"]
    page.emulate_media(reduced_motion="reduce")
    assert bars.evaluate_all(duration) == ["0s"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_fits_narrow_screens(playground, language):
    page = playground(language)
    for width in (320, 390, 768):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(STICKING_OUT) == []


def test_the_texts_are_the_same_in_both_languages(playground):
    texts = playground().evaluate("window.digitTexts")
    assert texts["es"].keys() == texts["en"].keys()
    for key, spanish in texts["es"].items():
        assert sorted(re.findall(r"{\d}", str(spanish))) == sorted(re.findall(r"{\d}", str(texts["en"][key]))), key


def test_colors_follow_the_page(playground):
    page = playground()
    light = pixels(page, "seen")
    page.emulate_media(color_scheme="dark")
    dark = pixels(page, "seen")
    assert np.array_equal(light[..., 3], dark[..., 3])
    ink = light[..., 3] == 255
    assert (light[ink][:, :3] < 100).all() and (dark[ink][:, :3] > 150).all()


def test_paper_and_pages_without_scripts_show_the_picture(playground, visit):
    page = playground()
    page.emulate_media(media="print")
    assert page.locator("digit-playground img").is_visible() and not page.locator(".app").is_visible()
    still = visit("en/07-lenet.html", java_script_enabled=False)
    assert still.locator("digit-playground img").is_visible()


def test_what_cannot_be_loaded_is_offered_again(visit, troubles):
    page = visit("es/07-lenet.html")
    page.route("**/weights.js", lambda route: route.abort())
    approach(page)
    page.locator("digit-playground button").wait_for()
    assert page.locator("digit-playground img").is_visible()
    troubles.clear()
    page.unroute("**/weights.js")
    page.locator("digit-playground button").click()
    page.locator("digit-playground .about").wait_for()
