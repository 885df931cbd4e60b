"""What every notebook promises about its cells.

Each check takes a Page and returns messages, none if all is well; `problems(page)` runs them all. A message
begins with the cell's name, en/01-convolution/three-loops.
"""

import re
from base64 import b64decode
from io import BytesIO

import figure_data
import imagesize
from notebooks import METADATA, alt_text, headings, output_texts, pictures, tags

LINES = 12
LETTERS = 78    # of a line of code: it fits its box on a desk and on paper
FRAMES = range(4, 10)
FRAME_BYTES = 15_000
NBVAL_EXCEPTIONS = 2
ID = re.compile(r"[a-z][a-z0-9-]*")
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f-]+)?")          # as Jupyter makes them
NBVAL_TAG = re.compile(r"nbval[-_](skip|ignore[-_]output)", re.I)
MACHINE = {
    "an absolute path": re.compile(r"(?<![\w.:/])/[A-Za-z]\w*/[\w./-]+|\b[A-Z]:\\\w+"),
    "an address in memory": re.compile(r"\b0x[0-9a-f]{6,}"),
}
WARNING = re.compile(r"\b\w*Warning\b")


def problems(page):
    """One page -> messages of all the checks below."""
    if ids := id_problems(page):
        return ids      # no other message could name its cell
    checks = (metadata_problems, execution_problems, length_problems, output_problems, figure_problems,
              frame_problems, exception_problems, anatomy_problems, heading_problems)
    return [message for check in checks for message in check(page)]


def id_problems(page):
    """Every cell has a name of its own, chosen by a person."""
    found, seen = [], set()
    for place, cell in enumerate(page.cells, 1):
        name = cell.get("id")
        where = f"{page.language}/{page.name}/{name or f'cell {place}'}"
        if not name or not ID.fullmatch(name) or RANDOM_ID.fullmatch(name):
            found.append(f"{where}: needs a name like three-loops for an id")
        elif name in seen:
            found.append(f"{where}: two cells have this id")
        seen.add(name)
    return found


def metadata_problems(page):
    """Kernel and language are written without versions, the same on every machine."""
    return [f"{page.language}/{page.name}: metadata {key} is {page.notebook.metadata.get(key)}, "
            f"expected {expected} (make execute)"
            for key, expected in METADATA.items() if page.notebook.metadata.get(key) != expected]


def execution_problems(page):
    """Every code cell ran, in order, from a fresh kernel."""
    return [f"{page.label(cell)}: execution count is {cell.execution_count}, expected {count} (make execute)"
            for count, cell in enumerate(page.code_cells, 1) if cell.execution_count != count]


def length_problems(page):
    """A code cell is short, and so are its lines."""
    found = []
    for cell in page.code_cells:
        lines = cell.source.rstrip().splitlines()
        if len(lines) > LINES:
            found.append(f"{page.label(cell)}: has {len(lines)} lines, at most {LINES}")
        found += [f"{page.label(cell)}: line {number} has {len(line)} letters, at most {LETTERS}"
                  for number, line in enumerate(lines, 1) if len(line) > LETTERS]
    return found


def output_problems(page):
    """No stored output is an accident: stderr, an error, a warning, something of one machine."""
    found = []
    for cell in page.code_cells:
        for output in cell.outputs:
            text = "\n".join(output_texts(output))
            if output.get("name") == "stderr":
                found.append(f"{page.label(cell)}: wrote to stderr: {text.strip()}")
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                found.append(f"{page.label(cell)}: ends in an error without the tag raises-exception: {text}")
            if "mistake" not in tags(cell) and (match := WARNING.search(text)):
                found.append(f"{page.label(cell)}: its output holds a {match[0]}")
            found += [f"{page.label(cell)}: its output holds {what}: {match[0]}"
                      for what, pattern in MACHINE.items() if (match := pattern.search(text))]
    return found


def figure_problems(page):
    """Every figure has a text that stands for it and the data behind it; no such text stands without a figure."""
    found = []
    for cell in page.code_cells:
        if pictures(cell) and not alt_text(cell).strip():
            found.append(f"{page.label(cell)}: a figure without alt text (metadata mystnb: image: alt)")
        if alt_text(cell) and not pictures(cell):
            found.append(f"{page.label(cell)}: an alt text, but no figure")
        if len(pictures(cell)) != sum(figure_data.MIME in output.get("data", {}) for output in cell.outputs):
            found.append(f"{page.label(cell)}: a picture without the data behind it (make execute)")
    return found


def frame_problems(page):
    """The frames of an animation are few, small and of one size; each has an alt text, all have one caption."""
    found = []
    for cell in page.code_cells:
        texts = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if "frames" in tags(cell):
            found += [f"{page.label(cell)}: {message}" for message in frame_messages(cell, texts)]
        elif isinstance(texts, list):
            found.append(f"{page.label(cell)}: a list of alt texts without the tag frames")
    return found


def frame_messages(cell, texts):
    """A cell with frames, and its alt texts -> what is wrong with them."""
    frames = [b64decode(picture) for picture in pictures(cell)]
    sizes = {imagesize.get(BytesIO(frame)) for frame in frames}
    if len(frames) not in FRAMES:
        yield f"{len(frames)} frames, expected {FRAMES[0]} to {FRAMES[-1]}"
    if len(sizes) > 1:
        yield f"frames of several sizes, {sorted(sizes)}: the player would jump"
    if any(len(frame) > FRAME_BYTES for frame in frames):
        yield f"a frame of more than {FRAME_BYTES:,} bytes"
    if not isinstance(texts, list) or len(texts) != len(frames) or not all(map(str.strip, texts)):
        yield "frames need a list of alt texts, one each (metadata mystnb: image: alt)"
    figure = cell.metadata.get("mystnb", {}).get("figure", {})
    yield from (f"frames need a {key} (metadata mystnb: figure: {key})" for key in ("caption", "name")
                if not figure.get(key))


def exception_problems(page):
    """At most two cells are left out of nbval's comparison, each with its reason."""
    found = []
    excused = [cell for cell in page.code_cells if any(map(NBVAL_TAG.fullmatch, tags(cell)))]
    if len(excused) > NBVAL_EXCEPTIONS:
        names = ", ".join(cell.id for cell in excused)
        found.append(f"{page.language}/{page.name}: {len(excused)} cells that nbval does not compare, "
                     f"at most {NBVAL_EXCEPTIONS}: {names}")
    found += [f"{page.label(cell)}: {' '.join(tags(cell))} without a reason (metadata reason)"
              for cell in excused if not str(cell.metadata.get("reason", "")).strip()]
    return found + [f"{page.label(cell)}: use a tag and metadata reason, not a comment, to tell nbval"
                    for cell in page.code_cells if re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)_", cell.source)]


def anatomy_problems(page):
    """A chapter shows a mistake and solves its exercises: each solution is checked, and right."""
    found = [f"{page.language}/{page.name}: no cell has the tag {tag}" for tag in ("mistake", "solution")
             if not any(tag in tags(cell) for cell in page.cells)]
    for cell in page.code_cells:
        texts = [text for output in cell.outputs for text in output_texts(output) if text.strip()]
        if "solution" in tags(cell) and not (texts and texts[0].lstrip().startswith("✓")):
            found.append(f"{page.label(cell)}: a solution's output begins with ✓, not with {texts[:1]}")
    return found


def heading_problems(page):
    """One title, in the first cell; every heading has an explicit target, used once."""
    all_headings = [(cell, heading) for cell in page.markdown_cells for heading in headings(cell.source)]
    titles = [cell for cell, heading in all_headings if heading.level == 1]
    found = [f"{page.label(cell)}: no explicit target, (name)=, above the heading {heading.text!r}"
             for cell, heading in all_headings if not heading.target]
    if titles != page.cells[:1]:
        found.append(f"{page.language}/{page.name}: expected one title (#), in the first cell; "
                     f"titles in {[cell.id for cell in titles]}")
    targets = [heading.target for _, heading in all_headings if heading.target]
    return found + [f"{page.language}/{page.name}: the target {target} stands twice"
                    for target in sorted(set(targets)) if targets.count(target) > 1]
