"""Outputs: what only the checks read stays out of the page, and long lines that are sentences may break."""

import json

from docutils import nodes
from figure_data import MIME

# Characters of a row of numbers; what is longer is a message, which own.css breaks, here and in a page that runs.
LONGEST = 80


def without_data(app, docname, source):
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(MIME, None)
    source[0] = json.dumps(notebook)


def mark_sentences(app, doctree):
    for block in doctree.findall(nodes.literal_block):
        if {"stream", "stderr"} & set(block["classes"]) and max(map(len, block.astext().split("\n"))) > LONGEST:
            block["classes"].append("sentences")


def setup(app):
    app.connect("source-read", without_data)
    app.connect("doctree-read", mark_sentences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
