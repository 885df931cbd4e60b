"""A broken copy of a chapter proves that each check sees what it is there for."""

import os
import shutil
import subprocess
import sys

import cell_checks
import pytest
import quoted_numbers
import same_pages
import twins
from nbformat.v4 import new_output
from notebooks import BOOK, LANGUAGES, alt_text, pages, prose


@pytest.fixture(params=["the book's", "the small book's"])
def book(request, tmp_path, executed_book):
    """A copy of a chapter (the smallest file, for speed) in both languages, with a lock of its own."""
    source = BOOK if request.param == "the book's" else executed_book
    name = min((page.path for page in pages(source, "en")), key=lambda path: path.stat().st_size).name
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        shutil.copy(source / language / name, tmp_path / language)
        (tmp_path / language / "_toc.yml").write_text(f"root: {name}\n")
    twins.main([], tmp_path)
    return tmp_path


@pytest.fixture
def page(book):
    return pages(book, "en")[0]


def all_problems(book):
    found = same_pages.problems(book) + twins.lock_problems(book)
    for page in pages(book):
        found += cell_checks.problems(page) + quoted_numbers.problems(page)
    return found


def first(cells, suitable=lambda cell: True):
    """The id of the first suitable cell."""
    return next(cell.id for cell in cells if suitable(cell))


def alarm(book, name, *words):
    """True if a message names the cell and says all the words."""
    return any(name in message and all(word in message for word in words) for message in all_problems(book))


def test_the_copy_is_sound_before_it_is_broken(book):
    assert all_problems(book) == []


def test_a_text_changed_in_one_language(book, page, edit):
    name = first(page.markdown_cells)
    with edit(page.path, name) as cell:
        cell.source += "\n\nA sentence more."
    assert alarm(book, f"{page.name}/{name}", "changed in en", "A sentence more.", "--- es")


def test_code_changed_in_one_language(book, page, edit):
    name = first(page.code_cells)
    with edit(page.path, name) as cell:
        cell.source += "\nx = 1"
    assert alarm(book, f"{page.name}/{name}", "other code", "x = 1")


def test_a_cell_id_changed_in_one_language(book, page, edit):
    name = first(page.code_cells)
    with edit(page.path, name) as cell:
        cell.id = "renamed"
    assert alarm(book, page.name, "renamed in en")


def test_an_id_that_no_person_chose(book, page, edit):
    with edit(page.path, first(page.code_cells)) as cell:
        cell.id = "3f2a91bc"
    assert alarm(book, "3f2a91bc", "needs a name")


def test_two_cells_of_one_id(book, page):
    name = first(page.code_cells)
    other = first(page.markdown_cells)
    page.path.write_text(page.path.read_text("utf-8").replace(f'"id": "{name}"', f'"id": "{other}"'), "utf-8")
    assert alarm(book, f"{page.name}/{other}", "two cells have this id")


def test_a_cell_without_an_id(book, page):
    name = first(page.code_cells)
    page.path.write_text(page.path.read_text("utf-8").replace(f'"id": "{name}",', ""), "utf-8")
    assert alarm(book, f"{page.name}/cell", "needs a name")


def test_an_output_that_differs_between_the_languages(book, page, edit):
    name = first(page.code_cells, lambda cell: cell.outputs and same_pages.numbers(cell.outputs))
    with edit(page.path, name) as cell:
        cell.outputs = [new_output("stream", name="stdout", text="987654\n")]
    assert alarm(book, f"{page.name}/{name}", "outputs")


def test_a_number_in_prose(book, page, edit):
    name = first(page.markdown_cells)
    with edit(page.path, name) as cell:
        cell.source += "\n\nIt reaches 0.98765."
    assert alarm(book, f"{page.name}/{name}", "0.98765", "nearest")


def test_a_number_in_prose_that_was_right(book, page, edit):
    quoted = {cell.id: [quote for quote in quoted_numbers.quoted_numbers(prose(cell))
                        if not quoted_numbers.needs_no_source(quote, cell) and quote.text in cell.source]
              for cell in page.markdown_cells}
    name = next(name for name in quoted if quoted[name])
    right = quoted[name][0].text
    with edit(page.path, name) as cell:
        cell.source = cell.source.replace(right, right + "77")
    assert alarm(book, f"{page.name}/{name}", right + "77", "not computed")


def test_an_alt_text_that_is_missing(book, page, edit):
    name = first(page.code_cells, alt_text)
    with edit(page.path, name) as cell:
        cell.metadata["mystnb"]["image"]["alt"] = ""
    assert alarm(book, f"{page.name}/{name}", "alt text")


def test_an_alt_text_in_the_wrong_language(book, page, edit):
    name = first(page.code_cells, alt_text)
    spanish = next(alt_text(cell) for cell in pages(book, "es")[0].code_cells if cell.id == name)
    with edit(page.path, name) as cell:
        cell.metadata["mystnb"]["image"]["alt"] = spanish
    assert alarm(book, f"{page.name}/{name}", "the same alt text")


def test_a_cell_that_was_not_executed(book, page, edit):
    name = first(page.code_cells)
    with edit(page.path, name) as cell:
        cell.execution_count = None
    assert alarm(book, f"{page.name}/{name}", "execution count")


def test_a_cell_that_is_too_long(book, page, edit):
    name = first(page.code_cells)
    with edit(page.path, name) as cell:
        cell.source = "\n".join(["x = 1"] * 13)
    assert alarm(book, f"{page.name}/{name}", "13 lines")


@pytest.mark.parametrize("output, words", [
    (new_output("stream", name="stderr", text="alas"), "wrote to stderr"),
    (new_output("stream", name="stdout", text="FutureWarning: old"), "FutureWarning"),
    (new_output("stream", name="stdout", text="in /home/someone/x.py"), "absolute path"),
    (new_output("stream", name="stdout", text="<f at 0x7f21c0ffee10>"), "address in memory"),
    (new_output("error", ename="KeyError", evalue="'x'", traceback=[]), "ends in an error"),
])
def test_an_output_that_is_an_accident(book, page, edit, output, words):
    name = first(page.code_cells, lambda cell: not cell.metadata.get("tags"))
    with edit(page.path, name) as cell:
        cell.outputs = [output]
    assert alarm(book, f"{page.name}/{name}", words)


@pytest.mark.parametrize("tag, words", [("solution", "begins with ✓"), ("NBVAL_SKIP", "without a reason")])
def test_a_tag_that_is_not_earned(book, page, edit, tag, words):
    name = first(page.code_cells, lambda cell: not cell.metadata.get("tags"))
    with edit(page.path, name) as cell:
        cell.metadata["tags"] = [tag]
    assert alarm(book, f"{page.name}/{name}", words)


def test_a_heading_without_a_target(book, page, edit):
    name = first(page.markdown_cells)
    with edit(page.path, name) as cell:
        cell.source += "\n\n## Untitled"
    assert alarm(book, f"{page.name}/{name}", "no explicit target", "Untitled")


def test_tags_that_differ_between_the_languages(book, page, edit):
    name = first(page.code_cells)
    with edit(page.path, name) as cell:
        cell.metadata["tags"] = ["hide-input"]
    assert alarm(book, f"{page.name}/{name}", "other metadata", "hide-input")


def test_a_target_that_differs_between_the_languages(book, page, edit):
    name = first(page.markdown_cells)
    with edit(page.path, name) as cell:
        cell.source = "(elsewhere)=\n" + cell.source.split("\n", 1)[1]
    assert alarm(book, f"{page.name}/{name}", "headings", "elsewhere")


def test_kinds_of_output_that_differ_between_the_languages(book, page, edit):
    name = first(page.code_cells, lambda cell: cell.outputs)
    with edit(page.path, name) as cell:
        cell.outputs = []
    assert alarm(book, f"{page.name}/{name}", "other outputs")


@pytest.mark.parametrize("name", ["extra.md", "extra.ipynb"])
def test_a_page_in_one_language_alone(book, page, name):
    shutil.copy(page.path, book / "en" / name)
    assert f"{name}: is in one language alone" in same_pages.problems(book)


def test_a_table_of_contents_of_one_language(book):
    (book / "en" / "_toc.yml").write_text("root: other\n")
    assert any("_toc.yml" in message and "other" in message for message in same_pages.problems(book))


def broken(page, change):
    """The messages about a page of which `change` altered the notebook in memory."""
    change(page.notebook)
    return "\n".join(cell_checks.problems(page))


def test_a_version_in_the_metadata(page):
    def add_version(notebook):
        notebook.metadata["language_info"]["version"] = "3.11"
    assert "metadata language_info" in broken(page, add_version)


def test_a_line_of_code_too_long_for_its_box(page):
    def lengthen(notebook):
        page.code_cells[0].source = "1\nx = " + 75 * "1"
    assert "line 2 has 79 letters, at most 78" in broken(page, lengthen)


def test_too_many_cells_hidden_from_nbval(page):
    def hide(notebook):
        for cell in page.code_cells[:3]:
            cell.metadata.update(tags=["nbval-ignore-output"], reason="chance")
    assert "at most 2" in broken(page, hide)


def test_a_comment_that_hides_a_cell_from_nbval(page):
    def comment(notebook):
        page.code_cells[0].source = "# NBVAL_SKIP\n1"
    assert "not a comment" in broken(page, comment)


def test_a_second_title(page):
    def add_title(notebook):
        page.markdown_cells[-1].source = "(x)=\n# X"
    assert "expected one title" in broken(page, add_title)


def test_a_target_that_stands_twice(page):
    def repeat(notebook):
        page.markdown_cells[-1].source = "(x)=\n## X\n\n(x)=\n## X"
    assert "target x stands twice" in broken(page, repeat)


def test_an_alt_text_without_a_figure(page):
    def forget(notebook):
        next(cell for cell in page.code_cells if alt_text(cell)).outputs = []
    assert "an alt text, but no figure" in broken(page, forget)


@pytest.mark.parametrize("tag", ["mistake", "solution"])
def test_a_chapter_without_its_parts(page, tag):
    def untag(notebook):
        for cell in page.cells:
            cell.metadata.pop("tags", None)
    assert f"no cell has the tag {tag}" in broken(page, untag)


def test_nbval_sees_an_output_that_the_code_does_not_give(small_book, edit):
    sound = small_book / "en" / "01-sum.ipynb"
    broken = shutil.copy(sound, sound.with_name("broken.ipynb"))
    with edit(broken, "total") as cell:
        cell.outputs[0]["text"] = cell.outputs[0]["text"].replace("16.50", "16.51")
    with edit(broken, "figure") as cell:
        cell.source = cell.source.replace("[1, 2]", "[1, 3]")       # the same output, but for the picture
    # The project's conftest.py, as a plugin: a kernel that does not start gets its second chance here too.
    options = ["--nbval", "-q", "-p", "no:cacheprovider", "-p", "conftest", "-c", os.devnull]
    environment = os.environ | {"PYTHONPATH": f"{BOOK.parent}{os.pathsep}{BOOK}"}
    command = [sys.executable, "-m", "pytest", *options, sound, broken]
    run = subprocess.run(command, cwd=small_book, env=environment, capture_output=True, text=True)
    assert "2 failed, 6 passed" in run.stdout, run.stdout + run.stderr
    assert "broken.ipynb::Cell 0" in run.stdout and "sum: 16.51" in run.stdout
    assert "broken.ipynb::Cell 1" in run.stdout and "mismatch 'text/x-figure-data'" in run.stdout
