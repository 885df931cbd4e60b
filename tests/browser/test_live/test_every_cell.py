"""Every cell of every chapter gives in the page what the book stores, and each exercise tells wrong from right."""

import importlib
import re

import pytest
from live_outputs import differences
from nbformat import from_dict
from notebooks import pages, tags

from cnnlib.exercises import RIGHT, check

CHAPTERS = list(pages())
WRONG = {"0": 0, "lambda *arguments: 0": lambda *arguments: 0}  # as typed into the page, and as checked here


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: f"{page.language}-{page.name}")
def test_every_cell_runs_as_in_the_book(page, open_live, clock):
    live = open_live(f"{page.language}/{page.name}")
    live.wait(page.code_cells[0].id)
    clock("first output", live.clicked)
    live.wait_all()
    clock("whole page", live.clicked)
    ran = {cell["id"]: from_dict(cell) for cell in live.notebook()["cells"]}
    wrong = {cell.id: found for cell in page.code_cells
             if (found := differences(ran[cell.id]["outputs"], cell.outputs))}
    assert wrong == {}
    verdicts = tried(live, page)
    assert verdicts.keys() == importlib.import_module(f"cnnlib.exercises.chapter{page.name[:2]}").EXERCISES.keys()
    for name, said in verdicts.items():
        hints = [check(name, answer, page.language).message for answer in WRONG.values()]
        assert said == [*(hint.replace("`", "") for hint in hints), RIGHT[page.language]], name
    clock("exercises", live.clicked)


def tried(live, page):
    """The exercises of a page -> what the check says of two wrong answers and the right one, typed into its cell."""
    solutions = {exercise(cell): cell for cell in page.code_cells if "solution" in tags(cell) and exercise(cell)}
    unsolved = [cell for cell in page.code_cells if "= None" in cell.source and "solution" not in tags(cell)]
    verdicts = {}
    for cell in unsolved:
        codes = [cell.source.replace("= None", f"= {wrong}") for wrong in WRONG]
        verdicts[exercise(cell)] = [verdict(live, cell, code) for code in (*codes, solutions[exercise(cell)].source)]
    return verdicts


def verdict(live, cell, code):
    """What the page shows below a cell after this code was typed into it and run."""
    live.write(cell.id, code)
    live.run(cell.id)
    return live.output(cell.id).strip()


def exercise(cell):
    """The name of the exercise that a cell checks, or None."""
    found = re.search(r'check\("(\d\d-\d)"', cell.source)
    return found and found[1]
