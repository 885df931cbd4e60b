"""What must be equal in the two languages of a page, whatever its words.

The file names and the table of contents; the cell ids, types and tags; the code as a syntax tree (comments,
string literals and the order of values inside an f-string set aside); the kinds of the outputs and the
numbers in them; the data behind the figures; the levels and targets of the headings.
"""

import ast
import re

import figure_data
from notebooks import BOOK, LANGUAGES, alt_text, caption, headings, output_texts, pages

# Metadata that is written for readers, so that it differs between the languages.
TRANSLATED = {"alt", "caption", "code_prompt_show", "code_prompt_hide", "description"}
ROOM_FOR_WORDS = 0.02   # how much a drawing may move, in parts of its range, because a word is longer
NUMBER = re.compile(r"\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


def problems(book=BOOK):
    """Folder of the book -> list of messages, empty when the two languages agree."""
    names = {language: file_names(book, language) for language in LANGUAGES}
    found = [f"{name}: is in one language alone" for name in sorted(names["es"] ^ names["en"])]
    by_name = {language: {page.path.name: page for page in pages(book, language)} for language in LANGUAGES}
    for name in sorted(names["es"] & names["en"]):
        if name.endswith(".ipynb"):
            found += page_problems(by_name["es"][name], by_name["en"][name])
        else:
            es, en = ((book / language / name).read_text(encoding="utf-8") for language in LANGUAGES)
            found += [f"{name}: {problem}" for problem in heading_problems(es, en)]
    entries = [contents(book / language / "_toc.yml") for language in LANGUAGES]
    if entries[0] != entries[1]:
        found.append(f"_toc.yml: {entries[0]} in es, {entries[1]} in en")
    return found


def page_problems(es, en):
    """Two pages of one name -> list of messages about what is not equal."""
    ids = [[cell.get("id") for cell in page.cells] + ["the end"] for page in (es, en)]
    if ids[0] != ids[1]:
        pairs = enumerate(zip(*ids, strict=False), 1)
        place, (one, two) = next(item for item in pairs if item[1][0] != item[1][1])
        return [f"{es.name}: cell {place} is {one} in es and {two} in en"]
    found = []
    for one, two in zip(es.cells, en.cells, strict=True):
        found += [f"{es.name}/{one.get('id')}: {problem}" for problem in cell_problems(one, two)]
    return found


def cell_problems(es, en):
    """Two cells of one id -> list of messages about what is not equal."""
    if es.cell_type != en.cell_type:
        return [f"{es.cell_type} in es, {en.cell_type} in en"]
    found = []
    if without_words(es.metadata) != without_words(en.metadata):
        found.append(f"other metadata: {dict(es.metadata)} in es, {dict(en.metadata)} in en")
    if es.cell_type == "markdown":
        return found + heading_problems(es.source, en.source)
    for what, read in (("alt text", alt_text), ("caption", caption)):
        if read(es) and read(es) == read(en):
            found.append(f"the same {what} in both languages: {read(es)!r}")
    return found + code_problems(es.source, en.source) + output_problems(es.outputs, en.outputs)


def without_words(metadata):
    """Metadata -> the same, with the texts that readers see left blank."""
    if not isinstance(metadata, dict):
        return metadata
    return {key: "" if key in TRANSLATED else without_words(value) for key, value in metadata.items()}


def heading_problems(es, en):
    """Two Markdown texts -> a message if levels or explicit targets of their headings differ."""
    outlines = [[("#" * heading.level, heading.target) for heading in headings(text)] for text in (es, en)]
    return [] if outlines[0] == outlines[1] else [f"headings: {outlines[0]} in es, {outlines[1]} in en"]


def code_problems(es, en):
    """The code of two cells -> a message if it differs in more than comments and texts."""
    try:
        same = code_shape(es) == code_shape(en)
    except SyntaxError as error:
        return [f"is not plain Python: {error}"]
    return [] if same else [f"other code\n--- es\n{es}\n--- en\n{en}"]


def code_shape(source):
    """Python source -> its syntax tree as text, without comments and what strings say."""
    return ast.dump(Shape().visit(ast.parse(source)))


class Shape(ast.NodeTransformer):
    """Takes the words out of a syntax tree: strings become empty, an f-string's values lose their order."""

    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        values = [self.visit(part) for part in node.values if isinstance(part, ast.FormattedValue)]
        return ast.JoinedStr(sorted(values, key=ast.dump))

    def visit_FormattedValue(self, node):
        spec = node.format_spec and ast.Constant(ast.dump(node.format_spec))    # ".4f" says no word
        return ast.FormattedValue(self.visit(node.value), node.conversion, spec)


def output_problems(es, en):
    """The outputs of two cells -> a message if their kinds or their numbers differ."""
    if kinds(es) != kinds(en):
        return [f"other outputs: {kinds(es)} in es, {kinds(en)} in en"]
    if numbers(es) != numbers(en):
        return [f"other numbers in the outputs: {numbers(es)} in es, {numbers(en)} in en"]
    return [f"other data behind the figures\n--- es\n{one}\n--- en\n{two}"
            for one, two in zip(figures(es), figures(en), strict=True)
            if not figure_data.close(one, two, ROOM_FOR_WORDS)]


def figures(outputs):
    """Outputs -> what each figure shows, as figure_data describes it."""
    return [output.data[figure_data.MIME] for output in outputs if figure_data.MIME in output.get("data", {})]


def kinds(outputs):
    return [(output.output_type, sorted(output.get("data", {}))) for output in outputs]


def numbers(outputs):
    """Outputs -> the numbers in them, sorted: a sentence may put them in another order."""
    return sorted(NUMBER.findall(" ".join(text for output in outputs for text in output_texts(output))))


def file_names(book, language):
    return {path.name for pattern in ("*.ipynb", "*.md") for path in (book / language).glob(pattern)}


def contents(path):
    """Table of contents -> the files it names, in order."""
    return re.findall(r"^[\s-]*(?:root|file):\s*(\S+)", path.read_text(encoding="utf-8"), flags=re.M)
