"""A small book of one chapter in two languages, executed once, for the checks to be tried on."""

import shutil
from textwrap import dedent

import execute
import nbformat
import pytest
import twins
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

WORDS = {
    "es": {
        "title": "# Una suma\n\nLa suma vale 16.5 y la proporción, un 25 %.",
        "numbers": "## Números\n\nSon 61\u202f706 pesos. La suma vale 16.5.",
        "why": "suma",
        "alt": "Una recta que sube.",
        "mistake": "## Errores comunes",
    },
    "en": {
        "title": "# A sum\n\nThe sum is 16.5, the share 25%.",
        "numbers": "## Numbers\n\nThere are 61,706 weights. The sum is 16.5.",
        "why": "sum",
        "alt": "A line that rises.",
        "mistake": "## Common mistakes",
    },
}


def small_notebook(words):
    """Texts of one language -> a notebook, not executed yet."""
    def code(name, source, **metadata):
        return new_code_cell(dedent(source).strip(), id=name, metadata=metadata)

    return new_notebook(cells=[
        new_markdown_cell(f"(sum)=\n{words['title']}", id="title", metadata={"numbers": {"from": ["total"]}}),
        new_markdown_cell(f"(numbers)=\n{words['numbers']}", id="numbers"),
        code("total", f"""
            total = 16.2 + 0.3  # {words['why']}
            print(f"{words['why']}: {{total:.2f}}, {{61706:,}}, {{1 / 4}}")
        """),
        code("figure", """
            import matplotlib.pyplot as plt
            plt.plot([1, 2])
            plt.show()
        """, mystnb={"image": {"alt": words["alt"]}}),
        new_markdown_cell(f"(mistakes)=\n{words['mistake']}", id="mistakes"),
        code("divide-by-zero", "1 / 0", tags=["mistake", "raises-exception"]),
        code("solved", "print('✓', total)", tags=["solution"]),
    ])


@pytest.fixture(scope="session")
def executed_book(tmp_path_factory):
    book = tmp_path_factory.mktemp("small") / "book"
    for language, words in WORDS.items():
        (book / language).mkdir(parents=True)
        (book / language / "_toc.yml").write_text("root: 01-sum\n")
        nbformat.write(small_notebook(words), book / language / "01-sum.ipynb")
    assert execute.main(execute.every_notebook(book)) == 0
    assert twins.main([], book) == 0
    return book


@pytest.fixture
def small_book(executed_book, tmp_path):
    """A copy that a test may break."""
    return shutil.copytree(executed_book, tmp_path / "book")


@pytest.fixture
def edit():
    """edit(path, cell id) -> a context that gives the cell to change, then writes the notebook."""
    from contextlib import contextmanager

    @contextmanager
    def edit_cell(path, name):
        notebook = nbformat.read(path, as_version=4)
        yield next(cell for cell in notebook.cells if cell.id == name)
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")

    return edit_cell
