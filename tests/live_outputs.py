"""Whether the outputs of a run in the browser are those that the book stores."""

import re

import figure_data
from notebooks import output_texts

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
TOLERANCE = 0.02  # of a number, or one unit in the last place that is printed


def same_number(shown: str, stored: str) -> bool:
    last_place = 0 if "e" in stored or "." not in stored else 10.0 ** -len(stored.partition(".")[2])
    a, b = float(shown), float(stored)
    return abs(a - b) <= max(TOLERANCE * abs(b), 1.001 * last_place)


def words_and_numbers(texts):
    text = " ".join(" ".join(texts).split())
    return NUMBER.sub("#", text).split(), NUMBER.findall(text)


def differences(shown, stored):
    """The outputs of a run and those of the book -> what is not the same, beyond rounding."""
    kinds = [[(output["output_type"], *sorted(set(output.get("data", ())) - {figure_data.MIME})) for output in outputs]
             for outputs in (shown, stored)]
    if kinds[0] != kinds[1]:
        return [f"outputs {kinds[0]}, stored {kinds[1]}"]
    texts = [[text for output in outputs for text in output_texts(output)] for outputs in (shown, stored)]
    (words, numbers), (stored_words, stored_numbers) = map(words_and_numbers, texts)
    if words != stored_words:
        return [f"text {texts[0]}, stored {texts[1]}"]
    return [f"{a}, stored {b}" for a, b in zip(numbers, stored_numbers, strict=True) if not same_number(a, b)]
