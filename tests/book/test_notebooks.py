"""Every notebook of the book keeps its promises, and `execute.py` gives the same bytes each time."""

import cell_checks
import execute
import nbformat
import pytest
from notebooks import LANGUAGES, Page, headings, outside_fences, pages

PAGES = pages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_book_has_notebooks(language):
    assert pages(language=language)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.language}/{page.name}")
def test_cells_keep_their_promises(page):
    assert not (problems := cell_checks.problems(page)), "\n".join(problems)


def test_a_sound_notebook_has_no_problem(small_book):
    assert [cell_checks.problems(page) for page in pages(small_book)] == [[], []]


def test_executing_again_changes_no_byte(small_book, capsys):
    paths = execute.every_notebook(small_book)
    before = [path.read_bytes() for path in paths]
    assert execute.main(paths) == 0
    assert capsys.readouterr().out.count(": unchanged") == 2
    assert [path.read_bytes() for path in paths] == before


def test_outputs_hold_no_version_and_no_traceback(small_book):
    page = Page("en", small_book / "en" / "01-sum.ipynb")
    assert "version" not in page.notebook.metadata.language_info
    error, = page.code_cells[2].outputs
    assert error.traceback == ["ZeroDivisionError: division by zero"]


@pytest.mark.parametrize("source, message", [
    ("1 / 0", "cell total: ZeroDivisionError: division by zero"),
    ("import sys; print('alas', file=sys.stderr)", "cell total: wrote to stderr:\nalas"),
    ("import warnings; warnings.warn('old')", "UserWarning: old"),
    ("import os; os._exit(1)", "cell total: Kernel died"),
])
def test_a_cell_that_fails_is_named_and_the_file_left_alone(small_book, edit, capsys, source, message):
    path = small_book / "en" / "01-sum.ipynb"
    with edit(path, "total") as cell:
        cell.source = source
    before = path.read_bytes()
    assert execute.main([str(path)]) == 1
    error = capsys.readouterr().err
    assert str(path) in error and message in error
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir() if file.name.startswith(".")] == []


def test_a_notebook_that_is_not_there_is_named(tmp_path, capsys):
    assert execute.main([str(tmp_path / "none.ipynb")]) == 2
    assert "none.ipynb" in capsys.readouterr().err


def test_what_is_no_notebook_is_refused(tmp_path, capsys):
    path = tmp_path / "x.ipynb"
    path.write_text("half a notebo")
    assert execute.main([path]) == 1
    assert f"{path}: is no notebook" in capsys.readouterr().err


def test_a_notebook_without_ids_is_refused(small_book, capsys):
    path = small_book / "en" / "01-sum.ipynb"
    path.write_text(path.read_text("utf-8").replace('"id": "total",', ""), "utf-8")
    before = path.read_bytes()
    assert execute.main([path]) == 1
    assert "needs a name" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_neighboring_blocks_of_one_stream_become_one():
    out, more = (nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n"))
    other = nbformat.v4.new_output("display_data", data={"text/plain": "x"})
    last = nbformat.v4.new_output("stream", name="stdout", text="c\n")
    merged = execute.merge_streams([out, more, other, last])
    assert [output.get("text") for output in merged] == ["a\nb\n", None, "c\n"]


@pytest.mark.parametrize("source, lines", [
    ("a\n```python\n# no\n```\nb", ["a", "b"]),
    (":::{note} Mind\nthis\n```\nno\n```\n:::\nend", ["Mind", "this", "end"]),
    ("````{tip}\n```{note}\nin\n```\n````\nout", ["", "", "in", "out"]),
])
def test_code_is_left_out_and_directives_are_read(source, lines):
    assert outside_fences(source) == lines


def test_a_heading_knows_the_target_above_it():
    found = headings("(one)=\n# One\ntext\n## Two\n(three)=\n\n## Three\n```\n# no\n```")
    assert [(heading.level, heading.target) for heading in found] == [(1, "one"), (2, None), (2, "three")]
