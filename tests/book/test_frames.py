"""The frames of an animation: one figure that tells all without scripts, and buttons that say what they do."""

import re
from base64 import b64decode, b64encode
from pathlib import Path

import cell_checks
import frames
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from notebooks import Page, alt_text, pages, tags
from sphinx.errors import ExtensionError
from texts import TEXTS

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build/html"
ANIMATED = [(page, cell) for page in pages() for cell in page.code_cells if "frames" in tags(cell)]
NAMES = [f"{page.language}/{page.name}/{cell.id}" for page, cell in ANIMATED]


def built(page) -> BeautifulSoup:
    return BeautifulSoup((HTML / page.language / f"{page.name}.html").read_text("utf-8"), "html.parser")


def test_the_book_has_animations_in_both_languages():
    assert {page.language for page, _ in ANIMATED} == {"es", "en"}


@pytest.mark.parametrize(("page", "cell"), ANIMATED, ids=NAMES)
def test_frames_are_one_figure_with_one_caption(page, cell):
    figure = built(page).find(id=cell.metadata["mystnb"]["figure"]["name"])
    assert figure.name == "figure" and "frames" in figure["class"]
    assert len(figure.find_all("figcaption")) == 1
    assert [image["alt"] for image in figure.select(".frame img")] == alt_text(cell).split("\n")
    assert figure.parent.find_all("figure") == [figure], "a frame was left outside"
    assert [("shown" in frame["class"]) for frame in figure.select(".frame")].index(True) == 0


@pytest.mark.parametrize(("page", "cell"), ANIMATED, ids=NAMES)
def test_the_buttons_have_names_and_wait_for_the_reader(page, cell):
    figure = built(page).find(id=cell.metadata["mystnb"]["figure"]["name"])
    text, count = TEXTS[page.language], len(figure.select(".frame"))
    controls = [tag["aria-label"] for tag in figure.find_all(["button", "input"])]
    assert controls == [text["previous_frame"], text["play"], text["next_frame"], text["frame"]]
    assert figure.find(attrs={"aria-pressed": "true"}) is None
    assert figure.input["max"] == str(count)
    assert figure.output.get_text() == f"1 / {count}"


@pytest.mark.parametrize("path", sorted(HTML.glob("e[ns]/*.html")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_only_a_page_with_frames_loads_their_script(path):
    soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    scripts = soup.find_all("script", src=re.compile(r"/frames\.js"))
    assert len(scripts) == bool(soup.select("figure.frames"))


def test_without_scripts_no_frame_is_hidden_and_no_button_is_seen():
    css = re.sub(r"@media screen and \(scripting: enabled\) \{.*\n\}", "",
                 (ROOT / "book/_static/frames.css").read_text("utf-8"), flags=re.DOTALL)
    assert "hidden" not in css and "grid-area" not in css
    assert re.findall(r"(\S+) \{ display: none; \}", css) == [".frames-controls"]


@pytest.fixture
def animation(small_book):
    """The English page of the small book, with five frames where it had one figure; and the cell that has them."""
    page = Page("en", small_book / "en" / "01-sum.ipynb")
    cell = next(cell for cell in page.code_cells if cell.id == "figure")
    frame = cell.outputs[0]["data"] | {"image/png": cell.outputs[0]["data"]["image/png"][:1000]}
    cell.outputs = [new_output("display_data", data=dict(frame)) for _ in range(5)]
    cell.metadata["tags"] = ["frames"]
    cell.metadata["mystnb"] = nbformat.from_dict({
        "image": {"alt": [f"Frame {k}." for k in range(5)]},
        "figure": {"caption": "A line that rises.", "name": "fig-line"},
    })
    return page, cell


def test_sound_frames_pass(animation):
    assert cell_checks.problems(animation[0]) == []


def image_of(cell, k):
    return cell.outputs[k]["data"]


def widen(cell):
    picture = b64decode(image_of(cell, 1)["image/png"])
    image_of(cell, 1)["image/png"] = b64encode(picture[:16] + (9).to_bytes(4) + picture[20:]).decode()


def swell(cell):
    picture = b64decode(image_of(cell, 1)["image/png"])
    image_of(cell, 1)["image/png"] = b64encode(picture + bytes(15_000)).decode()


@pytest.mark.parametrize(("break_it", "message"), [
    (lambda cell: cell.outputs.__delitem__(slice(3, None)), "3 frames, expected 4 to 9"),
    (lambda cell: cell.outputs.extend(cell.outputs[:1] * 5), "10 frames, expected 4 to 9"),
    (widen, "frames of several sizes"),
    (swell, "a frame of more than 15,000 bytes"),
    (lambda cell: cell.metadata["mystnb"]["image"]["alt"].pop(), "a list of alt texts, one each"),
    (lambda cell: cell.metadata["mystnb"]["image"].update(alt="A line."), "a list of alt texts, one each"),
    (lambda cell: cell.metadata["mystnb"]["image"]["alt"].__setitem__(2, " "), "a list of alt texts, one each"),
    (lambda cell: cell.metadata["mystnb"]["figure"].pop("caption"), "need a caption"),
    (lambda cell: cell.metadata["mystnb"]["figure"].pop("name"), "need a name"),
    (lambda cell: cell.metadata.pop("tags"), "a list of alt texts without the tag frames"),
])
def test_a_fault_in_the_frames_is_named(animation, break_it, message):
    page, cell = animation
    break_it(cell)
    problems = cell_checks.problems(page)
    assert any(problem.startswith("en/01-sum/figure: ") and message in problem for problem in problems), problems


def test_the_build_names_the_cell_whose_frames_have_no_name(small_book, animation):
    class App:
        class env:
            doc2path = staticmethod(lambda docname: f"{docname}.ipynb")

    page, cell = animation
    del cell.metadata["mystnb"]["figure"]["name"]
    with pytest.raises(ExtensionError, match="01-sum/figure: frames need 'name'"):
        frames.put_aside(App, "01-sum", [nbformat.writes(page.notebook)])
