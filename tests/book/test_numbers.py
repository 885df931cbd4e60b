"""No number in prose that the code beside it does not compute."""

import pytest
import quoted_numbers
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from notebooks import pages

PAGES = pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.language}/{page.name}")
def test_numbers_in_prose_are_computed(page):
    assert not (problems := quoted_numbers.problems(page)), "\n".join(problems)


def test_a_sound_notebook_has_no_problem(small_book):
    assert [quoted_numbers.problems(page) for page in pages(small_book)] == [[], []]


@pytest.mark.parametrize("source, numbers", [
    ("The 8,000 images of 28x28 and 28×28", ["8000", "28", "28", "28", "28"]),
    ("son 61\u202f706 pesos", ["61706"]),
    ("LeNet-5, float32, VGG-16, Conv2D", []),
    ("the 21st, the 2.º, 15th", []),
    ("between 0.95–0.97 or 30-50, at −4 or -7.5", ["0.95", "0.97", "30", "50", "-4", "-7.5"]),
    ("$H - 14$ and $x_{25}^{17}$ and $(-14)$ and $28^2$", ["14", "-14", "28"]),
    (r"$3 \times 10^{-4}$, $10^{-6}$, $61{,}706$, $61\,706$", ["3e-4", "1e-6", "61706", "61706"]),
    ("| a | b |\n|---|---:|\n| 14.5 | 0.30 |", ["14.5", "0.30"]),
    ("13. item\n\n(t-33)=\n`98` [97](x96) {cite}`a2012` {ref}`95 <t94>` <https://a.b/93>", ["97", "95"]),
    ("```python\n99\n```\n:::{note}\n66\n:::", ["66"]),
])
def test_which_numbers_a_text_quotes(source, numbers):
    assert [quote.text for quote in quoted_numbers.quoted_numbers(source)] == numbers


@pytest.mark.parametrize("prose, computed, equal", [
    ("0.87", 0.866, True), ("0.86", 0.866, False), ("0.866", 0.87, False),
    ("86.6 %", 0.866, True), ("86.6%", 86.6, True), ("86.7 %", 0.866, False), ("86.6", 0.866, False),
    ("8,000", 8000.0, True), ("8,000", 8001.0, False), ("-4", 4.0, False), ("-4", -4.0, True),
    ("$10^{-6}$", 1e-6, True), ("$10^{-6}$", 2e-6, False),
])
def test_equal_means_equal_once_rounded(prose, computed, equal):
    quote, = quoted_numbers.quoted_numbers(prose)
    assert quote.equals(computed) is equal


def test_computed_numbers_come_from_code_and_outputs():
    cell = new_code_cell("x = [-14, 8_000]  # 99", outputs=[
        new_output("stream", name="stdout", text="[[-4. 1e-3]] 61,706 loss=0.25")])
    assert {-14, 8000, -4, 0.001, 61706, 0.25} <= quoted_numbers.computed_numbers(cell)
    assert 99 not in quoted_numbers.computed_numbers(cell)


def problems_of(source, numbers=None, code=""):
    cell = new_markdown_cell(source, id="here", metadata={"numbers": numbers} if numbers else {})
    return quoted_numbers.cell_problems(cell, quoted_numbers.code_numbers(code))


def test_a_number_from_nowhere_is_named_with_the_nearest():
    assert problems_of("It is 0.91.", code="0.866, 0.4") == [
        "the number 0.91 is not computed in this section; nearest: 0.866, 0.4"]


def test_whole_numbers_up_to_12_count_things():
    assert problems_of("2 of 12 and 0") == []
    assert len(problems_of("2.0, -4 and 13")) == 3


def test_a_year_needs_a_citation_beside_it():
    assert problems_of("In 1998 {cite}`lecun1998`") == []
    assert problems_of("In 1998")


def test_a_published_figure_needs_a_citation_beside_it():
    assert problems_of("15.3 % {cite}`alexnet`", {"cited": ["15.3"]}) == []
    assert "no cite role" in problems_of("15.3 %", {"cited": ["15.3"]})[0]
    assert "does not say it" in problems_of("{cite}`alexnet`", {"cited": ["15.3"]})[0]


def test_a_cell_elsewhere_must_be_named(small_book, edit):
    path = small_book / "en" / "01-sum.ipynb"
    with edit(path, "title") as cell:
        del cell.metadata["numbers"]
    messages = quoted_numbers.problems(pages(small_book, "en")[0])
    assert [message.split(";")[0] for message in messages] == [
        "en/01-sum/title: the number 16.5 is not computed in this section",
        "en/01-sum/title: the number 25 is not computed in this section"]
    with edit(path, "title") as cell:
        cell.metadata["numbers"] = {"from": ["none"]}
    assert "numbers from none" in quoted_numbers.problems(pages(small_book, "en")[0])[0]


def test_thousands_are_marked_as_the_language_does(small_book, edit):
    with edit(small_book / "es" / "01-sum.ipynb", "numbers") as cell:
        cell.source = cell.source.replace("\u202f", ",")
    assert quoted_numbers.problems(pages(small_book, "es")[0]) == [
        "es/01-sum/numbers: the thousands of 61706 are to be marked by a thin space, U+202F"]
