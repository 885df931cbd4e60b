"""Images that are light and do not move the text: as WebP, with width and height, loaded when they come near."""

import io
import re
from pathlib import Path

import imagesize
from PIL import Image


def sized(tag: str, page: Path) -> str:
    """An img tag with the size of its file; a tag with a size or with another source is left alone."""
    source = re.search(r'\bsrc="([^":]+)"', tag)
    if not source or re.search(r"\b(width|height)=", tag):
        return tag
    width, height = imagesize.get(page.parent / source[1])
    size = f' width="{width}" height="{height}"' if width > 0 else ""
    return re.sub(r"\s*/?>$", size + ' loading="lazy">', tag)


def as_webp(png: Path):
    """Put the lighter of two WebP pictures in the place of a PNG: exact for drawings, nearly so for photographs."""
    with Image.open(png) as opened:
        picture = opened.convert("RGB")
    packed = [io.BytesIO(), io.BytesIO()]
    picture.save(packed[0], "webp", lossless=True)
    picture.save(packed[1], "webp", quality=90)
    png.with_suffix(".webp").write_bytes(min((each.getvalue() for each in packed), key=len))
    png.unlink()


def size_images(app, error):
    if error or app.builder.name != "html":
        return
    for png in (Path(app.outdir) / "_images").glob("*.png"):
        as_webp(png)
    for page in Path(app.outdir).glob("*.html"):
        html = re.sub(r'(src="_images/[^"]+\.)png"', r'\1webp"', page.read_text("utf-8"))
        parts = re.split(r"(<img\b[^>]*>)", html)
        parts[1::2] = [sized(tag, page) for tag in parts[1::2]]
        page.write_text("".join(parts), "utf-8")


def setup(app):
    app.connect("build-finished", size_images, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
