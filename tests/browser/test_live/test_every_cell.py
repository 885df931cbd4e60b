"""Every cell of every chapter gives in the page what the book stores, and each exercise tells wrong from right."""

import re

import pytest
from live_outputs import differences
from nbformat import from_dict
from notebooks import pages, tags

CHAPTERS = list(pages())


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: f"{page.language}-{page.name}")
def test_every_cell_runs_as_in_the_book(page, open_live, clock):
    live = open_live(f"{page.language}/{page.name}")
    live.wait(page.code_cells[0].id)
    clock("first output")
    live.wait_all()
    clock("whole page")
    ran = {cell["id"]: from_dict(cell) for cell in live.notebook()["cells"]}
    wrong = {cell.id: found for cell in page.code_cells
             if (found := differences(ran[cell.id]["outputs"], cell.outputs))}
    assert wrong == {}
    for name, verdicts in tried(live, page).items():
        assert [verdict[:1] for verdict in verdicts] == ["✗", "✓"], f"{name}: {verdicts}"


def tried(live, page):
    """The exercises of a page -> what the check says of a wrong and of the right answer, each typed into its cell."""
    solutions = {exercise(cell): cell for cell in page.code_cells if "solution" in tags(cell) and exercise(cell)}
    unsolved = [cell for cell in page.code_cells if "= None" in cell.source and "solution" not in tags(cell)]
    answers = {exercise(cell): cell for cell in unsolved}
    assert len(answers) >= 4 and answers.keys() <= solutions.keys()
    verdicts = {}
    for name, cell in answers.items():
        verdicts[name] = []
        for code in (cell.source.replace("= None", '= "?"'), solutions[name].source):
            live.write(cell.id, code)
            live.run(cell.id)
            verdicts[name].append(live.output(cell.id).strip())
    return verdicts


def exercise(cell):
    """The name of the exercise that a cell checks, or None."""
    found = re.search(r'check\("(\d\d-\d)"', cell.source)
    return found and found[1]
