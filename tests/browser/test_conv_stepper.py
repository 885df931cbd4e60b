"""<conv-stepper> in the pages: it counts as cnnlib does, keys are enough, and a wrong setting is told in words."""

import itertools
import json

import numpy as np
import pytest
from chromium import wait_until

import cnnlib

CHAPTERS = ["01-convolution", "02-small-matrices", "03-output-size", "04-pooling"]
# Attributes -> a new component at the end of the page, at its last step, and the numbers that are then in its grids.
MAKE = """(attributes) => {
  document.querySelector("#made")?.remove();
  const made = document.createElement("conv-stepper");
  Object.assign(made, { id: "made", lang: document.documentElement.lang });
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  document.querySelector("main article").append(made);
}"""
RESULTS = """(made) => {
  const { walk, padded } = convStepper.arithmetic, { s, dy } = made, results = walk(s, dy);
  const inner = (rows) => rows.slice(s.padding[0], s.padding[0] + s.image.length)
    .map((row) => row.slice(s.padding[1], s.padding[1] + s.image[0].length));
  return { ...results, dx: inner(results.dx) };
}"""
SHOWN = """(made, name) => {
  const cells = made.shadowRoot.querySelector(`[data-name=${name}]`);
  const text = ({ firstChild: e }) => (e.tagName === "INPUT" ? e.value : e.textContent);
  return [...cells.querySelectorAll(".cell")].map(text).map((text) => text.replace("−", "-"));
}"""
FOCUSED = """() => {
  const e = document.activeElement.shadowRoot.activeElement;
  return [e.name || e.dataset.grid, getComputedStyle(e).outlineStyle !== "none"];
}"""
rng = np.random.default_rng(8)


def rows(matrix) -> str:
    return " / ".join(" ".join(map(str, row)) for row in np.asarray(matrix).tolist())


def one_image(matrix):
    return np.asarray(matrix, float)[None, :, :, None]


def flat(batch):
    return batch[0, :, :, 0].tolist()


@pytest.fixture
def page(visit):
    return visit("en/01-convolution.html", reduced_motion="reduce")


@pytest.fixture
def make(page):
    """make(image=…, filter=…) -> a component of its own, on the page."""
    def make_one(**attributes):
        page.evaluate(MAKE, {name: str(value) for name, value in attributes.items()})
        return page.locator("#made")

    return make_one


def shown(stepper, name):
    return stepper.evaluate(SHOWN, name)


def go_to(stepper, step):
    stepper.locator("[name=step]").fill(str(step))


def convolutions():
    """Settings that fit, of all kinds: (image, filter, stride, padding, dilation)."""
    for stride, padding, dilation in itertools.product((1, 2, 3), (0, 1, 2), (1, 2)):
        height, width = rng.integers(5, 9, 2)
        yield (rng.integers(-5, 6, (height, width)), rng.integers(-3, 4, rng.integers(1, 4, 2)),
               stride, padding, dilation)


def test_a_convolution_gives_what_cnnlib_gives(make):
    for image, kernel, stride, padding, dilation in convolutions():
        y, cache = cnnlib.conv2d_forward(
            one_image(image), kernel[:, :, None, None].astype(float), np.full(1, 2.0), stride, padding, dilation)
        dy = rng.integers(-4, 5, y.shape)
        dx, dw, db = cnnlib.conv2d_backward(dy, cache)
        stepper = make(image=rows(image), filter=rows(kernel), stride=stride, padding=padding, dilation=dilation,
                       bias=2, dy=rows(dy[0, :, :, 0]))
        results = stepper.evaluate(RESULTS)
        assert results == {"y": flat(y), "dx": flat(dx), "dw": dw[:, :, 0, 0].tolist(), "db": db[0]}
        go_to(stepper, y[0].size)
        assert [float(text) for text in shown(stepper, "y")] == y.ravel().tolist()


@pytest.mark.parametrize("mode", ["max", "average"])
def test_a_pooling_gives_what_cnnlib_gives(make, mode):
    forward, backward = (cnnlib.maxpool2d_forward, cnnlib.maxpool2d_backward) if mode == "max" else (
        cnnlib.avgpool2d_forward, cnnlib.avgpool2d_backward)
    for size, stride, padding in itertools.product([(2, 2), (2, 3), (3, 2)], [(1, 1), (2, 3)], (0, 1)):
        image = rng.integers(-3, 2, (6, 7))  # few values, all of them below 2: ties, and padding that must not win
        y, cache = forward(one_image(image), size, stride, padding)
        dy = rng.integers(-4, 5, y.shape)
        stepper = make(mode=mode, image=rows(image), size="{} {}".format(*size), stride="{} {}".format(*stride),
                       padding=padding, dy=rows(dy[0, :, :, 0]))
        results = stepper.evaluate(RESULTS)
        np.testing.assert_allclose(results["y"], flat(y), atol=1e-12)
        np.testing.assert_allclose(results["dx"], flat(backward(dy, cache)), atol=1e-12)


def test_the_map_fills_and_the_gradients_grow_step_by_step(make):
    image, kernel, dy = rng.integers(0, 5, (4, 5)), rng.integers(-2, 3, (2, 2)), rng.integers(-3, 4, (3, 4))
    y, cache = cnnlib.conv2d_forward(one_image(image), kernel[:, :, None, None].astype(float), None)
    stepper = make(image=rows(image), filter=rows(kernel), dy=rows(dy))
    for step in (1, 5, 12):
        go_to(stepper, step)
        expected = [f"{value:g}" for value in y.ravel()[:step]] + [""] * (12 - step)
        assert shown(stepper, "y") == expected
    stepper.locator("[name=backward]").click()
    for step in (1, 7, 12):
        go_to(stepper, step)
        handed_out = np.where(np.arange(12) < step, dy.ravel(), 0).reshape(1, 3, 4, 1)
        dx, dw, _ = cnnlib.conv2d_backward(handed_out, cache)
        assert [float(text) for text in shown(stepper, "dx")] == dx.ravel().tolist()
        assert [float(text) for text in shown(stepper, "dw")] == dw.ravel().tolist()


def test_the_sum_of_the_step_is_written_out(make):
    stepper = make(image="1 2 / 3 4", filter="5 -6", bias=7)
    assert "".join(stepper.locator(".sum").inner_text().split()) == "y[0,0]=1·5+2·(−6)+7(bias)=0"
    stepper.locator("[name=next]").click()
    assert "".join(stepper.locator(".sum").inner_text().split()) == "y[1,0]=3·5+4·(−6)+7(bias)=−2"
    stepper.locator("[name=backward]").click()
    assert "".join(stepper.locator(".sum").inner_text().split()) == "dx+=1·5,1·(−6)dw+=1·1,1·2db=1"


def test_the_reader_types_numbers(make):
    stepper = make(image="1 2 / 3 4", filter="1")
    stepper.locator("[data-grid=x][data-i='0'][data-j='1']").fill("−2.5")
    stepper.locator("[data-grid=w]").fill("2,5")
    stepper.locator("[name=image][data-axis='1']").fill("3")
    go_to(stepper, 6)
    assert shown(stepper, "y") == ["2.5", "-6.25", "0", "7.5", "10", "0"]
    stepper.locator("[name=reset]").click()
    assert shown(stepper, "x") == ["1", "2", "3", "4"] and shown(stepper, "y") == ["1", "", "", ""]


def test_keys_are_enough(page, make):
    stepper = make(image="1 2 3 / 4 5 6 / 7 8 9", filter="1 1 / 1 1")
    stepper.locator("[name=forward]").focus()
    stops = []
    while stops[-1:] != [["step", True]]:
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        assert len(stops) < 20
    assert all(marked for _, marked in stops)
    assert [name for name, _ in stops][-8:] == ["reset", "x", "w", "y", "previous", "play", "next", "step"]
    for _ in range(4):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert stepper.locator("output").inner_text() == "4 / 4"
    assert stepper.locator("[role=status]").inner_text() == "Row 1, column 1: 28"
    page.keyboard.press("ArrowLeft")
    assert stepper.locator("output").inner_text() == "3 / 4"
    assert stepper.locator("[aria-current]").get_attribute("aria-label") == "map y, row 1, column 0: 24"


def test_it_plays_to_the_end_and_not_before_it_is_asked(page, make):
    stepper = make(image="1 2 3", filter="1")
    page.wait_for_timeout(1200)
    assert stepper.locator("output").inner_text() == "1 / 3"
    play = stepper.locator("[name=play]")
    play.click()
    assert play.get_attribute("aria-pressed") == "true"
    wait_until(page, "document.querySelector('#made').shadowRoot.querySelector('output').textContent === '3 / 3'")
    assert play.get_attribute("aria-pressed") == "false"
    assert stepper.locator("[role=status]").inner_text() == "", "what plays by itself is not announced"


WRONG = [
    ({}, "[data-grid=x][data-i='1'][data-j='0']", "two", "“two” is not a number (image x, row 1, column 0)",
     "«two» no es un número (imagen x, fila 1, columna 0)"),
    ({}, "[data-grid=w][data-i='0'][data-j='0']", "", "“” is not a number (filter w", "«» no es un número (filtro w"),
    ({}, "[name=stride]", "0", "“stride” has to be a whole number from 1 to 5",
     "«paso» tiene que ser un número entero"),
    ({}, "[name=padding]", "1.5", "“padding” has to be a whole number", "«relleno» tiene que ser un número entero"),
    ({}, "[name=dilation]", "4", "it reaches over 5 rows, and the image with its padding has 2",
     "abarca 5 filas, y la imagen, con su relleno, tiene 2"),
    ({"mode": "max", "size": "2 2"}, "[name=padding]", "2",
     "The padding, 2, has to be smaller than the window (rows: 2)",
     "El relleno, 2, tiene que ser menor que la ventana (filas: 2)"),
]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_wrong_setting_is_told_and_can_be_put_right(visit, language):
    page = visit(f"{language}/01-convolution.html")
    for attributes, field, text, *messages in WRONG:
        page.evaluate(MAKE, {"image": "1 2 3 / 4 5 6", "filter": "1 1 / 1 1"} | attributes)
        stepper = page.locator("#made")
        assert stepper.locator("[role=alert]").inner_text() == "" and stepper.locator(".sum").is_visible()
        right = stepper.locator(field).input_value()
        stepper.locator(field).fill(text)
        assert messages[language == "es"] in stepper.locator("[role=alert]").inner_text()
        assert not stepper.locator(".sum").is_visible() and not stepper.locator("[name=play]").is_visible()
        stepper.locator(field).fill(right)
        assert stepper.locator("[role=alert]").inner_text() == "" and stepper.locator(".sum").is_visible()


def test_both_languages_have_the_same_texts(page):
    texts = page.evaluate("Object.values(convStepper.texts).map((texts) => Object.keys(texts).sort())")
    assert len(texts) == 2 and texts[0] == texts[1]


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_chapter_shows_its_own_numbers_backward(visit, language):
    page = visit(f"{language}/02-small-matrices.html")
    stepper = page.locator("figure.component").nth(1).locator("conv-stepper")
    total = np.zeros(16)
    for choice, dw in ("0", "104 117 130 156 169 182 208 221 234"), ("1", "-74 -90 -106 -138 -154 -170 -202 -218 -234"):
        stepper.locator("select").select_option(choice)
        go_to(stepper, 4)
        assert " ".join(shown(stepper, "dw")) == dw
        total += np.array(shown(stepper, "dx"), float)
    assert total.reshape(4, 4).tolist() == [[0, 0, 0, 0], [0, -5, 4, -7], [0, 13, 27, -11], [0, -10, -11, 0]]


def test_what_no_window_reads_is_hatched(visit):
    page = visit("en/03-output-size.html")
    stepper = page.locator("figure.component conv-stepper").first
    unread = stepper.locator("[data-name=x] > .unread")
    assert unread.count() == 15, "the last row and the last column of 8×8"
    stepper.locator("[name=padding]").fill("1")
    assert unread.locator("input").count() == 0 and unread.count() == 19, "of the padding, nobody reads the end"


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_it_fits_a_narrow_screen(visit, language, chapter):
    page = visit(f"{language}/{chapter}.html", width=320)
    steppers = page.locator("figure.component conv-stepper")
    assert steppers.count() >= 1
    for stepper in steppers.all():
        for direction in "forward", "backward":
            stepper.locator(f"[name={direction}]").click()
            for field, most in ("[name=image][data-axis='1']", "12"), ("[name=padding]", "4"):
                if chapter != "04-pooling" and stepper.locator(field).count():
                    stepper.locator(field).fill(most)
            assert stepper.locator("[role=alert]").inner_text() == ""
            sticking_out = """(e) => [...e.shadowRoot.querySelectorAll(".settings *, .sum *, .player *, .stage")]
              .filter((part) => part.getBoundingClientRect().right > innerWidth).map((part) => part.outerHTML)"""
            assert stepper.evaluate(sticking_out) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_nobody_is_shut_out(visit):
    script = pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT
    for chapter, dark in itertools.product(CHAPTERS, (False, True)):
        page = visit(f"es/{chapter}.html", dark=dark, reduced_motion="reduce")
        page.evaluate(script)
        for direction in "forward", "backward":
            for stepper in page.locator("conv-stepper").all():
                stepper.locator(f"[name={direction}]").click()
                go_to(stepper, 2)
            found = page.evaluate("axe.run('conv-stepper', { resultTypes: ['violations'] })")["violations"]
            assert [(rule["id"], json.dumps(rule["nodes"][0]["target"])) for rule in found] == []
            assert page.evaluate("axe.run('conv-stepper')")["passes"], "axe looks inside the component"


@pytest.mark.parametrize("script", [False, True])
def test_paper_and_pages_without_scripts_show_the_static_version(visit, script):
    page = visit("en/01-convolution.html", java_script_enabled=script)
    static = page.locator("#fig-01-stepper .katex").first
    assert static.is_visible() != script
    page.emulate_media(media="print")
    assert static.is_visible()
    assert page.locator("#fig-01-stepper [name=play]").is_visible() is False
