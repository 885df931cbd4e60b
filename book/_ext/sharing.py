"""The picture that goes with a link to a page: the first one of its chapter, in the size that others show."""

import re
from pathlib import Path

from front import card, pictures

SIZE = (1200, 630)


def add_picture(app, pagename, templatename, context, doctree):
    """Save the picture and tell the template its address: only a book with an address is linked to."""
    chapter = pagename if re.match(r"\d\d-", pagename) else "01-convolution"
    notebook = Path(app.srcdir) / f"{chapter}.ipynb"
    if app.config.html_baseurl and doctree and notebook.exists():
        name = f"_static/share/{chapter}.jpg"
        target = Path(app.outdir) / name
        if not target.exists():  # several pages share the first chapter's
            target.parent.mkdir(parents=True, exist_ok=True)
            _, (picture, *_) = next(pictures(notebook))
            card(picture, SIZE).save(target, quality=85)
        context["picture"] = app.config.html_baseurl + name


def setup(app):
    app.connect("html-page-context", add_picture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
