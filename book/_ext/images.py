"""Images that do not move the text: each gets its width and height, and is loaded when it comes near."""

import re
from pathlib import Path

import imagesize


def sized(tag: str, page: Path) -> str:
    """An img tag with the size of its file; a tag with a size or with another source is left alone."""
    source = re.search(r'\bsrc="([^":]+)"', tag)
    if not source or re.search(r"\b(width|height)=", tag):
        return tag
    width, height = imagesize.get(page.parent / source[1])
    size = f' width="{width}" height="{height}"' if width > 0 else ""
    return re.sub(r"\s*/?>$", size + ' loading="lazy">', tag)


def size_images(app, error):
    if error or app.builder.name != "html":
        return
    for page in Path(app.outdir).glob("*.html"):
        parts = re.split(r"(<img\b[^>]*>)", page.read_text("utf-8"))
        parts[1::2] = [sized(tag, page) for tag in parts[1::2]]
        page.write_text("".join(parts), "utf-8")


def setup(app):
    app.connect("build-finished", size_images, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
