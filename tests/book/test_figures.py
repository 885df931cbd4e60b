"""Each figure of the book has its data beside its picture, and a change of that data is seen."""

import cell_checks
import figure_data
import matplotlib.pyplot as plt
import numpy as np
import pytest
import same_pages
from notebooks import pages


@pytest.fixture
def figure():
    """figure(draw) -> a figure on whose axes draw(axes) drew; closed at the end."""
    def drawn(draw):
        figure, axes = plt.subplots()
        draw(axes)
        return figure

    yield drawn
    plt.close("all")


def photo(axes, change=0.0):
    image = np.random.default_rng(0).random((28, 28))
    image[3, 4] += change
    axes.imshow(image, vmin=0, vmax=1)


def areas(axes, top=1.0):
    axes.set(xlim=(0, 2), ylim=(0, 2))
    axes.fill_between([0, 1, 2], [0, 0, 0], [1, top, 1])


PAIRS = {
    "one point of a line": [lambda axes, y=y: axes.plot([0, 1, 2, 3], [5, y, 7, 1]) for y in (2, 2.3)],
    "the order of a line": [lambda axes, y=y: axes.plot([0, 1, 2, 3], y) for y in ([5, 2, 7, 1], [5, 7, 2, 1])],
    "a small loss on a logarithmic axis": [lambda axes, y=y: axes.semilogy([1, 1e-3, y]) for y in (1e-6, 2e-6)],
    "one pixel of an image": [photo, lambda axes: photo(axes, 0.5)],
    "an image turned": [lambda axes, m=m: axes.imshow(m) for m in (np.eye(3)[:2], np.eye(3)[1::-1])],
    "a bar": [lambda axes, h=h: axes.bar([0, 1, 2], [3, h, 9]) for h in (4, 5)],
    "the color of a bar": [lambda axes, c=c: axes.bar([0, 1], [3, 4], color=c) for c in (["k", "w"], ["w", "k"])],
    "a point of a cloud": [lambda axes, x=x: axes.scatter([0, x, 2], [1, 5, 2]) for x in (1, 1.2)],
    "the edge of an area": [areas, lambda axes: areas(axes, 0.5)],
    "the range of an axis": [lambda axes, x=x: axes.set(xlim=(0, x)) for x in (1, 2)],
    "a number in a text": [lambda axes, n=n: axes.text(0, 0, f"{n} images") for n in ("1,000", "2,000")],
    "one line more": [lambda axes, n=n: axes.plot(np.ones((4, n))) for n in (1, 2)],
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_change_of_the_data_is_seen(figure, pair):
    before, again, after = (figure_data.describe(figure(draw)) for draw in (pair[0], *pair))
    assert before == again
    assert figure_data.close(before, again)
    assert not figure_data.close(after, before)


def test_words_and_rounding_are_not_seen(figure):
    y = np.random.default_rng(1).random(50)

    def draw(axes, words, noise):
        axes.plot(y + noise * np.cos(y * 1e4), label=words)
        axes.set(title=words, xlabel=words)
        axes.text(0, 0, f"{words} 12{',' if words == 'loss' else chr(0x202f)}000")

    one = figure_data.describe(figure(lambda axes: draw(axes, "loss", 0)))
    other = figure_data.describe(figure(lambda axes: draw(axes, "pérdida", 1e-4)))
    assert one != other
    assert figure_data.close(one, other)


def test_an_axes_inside_another_counts(figure):
    text = figure_data.describe(figure(lambda axes: axes.inset_axes([0, 0, 1, 1]).plot([1, 2])))
    assert "axes 2 lines y: 2 values, from 1 to 2" in text


@pytest.mark.parametrize("page", pages(), ids=lambda page: f"{page.language}/{page.name}")
def test_each_picture_of_the_book_has_its_data(page):
    for cell in page.code_cells:
        for output in cell.outputs:
            data = output.get("data", {})
            assert ("image/png" in data) == bool(data.get(figure_data.MIME)), page.label(cell)


def test_a_picture_without_data_is_a_problem(small_book):
    page = pages(small_book)[0]
    del page.code_cells[1].outputs[0].data[figure_data.MIME]
    assert [problem.split(": ", 1)[1] for problem in cell_checks.problems(page)] == [
        "a picture without the data behind it (make execute)"]


def test_other_data_in_one_language_is_a_problem(small_book, edit):
    with edit(small_book / "en" / "01-sum.ipynb", "figure") as cell:
        data = cell.outputs[0].data
        data[figure_data.MIME] = data[figure_data.MIME].replace("from 1 to 2", "from 1 to 3")
    problem, = same_pages.problems(small_book)
    assert problem.startswith("01-sum/figure: other data behind the figures")
