"""What only the checks read of an output stays out of the page: the data behind the figures."""

import json

from figure_data import MIME


def without_data(app, docname, source):
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(MIME, None)
    source[0] = json.dumps(notebook)


def setup(app):
    app.connect("source-read", without_data)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
