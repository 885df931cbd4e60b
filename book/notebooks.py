"""The book's pages as data: cells, prose, outputs, headings. Every check reads notebooks through here."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

BOOK = Path(__file__).parent
LANGUAGES = ("es", "en")
# The only notebook metadata that tools write by themselves; versions would differ between machines.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python",
                      "nbconvert_exporter": "python", "pygments_lexer": "ipython3"},
}

HEADING = re.compile(r"(#{1,6})\s+(.*)")
TARGET = re.compile(r"\(([^()\s]+)\)=\s*")
FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,}|:{3,})\s*(?:\{(?P<directive>[\w:-]+)\})?\s*(?P<title>.*)")
CODE = {None, "code", "code-block", "code-cell", "math", "figure", "image", "bibliography", "include"}
NAMED = {"component", "container", "moving-picture"}  # directives whose argument is a name, not words for readers


@dataclass(frozen=True)
class Page:
    """One notebook in one language."""

    language: str
    path: Path

    @property
    def name(self):
        return self.path.stem

    @cached_property
    def notebook(self):
        """As it is on disk: nbformat.read would invent ids that are missing."""
        return nbformat.reader.reads(self.path.read_text(encoding="utf-8"))

    @property
    def cells(self):
        return self.notebook.cells

    @property
    def code_cells(self):
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def markdown_cells(self):
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    def label(self, cell):
        """How a message names a cell: en/01-convolution/three-loops."""
        return f"{self.language}/{self.name}/{cell.get('id', 'a cell without an id')}"

    def sections(self):
        """The cells as lists, one for each `##` section, and one for what stands before the first."""
        sections = [[]]
        for cell in self.cells:
            if cell.cell_type == "markdown" and any(h.level == 2 for h in headings(cell.source)):
                sections.append([])
            sections[-1].append(cell)
        return sections


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    target: str | None      # the explicit target above it, or None


def pages(book=BOOK, language=None):
    """Folder of the book -> its notebooks as a list of Page, of one language or of both."""
    languages = [language] if language else LANGUAGES
    return [Page(one, path) for one in languages for path in sorted((book / one).glob("*.ipynb"))]


def markdown_pages(book, language):
    """Folder of the book -> {name: path} of the pages without code, the README among them."""
    readme = book.parent / {"es": "README.es.md", "en": "README.md"}[language]
    paths = {path.stem: path for path in sorted((book / language).glob("*.md"))}
    return paths | ({"README": readme} if readme.exists() else {})


def tags(cell):
    return cell.metadata.get("tags", [])


def alt_text(cell):
    """The text that stands for a cell's figure, or ""; the texts of frames, one a line."""
    text = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    return text if isinstance(text, str) else "\n".join(text)


def caption(cell):
    return cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")


def prose(cell):
    """What a reader reads of a cell as text: its Markdown, or the alt text and the caption of its figure."""
    if cell.cell_type == "markdown":
        return cell.source
    return "\n\n".join(text for text in (alt_text(cell), caption(cell)) if text)


def outside_fences(source):
    """Markdown -> its lines without fenced code. The inside of a directive, {note} or {tip}, is kept."""
    lines, fences = [], []      # fences that are open: (its mark, is it code?)
    for line in source.splitlines():
        match = FENCE.match(line)
        if match and fences and line.strip() == fences[-1][0]:
            fences.pop()
        elif fences and fences[-1][1]:
            continue
        elif match:
            is_code = match["directive"] in CODE
            fences.append((match["mark"], is_code))
            lines += [] if is_code or match["directive"] in NAMED else [match["title"]]
        else:
            lines.append(line)
    return lines


def headings(source):
    """Markdown -> list of Heading, in order."""
    found, target = [], None
    for line in outside_fences(source):
        if match := HEADING.fullmatch(line):
            found.append(Heading(len(match[1]), match[2].strip(), target))
        if line.strip():
            target_line = TARGET.fullmatch(line)
            target = target_line[1] if target_line else None
    return found


def output_texts(output):
    """The texts in one stored output, figures and raw HTML tags left out."""
    if output.output_type == "stream":
        return [output.text]
    if output.output_type == "error":
        return [f"{output.ename}: {output.evalue}"]
    html = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", output.data.get("text/html", ""), flags=re.S)
    return [output.data.get("text/plain", ""), output.data.get("text/markdown", ""), html]


def pictures(cell):
    """The images among a cell's outputs, in order, as they are stored: base64 text, or SVG."""
    return [content for output in cell.outputs for kind, content in output.get("data", {}).items()
            if kind.startswith("image/")]
