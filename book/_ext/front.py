"""The pictures of the front page, taken from the outputs of the chapters.

    ```{moving-picture} 01-convolution loops-animated
    :alt: A window slides over an image.
    ```

shows the frames of a cell one after the other, once; who wants no motion sees the last.

    ```{chapters}
    1. [](01-convolution.ipynb). One sentence.
    ```

gives each item of a list the first picture of its chapter.
"""

import base64
import io
import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst.directives import unchanged_required
from PIL import Image, ImageOps
from sphinx.util.docutils import SphinxDirective

THUMBNAIL, FRAME_TIME = (480, 270), 500  # pixels, milliseconds: what moves for less than five seconds needs no button
IMG = '<img src="_static/front/{name}" alt="{alt}" width="{width}" height="{height}" loading="lazy">'


def pictures(notebook: Path) -> Iterator[tuple[dict, list[Image.Image]]]:
    """A notebook -> its cells with pictures, each with its pictures; those that nobody asks for stay packed."""
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        data = (output.get("data", {}) for output in cell.get("outputs", []))
        pngs = [base64.b64decode("".join(each["image/png"])) for each in data if "image/png" in each]
        if pngs:
            yield cell, [Image.open(io.BytesIO(png)).convert("RGB") for png in pngs]


def card(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture -> the same on a white ground of a size, with a margin."""
    margin = size[1] // 25
    inner = ImageOps.pad(picture, (size[0] - 2 * margin, size[1] - 2 * margin), Image.Resampling.LANCZOS, "white")
    return ImageOps.expand(inner, margin, "white")


def img(name: str, alt: str, size: tuple[int, int]) -> str:
    return IMG.format(name=name, alt=escape(alt), width=size[0], height=size[1])


class FrontPicture(SphinxDirective):
    """What both directives need: the pictures of a chapter, and a folder for their own."""

    def pictures(self, chapter: str):
        return pictures(Path(self.env.srcdir) / f"{chapter}.ipynb")

    def save(self, picture: Image.Image, name: str, **how):
        path = Path(self.env.app.outdir) / "_static/front" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, **how)


class MovingPicture(FrontPicture):
    """A chapter and a cell -> its frames as one picture that moves once."""

    required_arguments = 2
    option_spec = {"alt": unchanged_required}

    def run(self):
        chapter, name = self.arguments
        frames = next(found for cell, found in self.pictures(chapter) if cell["id"] == name)
        self.save(frames[-1], "still.webp", lossless=True)
        self.save(frames[0], "moving.webp", save_all=True, append_images=frames[1:], lossless=True,
                  duration=FRAME_TIME, loop=1)
        html = ('<figure class="moving-picture"><picture>'
                '<source srcset="_static/front/still.webp" media="(prefers-reduced-motion: reduce)">'
                f'{img("moving.webp", self.options["alt"], frames[0].size)}</picture></figure>')
        return [nodes.raw("", html, format="html")]


class Chapters(FrontPicture):
    """A list of chapters -> the same list with a picture for each."""

    has_content = True

    def run(self):
        found = nodes.container(classes=["chapter-cards"])
        self.state.nested_parse(self.content, self.content_offset, found)
        names = re.findall(r"\((\d\d-[\w-]+)\.ipynb\)", "\n".join(self.content))
        for item, name in zip(found.findall(nodes.list_item), names, strict=True):
            item.insert(0, nodes.raw("", self.thumbnail(name), format="html"))
        return [found]

    def thumbnail(self, chapter: str) -> str:
        cell, found = next(self.pictures(chapter))
        self.save(card(found[0], THUMBNAIL), f"{chapter}.webp", quality=85)
        return img(f"{chapter}.webp", cell["metadata"]["mystnb"]["image"]["alt"], THUMBNAIL)


def setup(app):
    app.add_directive("moving-picture", MovingPicture)
    app.add_directive("chapters", Chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
