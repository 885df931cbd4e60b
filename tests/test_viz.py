"""What the figures say: the arrays, texts and boxes behind them, never their pixels on a screen."""

import json
import subprocess
import sys
from itertools import combinations

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnlib import Conv2D, viz
from cnnlib.viz.look import ERRORS, ink_on
from cnnlib.windows import output_size

HISTORY = {"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.5]}
DRAW = {
    "matrix": lambda ax: viz.matrix([[1, -2], [3, 4]], ax, title="A"),
    "image": lambda ax: viz.image(np.eye(5), ax, title="A"),
    "images": lambda ax: viz.images(np.ones((3, 4, 4)), ax, titles="abc", title="A"),
    "filters": lambda ax: viz.filters(np.ones((3, 3, 2, 4)), ax, title="A"),
    "feature_maps": lambda ax: viz.feature_maps(np.ones((6, 6, 4)), ax, title="A"),
    "windows": lambda ax: viz.windows((5, 5), 3, ax=ax, title="A"),
    "learning_curves": lambda ax: viz.learning_curves(HISTORY, ax, title="A"),
    "confusion_matrix": lambda ax: viz.confusion_matrix([0, 1], [1, 1], ax, title="A"),
    "architecture": lambda ax: viz.architecture(Conv2D(2), (5, 5, 1), ax, labels={"Conv2D": "a"}, title="A"),
    "gradient_flow": lambda ax: viz.gradient_flow({"a": {"0.w": [1.0]}, "b": {"0.w": [0.0]}}, ax, title="A"),
    "receptive_field": lambda ax: viz.receptive_field([Conv2D(2), Conv2D(2)], (9, 9), ax=ax, title="A"),
}


@pytest.fixture
def ax():
    return Figure(figsize=(6.4, 3.2)).subplots()


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture(autouse=True)
def clean_pyplot():
    with plt.rc_context():
        yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def boxes(ax):
    """The outlined windows as (row, column, height, width), to the nearest pixel."""
    outlined = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    return [
        tuple(round(value) for value in (p.get_y() + 0.5, p.get_x() + 0.5, p.get_height(), p.get_width()))
        for p in outlined
    ]


@pytest.mark.parametrize("name", DRAW)
def test_every_function_draws_on_its_ax_alone_and_returns_it(name, ax):
    assert DRAW[name](ax) is ax
    assert ax.get_title() == "A"
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", DRAW)
def test_without_ax_the_current_one_is_used_and_nothing_is_shown(name, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("show() is the chapter's to call"))
    current = plt.figure().subplots()
    assert DRAW[name](None) is current
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("name", DRAW)
def test_no_figure_has_words_of_its_own(name, ax):
    """The book has two languages: what is not an argument must be no word of either."""
    DRAW[name](ax)
    given = {"A", "a", "b", "c", *HISTORY}
    words = set(" ".join([*texts(ax), ax.get_title(), ax.get_xlabel(), ax.get_ylabel()]).split()) - given
    assert not [word for word in words if any(letter.isalpha() for letter in word)]


@pytest.mark.parametrize("name", DRAW)
def test_several_axes_at_once_are_refused(name):
    with pytest.raises(TypeError, match=r"one matplotlib Axes; got ndarray.*axes\[0\]"):
        DRAW[name](Figure().subplots(1, 2))


@pytest.mark.parametrize("name", DRAW)
def test_the_style_draws_without_a_warning_and_the_same_twice(name, tmp_path):
    viz.style()
    pages = []
    for k in range(2):
        figure, ax = plt.subplots()
        DRAW[name](ax)
        figure.savefig(tmp_path / f"{k}.svg", metadata={"Date": None})
        pages.append((tmp_path / f"{k}.svg").read_bytes())
    assert pages[0] == pages[1]


# What is left of red, green and blue (linear) where one kind of cone is missing: Machado et al. 2009, severity 1.
MISSING_CONE = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
XYZ = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])  # of linear sRGB


def lab(rgb):
    """Linear red, green and blue -> CIELAB, where a distance of 2 can just be seen."""
    x, y, z = np.cbrt(XYZ @ np.clip(rgb, 0, 1) / XYZ.sum(axis=1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", MISSING_CONE)
def test_the_colors_of_lines_differ_for_eyes_with_two_kinds_of_cones(kind):
    linear = [((np.array(to_rgb(color)) + 0.055) / 1.055) ** 2.4 for color in viz.SERIES]
    seen = [lab(np.array(MISSING_CONE[kind]) @ rgb) for rgb in linear]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 12


@pytest.mark.parametrize("colors", [viz.DIVERGING, viz.GRAY, ERRORS], ids=lambda colors: colors.name)
def test_numbers_are_legible_on_every_color(colors):
    for color in colors(np.linspace(0, 1, 101))[:, :3]:
        linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
        light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert ink_on(color) in ("black", "white")
        contrast = (light + 0.05) / 0.05 if ink_on(color) == "black" else 1.05 / (light + 0.05)
        assert contrast >= 4.5


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (8, 16)])
def test_matrix_writes_every_number_in_its_own_cell(shape, ax, rng):
    values = rng.normal(size=shape)
    viz.matrix(values, ax, number_format=".6f")
    assert [text.get_position() for text in ax.texts] == [(j, i) for i, j in np.ndindex(shape)]
    np.testing.assert_allclose([float(text) for text in texts(ax)], values.ravel(), atol=5e-7)
    np.testing.assert_array_equal(ax.images[0].get_array(), values)


@pytest.mark.parametrize("number_format", [".0f", ".1f", ".3f", ".6f"])
def test_matrix_texts_stay_inside_their_cells(number_format, rng):
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    ax = viz.matrix(rng.normal(size=(8, 10)), figure.subplots(), title="A", number_format=number_format)
    figure.draw_without_rendering()
    (left, bottom), (right, top) = ax.transData.transform([(-0.5, 0.5), (0.5, -0.5)])
    for text in ax.texts:
        box = text.get_window_extent()
        assert box.width <= right - left and box.height <= top - bottom


def test_matrix_formats_integers_and_writes_no_negative_zero(ax):
    viz.matrix([[-0.0, -4.0, 10.5]], ax)
    assert texts(ax) == ["0", "-4", "10.5"]
    assert texts(viz.matrix([[7, -1]], Figure().subplots(), number_format="d")) == ["7", "-1"]


def test_signed_colors_are_white_at_zero_and_mirror_images(ax, rng):
    values = rng.normal(size=(4, 4)) + 5
    image = viz.matrix(values, ax).images[0]
    low, high = image.get_clim()
    assert low == -high == -values.max()
    np.testing.assert_allclose(image.get_cmap()(0.5)[:3], 1, atol=0.01)


def test_windows_side_by_side_stay_inside_their_own_pixels(ax):
    viz.matrix(np.ones((4, 6)), ax, highlight=[(0, 0, 2, 3), (0, 3, 2, 3), (2, 0, 2, 3), (2, 3, 2, 3)])
    edges = [patch.get_bbox().extents for patch in ax.patches]
    outer = [np.array([x, y, x + 3, y + 2]) - 0.5 for y in (0, 2) for x in (0, 3)]
    np.testing.assert_allclose(np.subtract(edges, outer), np.tile([0.06, 0.06, -0.06, -0.06], (4, 1)))


@pytest.mark.parametrize("draw", [viz.matrix, viz.image])
def test_highlights_are_where_they_are_asked_for(draw):
    asked = [(0, 0, 3, 3), (1, 2, 2, 4), (4, 5, 1, 1)]
    assert boxes(draw(np.ones((5, 6)), Figure().subplots(), highlight=asked)) == asked
    assert boxes(draw(np.ones((5, 6)), Figure().subplots(), highlight=asked[1])) == [asked[1]]
    assert boxes(draw(np.ones((5, 6)), Figure().subplots())) == []


@pytest.mark.parametrize(
    ("highlight", "message"),
    [
        ((3, 0, 3, 3), r"row 3, column 0, height 3, width 3\) leaves the 5 x 6 values"),
        ((0, 4, 2, 3), r"column 4, height 2, width 3\) leaves the 5 x 6 values"),
        ((0, -1, 2, 2), "highlight column must be at least 0; got -1"),
        ((0, 0, 0, 2), "highlight height must be at least 1; got 0"),
        ((0, 0, 2), r"\(row, column, height, width\) or a list of such; got \(0, 0, 2\)"),
        ([(0, 0, 2, 2), (0, 0)], r"or a list of such; got \(0, 0\)"),
        (7, "or a list of such; got 7"),
    ],
)
def test_a_highlight_outside_the_values_is_refused(highlight, message, ax):
    with pytest.raises(ValueError, match=message):
        viz.matrix(np.ones((5, 6)), ax, highlight=highlight)


@pytest.mark.parametrize(
    ("x", "limits"),
    [
        (np.array([[0.2, 0.7]]), (0, 1)),
        (np.array([[10, 200]], np.uint8), (0, 255)),
        (np.array([[-3.0, 9.0]]), (-3, 9)),
        (np.array([[5.0, 5.0]]), (5, 6)),
    ],
)
def test_gray_images_keep_their_range(x, limits, ax):
    shown = viz.image(x, ax).images[0]
    assert shown.get_clim() == limits
    np.testing.assert_array_equal(shown.get_array(), x)


def test_one_channel_or_none_is_the_same_image(rng):
    x = rng.random((6, 7))
    shown = [viz.image(y, Figure().subplots()).images[0].get_array() for y in (x, x[..., None])]
    np.testing.assert_array_equal(*shown)


def test_color_images_keep_their_pixels(ax, rng):
    x = rng.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    np.testing.assert_allclose(viz.image(x, ax).images[0].get_array(), x / 255)


@pytest.mark.parametrize("shape", [(7, 5, 6), (7, 5, 6, 1), (7, 5, 6, 3)])
def test_a_sheet_shows_every_image_once_in_rows(shape, ax, rng):
    x = rng.random(shape)
    viz.images(x, ax, titles=range(7), columns=3)
    for tile, shown in zip(x, ax.images, strict=True):
        np.testing.assert_array_equal(shown.get_array(), tile.squeeze())
    assert texts(ax) == list("0123456")
    lefts, _, _, tops = np.array([shown.get_extent() for shown in ax.images]).T
    np.testing.assert_array_equal(np.unique(lefts, return_inverse=True)[1], [0, 1, 2, 0, 1, 2, 0])
    np.testing.assert_array_equal(np.unique(tops, return_inverse=True)[1], [0, 0, 0, 1, 1, 1, 2])


@pytest.mark.parametrize("N", [1, 2, 3, 7, 10, 16, 25, 100])
@pytest.mark.parametrize("titles", [False, True])
def test_the_images_of_a_sheet_do_not_overlap_and_are_all_in_view(N, titles, ax):
    viz.images(np.ones((N, 4, 6)), ax, titles=range(N) if titles else None)
    drawn = np.zeros(N)
    extents = np.array([shown.get_extent() for shown in ax.images])
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    for k, (x0, x1, y1, y0) in enumerate(extents):
        others = np.delete(extents, k, axis=0)
        apart = (x1 < others[:, 0]) | (others[:, 1] < x0) | (y1 < others[:, 3]) | (others[:, 2] < y0)
        drawn[k] = apart.all() and left <= x0 and x1 <= right + 1e-9 and top <= y0 and y1 <= bottom + 1e-9
    assert drawn.all()


def test_all_images_of_a_sheet_share_one_scale(ax, rng):
    x = rng.normal(size=(4, 5, 5)) * np.arange(1, 5)[:, None, None]
    limits = {shown.get_clim() for shown in viz.images(x, ax, signed=True).images}
    assert limits == {(-abs(x).max(), abs(x).max())}


def test_filters_are_a_grid_of_channels_and_filters(ax, rng):
    w = rng.normal(size=(3, 2, 4, 5))
    viz.filters(w, ax)
    for k, (c, f) in enumerate(np.ndindex(4, 5)):
        np.testing.assert_array_equal(ax.images[k].get_array(), w[:, :, c, f])
    lefts = [shown.get_extent()[0] for shown in ax.images]
    assert lefts[:5] == lefts[5:10] == sorted(set(lefts))


def test_feature_maps_are_the_last_axis(rng):
    y = rng.random((1, 6, 7, 5))
    for maps in (y, y[0]):
        ax = viz.feature_maps(maps, Figure().subplots())
        for f, shown in enumerate(ax.images):
            np.testing.assert_array_equal(shown.get_array(), y[0, :, :, f])
            assert shown.get_clim() == (0, y.max())
    assert viz.feature_maps(y - 0.5, Figure().subplots()).images[0].get_cmap() is viz.DIVERGING


@pytest.mark.parametrize("kernel_size", [1, (3, 2)])
@pytest.mark.parametrize("stride", [1, (2, 3)])
@pytest.mark.parametrize("padding", [0, (1, 0), "same", "valid"])
def test_windows_are_the_ones_that_the_layer_reads(kernel_size, stride, padding, ax):
    H, W = 6, 7
    KH, KW = np.broadcast_to(kernel_size, 2)
    SH, SW = np.broadcast_to(stride, 2)
    PH, PW = (padding, padding) if isinstance(padding, str) else np.broadcast_to(padding, 2).tolist()
    viz.windows((H, W), kernel_size, stride, padding, ax, first=1000)
    found = boxes(ax)
    assert len(found) == output_size(H, KH, SH, PH) * output_size(W, KW, SW, PW)
    first_row, first_column = found[0][:2]
    left, _, _, top = ax.images[0].get_extent()
    assert (first_row, first_column) == (top + 0.5, left + 0.5)
    steps = {(row - first_row) % SH + (column - first_column) % SW for row, column, _, _ in found}
    assert steps == {0} and {box[2:] for box in found} == {(KH, KW)}


def test_windows_shade_the_padding_and_cross_out_what_no_window_reads(ax):
    viz.windows((4, 6), kernel_size=3, stride=2, padding=(1, 0), ax=ax)
    padded = ax.images[0].get_array()
    assert padded.shape == (6, 6) and padded.sum() == 24
    np.testing.assert_array_equal(padded[1:5], 1)
    crossed = {(int(row), int(column)) for column, row in ax.lines[0].get_xydata()}
    assert crossed == {(4, j) for j in range(6)} | {(i, 5) for i in range(-1, 5)}
    assert boxes(ax) == [(-1, 0, 3, 3), (-1, 2, 3, 3), (1, 0, 3, 3)]


def test_windows_refuses_a_kernel_that_does_not_fit(ax):
    with pytest.raises(ValueError, match="reaches over 5 pixels, more than the 4"):
        viz.windows((4, 9), 5, ax=ax)


def test_curves_are_the_history_over_the_epochs(ax):
    viz.learning_curves(HISTORY, ax, labels=["entrenamiento", "validación"], xlabel="época", ylabel="pérdida")
    for line, key in zip(ax.lines, HISTORY, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
        np.testing.assert_array_equal(line.get_ydata(), HISTORY[key])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["entrenamiento", "validación"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("época", "pérdida")


def test_curves_differ_in_more_than_color(ax):
    viz.learning_curves({key: [1, 2] for key in "abcd"}, ax, keys=list("abcd"))
    for look in ("get_color", "get_linestyle", "get_marker"):
        assert len({getattr(line, look)() for line in ax.lines}) == 4


@pytest.mark.parametrize("epochs", [1, 2, 5, 13, 200])
def test_epochs_have_whole_ticks(epochs, ax):
    viz.learning_curves({"loss": np.arange(epochs)}, ax, keys=["loss"])
    assert all(tick == round(tick) for tick in ax.get_xticks())


def test_a_diverged_epoch_is_a_hole(ax):
    viz.learning_curves({"loss": [1.0, np.inf, np.nan, 2.0]}, ax, keys=["loss"])
    np.testing.assert_array_equal(np.isnan(ax.lines[0].get_ydata()), [False, True, True, False])


@pytest.mark.parametrize("K", [1, 2, 10])
def test_confusion_counts_every_pair_once(K, rng):
    y_true, y_pred = rng.integers(0, K, (2, 300))
    counts = viz.confusion_counts(y_true, y_pred, classes=range(K))
    assert counts.sum() == 300 and counts.dtype == np.int64
    for i, j in np.ndindex(K, K):
        assert counts[i, j] == sum(t == i and p == j for t, p in zip(y_true, y_pred, strict=True))


def test_confusion_follows_the_order_of_the_classes(rng):
    y_true, y_pred = rng.choice(["cat", "dog", "owl"], (2, 50))
    order = ["owl", "cat", "dog"]
    by_name = viz.confusion_counts(y_true, y_pred)
    np.testing.assert_array_equal(
        viz.confusion_counts(y_true, y_pred, classes=order), by_name[np.ix_([2, 0, 1], [2, 0, 1])]
    )
    np.testing.assert_array_equal(viz.confusion_counts(y_pred, y_true), by_name.T)


def test_confusion_matrix_writes_its_counts_and_colors_mistakes_alone(ax, rng):
    y_true, y_pred = rng.integers(0, 4, (2, 60))
    y_pred[y_true == 2] = 2
    counts = viz.confusion_counts(y_true, y_pred)
    viz.confusion_matrix(y_true, y_pred, ax, xlabel="x", ylabel="y")
    np.testing.assert_array_equal([int(text or 0) for text in texts(ax)], counts.ravel())
    np.testing.assert_array_equal(ax.images[0].get_array(), counts - np.diag(np.diag(counts)))
    assert [label.get_text() for label in ax.get_yticklabels()] == list("0123")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: viz.matrix([1, 2]), ValueError, r"values must have the shape \(H, W\); got \(2,\)"),
        (lambda: viz.matrix([["a"]]), TypeError, "values must hold real numbers; got dtype <U1"),
        (lambda: viz.matrix([[1, np.nan]]), ValueError, r"values must be finite.*got nan at \(0, 1\)"),
        (lambda: viz.matrix(np.ones((0, 3))), ValueError, r"at least one number; got the shape \(0, 3\)"),
        (lambda: viz.image(np.ones((1, 3, 4, 4))), ValueError, r"\(H, W\) or \(H, W, C\); got \(1, 3, 4, 4\)"),
        (lambda: viz.image(np.ones((3, 28, 28))), ValueError, r"1 channel.*3 \(RGB\); got shape \(3, 28, 28\)"),
        (lambda: viz.image(np.full((2, 2, 3), 1.5)), ValueError, "colors must be in .*; got 1.5 to 1.5"),
        (lambda: viz.image(np.full((2, 2, 3), 256)), ValueError, "integers 0 to 255; got"),
        (lambda: viz.image(np.ones((2, 2, 3)), signed=True), ValueError, "signed=True takes gray images"),
        (lambda: viz.images(np.ones((2, 2, 2)), titles=["a"]), ValueError, "each of the 2 images; got 1"),
        (lambda: viz.images(np.ones((2, 2, 2)), columns=0), ValueError, "columns must be at least 1; got 0"),
        (lambda: viz.images(np.ones((2000, 2, 2))), ValueError, "at most 1024 images .*; got 2000"),
        (lambda: viz.filters(np.ones((3, 3))), ValueError, r"\(KH, KW, C, F\); got \(3, 3\)"),
        (lambda: viz.feature_maps(np.ones((2, 3, 3, 4))), ValueError, r"one image, not 2.*try y\[:1\]"),
        (lambda: viz.learning_curves({"loss": [1]}), ValueError, "no 'val_loss', only .*validation_data"),
        (lambda: viz.learning_curves({"loss": []}, keys=["loss"]), ValueError, "one number an epoch"),
        (lambda: viz.learning_curves(HISTORY, keys="loss"), ValueError, "keys must be a list of names"),
        (lambda: viz.learning_curves(HISTORY, labels=["a"]), ValueError, "labels as many"),
        (lambda: viz.confusion_counts([0, 1], [0]), ValueError, r"got \(2,\) and \(1,\)"),
        (lambda: viz.confusion_counts([0], [[0.1, 0.9]]), ValueError, "probabilities"),
        (lambda: viz.confusion_counts([0, 9], [0, 0], classes=[0, 1]), ValueError, "y_true holds 9, .*none of"),
        (lambda: viz.confusion_counts([0], [7], classes=[0, 1]), ValueError, "y_pred holds 7"),
        (lambda: viz.confusion_counts([0], [0], classes=[0, 0]), ValueError, "different labels"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_reason(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_cnnlib_alone_does_not_load_matplotlib():
    probe = "import sys, json, cnnlib; a = 'matplotlib' in sys.modules; cnnlib.viz; "
    probe += "print(json.dumps([a, 'matplotlib' in sys.modules, 'sklearn' in sys.modules]))"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [False, True, False]
