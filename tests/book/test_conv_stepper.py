"""The static versions of <conv-stepper>: what stands on paper is what cnnlib computes from the same settings."""

import re

import numpy as np
import pytest
from notebooks import pages

import cnnlib

DIRECTIVE = re.compile(r":::\{component\} conv-stepper\n((?::\w+: [^\n]*\n)+)(.*?)\n:::", re.S)
STEPPERS = [(page.label(cell), dict(re.findall(r":(\w+): (.*)", options)), static)
            for page in pages() for cell in page.markdown_cells for options, static in DIRECTIVE.findall(cell.source)]


def matrix(text: str) -> list[list[float]]:
    return [[float(number) for number in row.split()] for row in text.split("/")]


def printed(static: str) -> list[list[list[float]]]:
    """The matrices of a formula, in order."""
    return [matrix(body.replace("&", " ").replace(r"\\", "/"))
            for body in re.findall(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", static, re.S)]


def computed(options: dict) -> dict[str, list]:
    """The settings of a component -> the matrices that its static version may show."""
    x = np.array(matrix(options["image"]))[None, :, :, None]
    stride, padding, dilation = (tuple(map(int, options.get(name, default).split()))
                                 for name, default in (("stride", "1"), ("padding", "0"), ("dilation", "1")))
    if options.get("mode") == "max":
        y, cache = cnnlib.maxpool2d_forward(x, tuple(map(int, options["size"].split())), stride, padding[0])
    else:
        w = np.array(matrix(options["filter"].split("|")[0]))[:, :, None, None]
        y, cache = cnnlib.conv2d_forward(x, w, None, stride[0], padding[0], dilation[0])
    dy = np.array(matrix(options["dy"].split("|")[0])).reshape(y.shape) if "dy" in options else np.ones(y.shape)
    found = {"x": x[0, :, :, 0], "y": y[0, :, :, 0], "dy": dy[0, :, :, 0]}
    if options.get("mode") == "max":
        return found | {"dx": cnnlib.maxpool2d_backward(dy, cache)[0, :, :, 0]}
    dx, dw, _ = cnnlib.conv2d_backward(dy, cache)
    return found | {"w": w[:, :, 0, 0], "dx": dx[0, :, :, 0], "dw": dw[:, :, 0, 0]}


def test_both_languages_have_steppers_in_four_chapters():
    assert {label.rpartition("/")[0] for label, _, _ in STEPPERS} == {
        f"{language}/{name}" for language in ("es", "en")
        for name in ("01-convolution", "02-small-matrices", "03-output-size", "04-pooling")}


@pytest.mark.parametrize(("label", "options", "static"), STEPPERS, ids=[label for label, _, _ in STEPPERS])
def test_the_static_version_tells_the_truth(label, options, static):
    shown, known = printed(static), [values.tolist() for values in computed(options).values()]
    assert shown and [values for values in shown if values not in known] == []
    assert (shown[-1] in known[1:]), "the last matrix is a result"
