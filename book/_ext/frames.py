"""The figures that a cell tagged `frames` shows one after the other: one figure, a strip or a player.

The page holds all frames and the buttons. On paper and without scripts frames.css lays them out as a strip;
with scripts it shows one at a time, and frames.js answers the buttons. The alt text is a list, one for each frame.
"""

import json
from html import escape

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from texts import TEXTS

CONTROLS = """<div class="frames-controls">
<button type="button" aria-label="{previous_frame}"><i class="fa-solid fa-backward-step"></i></button>
<button type="button" aria-label="{play}" aria-pressed="false"><i class="fa-solid fa-play"></i>\
<i class="fa-solid fa-pause"></i></button>
<button type="button" aria-label="{next_frame}"><i class="fa-solid fa-forward-step"></i></button>
<input type="range" aria-label="{frame}" aria-valuetext="1 / {count}" min="1" max="{count}" value="1"
autocomplete="off">
<output><span>1 / {count}</span><span class="sr-only"></span></output>
</div>
"""


def is_frames(metadata) -> bool:
    return "frames" in metadata.get("tags", [])


def put_aside(app, docname, source):
    """Move the name and the alt texts to where myst-nb does not look: it would give them to every frame."""
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        if is_frames(metadata := cell["metadata"]):
            try:
                own = metadata["mystnb"]
                metadata["frames"] = {"name": own["figure"].pop("name"), "alt": own["image"].pop("alt")}
            except KeyError as error:
                raise ExtensionError(f"{docname}/{cell['id']}: frames need {error} in metadata mystnb") from None
    source[0] = json.dumps(notebook)


class Frames(SphinxTransform):
    """Make one figure of the figures of a cell."""

    default_priority = 200  # before Sphinx gives each figure an id

    def apply(self):
        for cell in list(self.document.findall(nodes.container)):
            if is_frames(metadata := cell.get("cell_metadata", {})):
                self.join(list(cell.findall(nodes.figure)), **metadata["frames"])

    def join(self, figures: list[nodes.figure], name: str, alt: list[str]):
        """Leave the first figure, with the images of all, the buttons and one caption."""
        figure, *others = figures
        caption = figure.children[-1]
        frames = [nodes.container("", one.children[0], classes=["frame"]) for one in figures]
        frames[0]["classes"].append("shown")
        for frame, words in zip(frames, alt, strict=True):
            frame.next_node(nodes.image)["alt"] = words
        figure.children = []
        figure += [nodes.container("", *frames, classes=["frames-strip"]), self.controls(len(frames)), caption]
        figure["classes"].append("frames")
        figure["names"].append(name)
        self.document.note_explicit_target(figure, figure)
        for other in others:
            other.parent.remove(other)

    def controls(self, count: int) -> nodes.raw:
        texts = {key: escape(text) for key, text in TEXTS[self.config.language].items()}
        return nodes.raw("", CONTROLS.format(count=count, **texts), format="html")


def add_script(app, pagename, templatename, context, doctree):
    """Load the script on the pages that have frames, and on no other."""
    if doctree and any("frames" in figure["classes"] for figure in doctree.findall(nodes.figure)):
        app.add_js_file("frames.js")


def setup(app):
    app.connect("source-read", put_aside)
    app.add_transform(Frames)
    app.add_css_file("frames.css")
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
