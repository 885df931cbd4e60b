"""The button that makes a chapter run in the page, and the script with the chapter's cells that its click loads."""

import json
from html import escape
from pathlib import Path

import launch
import live_kit
from docutils import nodes
from outputs import LONGEST
from sphinx.errors import ExtensionError
from texts import LIVE_TEXTS, TEXTS

BAR = """<div class="live" data-page="{language}/{name}" data-loading="{live_loading}" data-offline="{live_offline}"
data-saved="{live_saved}">
<button type="button" class="btn btn-outline-primary">{run_page}</button>
<a class="btn" href="../lite/notebooks/index.html?path={language}/{name}.ipynb">{lite}</a>
{elsewhere}
<p class="live-note">{note}</p>
<p role="status"></p>
</div>
"""


def source(app, docname) -> dict:
    """The notebook of a page, without outputs, each text in one string."""
    notebook = json.loads(Path(app.env.doc2path(docname)).read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        cell.pop("outputs", None)
    return notebook


def is_cell(node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def add_button(app, doctree, docname):
    """Put the button below the title of a page that has cells, and its cells into a script of their own."""
    if app.builder.name != "html" or not (shown := len(list(doctree.findall(is_cell)))):
        return
    notebook = source(app, docname)
    cells = sum(cell["cell_type"] == "code" for cell in notebook["cells"])
    if shown != cells:
        raise ExtensionError(f"{docname}: {cells} cells in the notebook and {shown} on the page; each must be shown")
    language = app.config.language
    texts = TEXTS[language] | {"note": note(language, megabytes(notebook))}
    bar = BAR.format(language=language, name=docname, elsewhere=elsewhere(launch.repository(), language, docname),
                     **{key: escape(text) for key, text in texts.items()})
    title = next(doctree.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", bar, format="html"))
    content = {"language": language, "name": docname, "texts": LIVE_TEXTS[language], "longest": LONGEST,
               "notebook": notebook}
    folder = Path(app.outdir) / "live"
    folder.mkdir(exist_ok=True)
    (folder / f"{docname}.js").write_text(f"window.livePage = {json.dumps(content)};\n", "utf-8")


def elsewhere(repository: dict, language: str, name: str) -> str:
    """The buttons that open a chapter in Binder and Colab; none while the book has no repository."""
    places = launch.places(repository, language, name).items()
    return "\n".join(f'<a class="btn" href="{escape(address)}">{place}</a>' for place, address in places)


def megabytes(notebook: dict) -> int:
    """About how much a page loads, compressed as servers do: the classifier brings scikit-learn along."""
    return 39 if any("CNNClassifier" in cell["source"] for cell in notebook["cells"]) else 20


def note(language: str, size: int) -> str:
    """Which address the page will contact, if any, for how much, and what stays here."""
    text = TEXTS[language]["live_note_local" if live_kit.local_copy() else "live_note"]
    return text.format(host=live_kit.HOST, size=size)


def add_script(app, pagename, templatename, context, doctree):
    """Load the script on the pages that have cells, and on no other."""
    if doctree and any(is_cell(node) for node in doctree.findall(nodes.container)):
        app.add_js_file("live.js")


def setup(app):
    app.connect("doctree-resolved", add_button)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
