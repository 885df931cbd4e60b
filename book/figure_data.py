"""What a figure shows, as numbers: stored beside its picture, and compared when its cell runs again.

nbval never compares pictures. So the kernels of execute.py and of the tests, and no reader's, give each figure
a second output of the kind `MIME`: one line for each group of arrays in it, such as

    axes 1 lines y: 300 values, from 0.0112 to 2.3, mean 0.331, mark -1.2

The mark is a sum with changing weights: an array that is turned or shuffled, or a small one changed in one place,
has another.
Words are left out, so that the two languages of a page show the same numbers.
"""

import os
import re

MIME = "text/x-figure-data"
TOLERANCE = 0.01    # of the range of a group: processors round differently, and a trained network feels it
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[-+]?\d+)?")
SEPARATOR = re.compile(r"(?<=\d)[,\u202f](?=\d{3})")    # of thousands, in one language or the other


def kernel_environment():
    """The variables under which a kernel that starts describes its figures."""
    return {"PYTHONSTARTUP": os.path.join(os.path.dirname(__file__), "kernel_startup.py")}


def install(shell):
    """IPython shell -> the same, with one more kind of output for figures."""
    from IPython.core.formatters import BaseFormatter
    from traitlets import ObjectName, Unicode

    class FigureData(BaseFormatter):
        format_type = Unicode(MIME)
        print_method = ObjectName("_repr_figure_data_")

        def __call__(self, shown):
            # Not registered for the type: IPython forgets that when the first figure sets its formats.
            return describe(shown) if type(shown).__module__ == "matplotlib.figure" else None

    shell.display_formatter.formatters[MIME] = FigureData(parent=shell.display_formatter)


def describe(figure):
    """Figure -> text, a line for each group of arrays in its axes."""
    axes = [one for outer in figure.axes for one in (outer, *outer.child_axes)]
    lines = [f"axes {place} {name}: {summary(values)}"
             for place, one in enumerate(axes, 1) for name, values in arrays(one) if len(values)]
    return "\n".join(lines) or "no axes"


def arrays(axes):
    """Axes -> pairs of a name and all numbers of that name, flat, in the order they were drawn."""
    collections, patches = axes.collections, axes.patches
    scattered = [one for one in collections if one.get_offsets().any()]
    yield "limits x", joined([axes.get_xlim()])
    yield "limits y", joined([axes.get_ylim()])
    for coordinate, name, scale in ((0, "x", axes.get_xscale()), (1, "y", axes.get_yscale())):
        yield f"lines {name}", joined((line.get_xydata()[:, coordinate] for line in axes.lines), scale)
        yield f"patches {name}", joined((corners(patch)[:, coordinate] for patch in patches), scale)
        yield f"points {name}", joined((one.get_offsets()[:, coordinate] for one in scattered), scale)
        yield f"areas {name}", joined(
            (path.vertices[:, coordinate] for one in collections for path in one.get_paths()), scale)
    yield "images", joined(image.get_array() for image in axes.images)
    yield "values", joined(one.get_array() for one in collections if one.get_array() is not None)
    yield "colors", joined([part.get_facecolor() for part in (*patches, *collections)])
    yield "texts", joined([numbers(text.get_text() for text in axes.texts)])


def corners(patch):
    """Patch (a bar, a polygon) -> its corners (n, 2), in the coordinates that it was given."""
    return patch.get_patch_transform().transform(patch.get_path().vertices)


def numbers(texts):
    """Texts -> the numbers in them; in which order a sentence says them depends on its language."""
    return sorted(float(match) for text in texts for match in NUMBER.findall(SEPARATOR.sub("", text)))


def joined(parts, scale="linear"):
    """Arrays of any shapes -> one flat float64 array without what cannot be drawn; logarithms on such an axis."""
    import numpy as np

    flat = [np.ma.filled(np.ma.asarray(part, dtype=np.float64), np.nan).ravel() for part in parts]
    values = np.concatenate(flat or [[]])
    if scale == "log":
        values = np.log10(values[values > 0])
    return values[np.isfinite(values)]


def summary(values):
    import numpy as np

    mark = np.cos(np.arange(len(values))) @ values / np.sqrt(len(values))
    least, greatest, mean, mark = (float(f"{value:.4g}") for value in
                                   (values.min(), values.max(), values.mean(), mark))
    return f"{len(values)} values, from {least:g} to {greatest:g}, mean {mean:g}, mark {mark:g}"


def close(one, other, tolerance=TOLERANCE):
    """Two descriptions -> True if no group differs by more than a small part of its range."""
    lines = [text.splitlines() for text in (one, other)]
    return len(lines[0]) == len(lines[1]) and all(close_lines(*pair, tolerance) for pair in zip(*lines, strict=True))


def close_lines(one, other, tolerance):
    names, values = zip(*((line.partition(" values, ")[::2]) for line in (one, other)), strict=True)
    if names[0] != names[1]:
        return False
    first, second = ([float(match) for match in NUMBER.findall(text)] for text in values)
    if not first:
        return one == other
    least, greatest = second[:2]
    allowed = tolerance * ((greatest - least) or abs(greatest))
    return all(abs(a - b) <= allowed for a, b in zip(first, second, strict=True))


def forgive(outputs, stored):
    """New outputs and the stored ones -> the new, with a description that is close replaced by the stored."""
    remembered = [output["data"][MIME] for output in stored if MIME in output.get("data", {})]
    figures = [output["data"] for output in outputs if MIME in output.get("data", {})]
    for data, before in zip(figures, remembered, strict=False):
        if close(data[MIME], before):
            data[MIME] = before
    return outputs
