r"""No number in prose that the page's code does not compute.

A number in a Markdown cell, an alt text or a caption must be, rounded to the decimals that the prose gives,
a number in the code or in a stored output of a code cell of the same `##` section. nbval compares the stored
outputs with a fresh run, so prose that this check passes is tied to the code.

How a number is read
- "97.25 %" may be 97.25 or 0.9725. Thousands: 61,706 in English, a thin space (U+202F) in Spanish; in maths
  `61{,}706` or `61\,706`. A number that code prints may have commas.
- Signs count: prose that says -4 needs a -4. A hyphen after a digit, a letter or a bracket is no sign.
- $3 \times 10^{-4}$ is 0.0003; other exponents and subscripts in maths are not numbers.
- 28x28 is two numbers. Digits at the end of a name (LeNet-5, float32, VGG-16) are no number.

What needs no source
- whole numbers from 0 to 12: they count things;
- ordinals (2nd, 2.º), numbers of list items, code, links, roles, targets;
- years (1950 to 2035, without thousands mark) in a cell that cites a source.

Where else a number may come from, in the cell's metadata, the same in both languages:
- "numbers": {"from": ["train-log", ...]}: code cells elsewhere on the page;
- "numbers": {"cited": ["0.866", ...]}: published figures, in a cell with a {cite} role, each really used.
"""

import ast
import re
from dataclasses import dataclass
from decimal import Decimal

from markdown_text import MATHS, readable
from notebooks import output_texts, prose

COUNTING = 12
YEARS = range(1950, 2036)
THOUSANDS = {"es": ("\u202f", "a thin space, U+202F"), "en": (",", "a comma")}
PROSE_NUMBER = re.compile(
    r"(?<![\w.,])(?<![A-Za-z][-\u2010\u2011])(?P<sign>(?<![\w)\]}%.,])[-−])?"
    r"(?P<digits>\d{1,3}(?:[,\u202f]\d{3})+(?![\d\u202f])|\d+)(?P<decimals>\.\d+)?"
    r"(?P<power>e-?\d+)?(?P<percent>[\s\u00a0\u202f]?\\?%)?(?P<ordinal>st\b|nd\b|rd\b|th\b|\.?[ºª])?")
OUTPUT_NUMBER = re.compile(r"(?<![\w.])-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
GROUPED = re.compile(r"(?<![\w.,])-?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!,?\d)")
MATHS_REWRITES = [
    (re.compile(r"(?<=\d)\{,\}(?=\d{3})"), ","),
    (re.compile(r"(?<=\d)\\,(?=\d{3})"), "\u202f"),
    (re.compile(r"\s*\\(?:times|cdot)\s*10\^\{?(-?\d+)\}?"), r"e\1"),
    (re.compile(r"(?<![\d.])10\^(?:\{(-?\d+)\}|(\d))"), r"1e\1\2"),
    (re.compile(r"[_^](?:\{[^{}]*\}|-?\w)"), " "),
    (re.compile(r"\\[a-zA-Z]+|[{}&$]"), " "),
]


@dataclass(frozen=True)
class Quoted:
    """A number as prose gives it."""

    text: str
    value: Decimal
    percent: bool
    mark: str           # between the thousands

    def equals(self, computed):
        """Is `computed` (float), rounded as the prose rounds, this number?"""
        exponent = self.value.as_tuple().exponent
        half_step = 0.5 * 10.0 ** exponent if exponent <= 0 and "e" not in self.text else 0.0
        near = half_step + 1e-9 * max(1.0, abs(computed))
        given = float(self.value)
        return abs(computed - given) <= near or (self.percent and abs(100 * computed - given) <= near)


def problems(page):
    """One page -> a message for each number in its prose that nothing on the page computes."""
    found, computed = [], {cell.get("id"): computed_numbers(cell) for cell in page.code_cells}
    for section in page.sections():
        nearby = [cell.get("id") for cell in section if cell.cell_type == "code"]
        for cell in section:
            wanted = cell.metadata.get("numbers", {}).get("from", [])
            messages = [f"numbers from {name}: no such code cell" for name in wanted if name not in computed]
            known = set().union(*(computed.get(name, set()) for name in nearby + wanted))
            messages += cell_problems(cell, known) + mark_problems(cell, page.language)
            found += [f"{page.label(cell)}: {message}" for message in messages]
    return found


def cell_problems(cell, computed):
    """One cell, and the set of numbers that code computes for it -> list of messages."""
    cited = cell.metadata.get("numbers", {}).get("cited", [])
    quotes = quoted_numbers(prose(cell))
    found = [f"the number {quote.text} is not computed in this section; {nearest(quote, computed)}"
             for quote in quotes
             if not (needs_no_source(quote, cell) or any(quote.value == Decimal(text) for text in cited)
                     or any(map(quote.equals, computed)))]
    if cited and "{cite" not in cell.source:
        found.append(f"the numbers {', '.join(cited)} are cited, but there is no cite role in the cell")
    return found + [f"{text} is listed as cited, but the cell does not say it" for text in cited
                    if all(quote.value != Decimal(text) for quote in quotes)]


def mark_problems(cell, language):
    """A message for each number whose thousands are not marked as the language does."""
    mark, name = THOUSANDS[language]
    return [f"the thousands of {quote.text} are to be marked by {name}"
            for quote in quoted_numbers(prose(cell)) if quote.mark not in ("", mark)]


def nearest(quote, computed):
    """What a message says to help: the computed numbers that come closest."""
    close = sorted(computed, key=lambda value: abs(value - float(quote.value)))[:3]
    return f"nearest: {', '.join(f'{value:g}' for value in close)}" if close else "nothing is computed in it"


def needs_no_source(quote, cell):
    """Counting words, and years beside a citation."""
    whole = quote.text.isdecimal()
    year = whole and int(quote.value) in YEARS and "{cite" in cell.source
    return year or (whole and 0 <= quote.value <= COUNTING)


def quoted_numbers(source):
    """Markdown -> list of Quoted, in order, without ordinals and names."""
    text = MATHS.sub(lambda match: rewrite_maths(match[0]), readable(source))
    text = re.sub(r"(?<=\d)\s?[x×]\s?(?=\d)", " × ", text)
    quotes = []
    for match in PROSE_NUMBER.finditer(text):
        if match["ordinal"]:
            continue
        digits = re.sub("[,\u202f]", "", match["digits"]) + (match["decimals"] or "") + (match["power"] or "")
        sign = "-" if match["sign"] else ""
        quotes.append(Quoted(sign + digits, Decimal(sign + digits), bool(match["percent"]),
                             re.sub(r"\d", "", match["digits"])[:1]))
    return quotes


def rewrite_maths(formula):
    for pattern, replacement in MATHS_REWRITES:
        formula = pattern.sub(replacement, formula)
    return f" {formula} "


def computed_numbers(cell):
    """A code cell -> set of floats: the numbers in its code and in its stored outputs."""
    text = "\n".join(text for output in cell.outputs for text in output_texts(output))
    grouped = [match.replace(",", "") for match in GROUPED.findall(text)]
    return {float(number) for number in OUTPUT_NUMBER.findall(text) + grouped} | code_numbers(cell.source)


def code_numbers(source):
    """Python source -> set of the numbers in it, as floats; a minus sign before one belongs to it."""
    def is_number(node):
        return isinstance(node, ast.Constant) and type(node.value) in (int, float)

    nodes = list(ast.walk(ast.parse(source)))
    negative = {-float(node.operand.value) for node in nodes if isinstance(node, ast.UnaryOp)
                and isinstance(node.op, ast.USub) and is_number(node.operand)}
    return negative | {float(node.value) for node in nodes if is_number(node)}
