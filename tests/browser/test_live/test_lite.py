"""JupyterLite: a chapter opens as a notebook from its page, and gives there what the book stores."""

import time

import pytest
from chromium import wait_until
from live_outputs import differences
from nbformat import from_dict
from notebooks import BOOK, Page

NAME = "02-small-matrices"
RUN = "() => { jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.ran = true; }); }"
READ = "() => jupyterapp.shell.currentWidget.context.model.toJSON()"
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"


def joined(outputs):
    """Outputs, the neighbors of one stream in one piece."""
    found = []
    for output in map(from_dict, outputs):
        if found and output.output_type == "stream" and found[-1].get("name") == output.name:
            found[-1].text += output.text
        else:
            found.append(output)
    return found


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_notebook_opens_from_its_page_and_runs(language, open_live, troubles, clock):
    page = open_live(f"{language}/{NAME}", query="?plain", run=False).page
    clicked = time.monotonic()
    page.click(".live a")
    wait_until(page, IDLE, seconds=240)
    clock("kernel idle", clicked)
    assert not page.evaluate("crossOriginIsolated"), "as on a public site"
    page.evaluate(RUN)
    wait_until(page, "window.ran", seconds=240)
    clock("whole notebook", clicked)
    ran = {cell["id"]: joined(cell["outputs"]) for cell in page.evaluate(READ)["cells"] if cell["cell_type"] == "code"}
    stored = Page(language, BOOK / language / f"{NAME}.ipynb").code_cells
    assert {cell.id: found for cell in stored if (found := differences(ran[cell.id], cell.outputs))} == {}
    assert [trouble for trouble in troubles if trouble.startswith(("foreign", "failed"))] == []
    troubles.clear()  # JupyterLab itself talks a lot
