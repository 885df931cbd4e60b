"""Images that are light and do not move the text: as WebP, with width and height, loaded when they come near.

A wide picture gets a box: on a phone own.css lets it scroll there, with letters that can be read.
"""

import io
import re
from pathlib import Path

import imagesize
from PIL import Image

WIDE = 550  # pixels: at 0.65 of its size, as own.css shows it, such a picture is as wide as a phone
PICTURE = re.compile(r'(<figure\b[^>]*>\s*)(<img\b[^>]*\bwidth="(\d+)"[^>]*>)')


def sized(tag: str, page: Path) -> str:
    """An img tag with the size of its file; a tag with a size or with another source is left alone."""
    source = re.search(r'\bsrc="([^":]+)"', tag)
    if not source or re.search(r"\b(width|height)=", tag):
        return tag
    width, height = imagesize.get(page.parent / source[1])
    size = f' width="{width}" height="{height}"' if width > 0 else ""
    return re.sub(r"\s*/?>$", size + ' loading="lazy">', tag)


def boxed(html: str) -> str:
    """A page -> the same with its wide pictures in boxes; tab-stops.js makes a box that scrolls a tab stop."""
    return PICTURE.sub(
        lambda found: f'{found[1]}<div class="wide">{found[2]}</div>' if int(found[3]) > WIDE else found[0], html)


def webp(picture: Image.Image, **how) -> bytes:
    """A picture, packed. Method 2 of 6 takes two thirds of the time that 4 takes, and 1 to 4 % more bytes."""
    packed = io.BytesIO()
    picture.save(packed, "webp", method=2, **how)
    return packed.getvalue()


def as_webp(png: Path):
    """Put a lighter picture in the place of a PNG: nearly exact for photographs, exact for drawings."""
    with Image.open(png) as opened:
        picture = opened.convert("RGB")
    smallest = webp(picture, quality=90)
    if len(smallest) > png.stat().st_size / 3:  # no photograph; those take a quarter of the time in the exact form
        smallest = min(smallest, webp(picture, lossless=True), key=len)
    png.with_suffix(".webp").write_bytes(smallest)
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
        page.write_text(boxed("".join(parts)), "utf-8")


def setup(app):
    app.connect("build-finished", size_images, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
