"""The figures of networks: what they draw is what the layers compute."""

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.text import Text

from cnnlib import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Parallel,
    ReLU,
    Residual,
    Sequential,
    costs,
    viz,
    zoo,
)
from cnnlib.viz.apart import apart
from cnnlib.zoo.googlenet import inception

WORDS = {"BatchNorm2D": "BN", "LocalResponseNorm": "LRN"}
IMAGES = [zoo.lenet, zoo.lenet5, zoo.alexnet, zoo.vgg16, zoo.resnet18, zoo.googlenet]
SIZES = {zoo.lenet: (28, 28, 1), zoo.lenet5: (32, 32, 1), zoo.alexnet: (227, 227, 3)}


def axes(width=6.4, height=3.2):
    return Figure(figsize=(width, height), layout="constrained").subplots()


def texts(ax):
    return [text.get_text() for text in ax.texts]


def slabs(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def arrows(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def shapes(ax):
    """The texts that are nothing but a shape, in the order of the slabs."""
    return [text for text in texts(ax) if text.replace("×", "").isdigit()]


def written(shape):
    return "×".join(map(str, shape))


def conv(filters=8):
    return Conv2D(filters, 3, padding=1)


# architecture


@pytest.mark.parametrize("size", [(6.4, 3.2), (3.55, 3.2), (6.4, 6.4)])
@pytest.mark.parametrize("network", IMAGES)
def test_every_slab_has_its_shape_and_the_last_is_the_output(network, size):
    model, shape = network(), SIZES.get(network, (224, 224, 3))
    ax = viz.architecture(model, shape, axes(*size), WORDS)
    assert len(shapes(ax)) == len(slabs(ax))
    assert shapes(ax)[0] == written(shape) and shapes(ax)[-1] == written(model.output_shape(shape))
    computed = {written(row.output_shape) for row in costs.summary(model, shape).rows}
    assert set(shapes(ax)[1:]) <= computed


@pytest.mark.parametrize("size", [(6.4, 3.2), (3.55, 3.2)])
@pytest.mark.parametrize("network", IMAGES)
def test_no_text_lies_on_another_or_outside_the_axes(network, size):
    ax = viz.architecture(network(), SIZES.get(network, (224, 224, 3)), axes(*size), WORDS, title="A")
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    view = ax.get_window_extent().padded(3)
    for k, box in enumerate(boxes):
        assert view.x0 <= box.x0 and box.x1 <= view.x1 and view.y0 <= box.y0 and box.y1 <= view.y1
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])


def test_lenet_reads_from_left_to_right():
    ax = viz.architecture(zoo.lenet(), (28, 28, 1), axes())
    labels = [text.replace("\n", " ") for text in texts(ax) if text not in shapes(ax)]
    two = ["Conv2D 5×5 ReLU", "MaxPool2D 2×2"]
    assert labels == [*two, *two, "Flatten", "Dense ReLU", "Dense ReLU", "Dense"]
    assert shapes(ax) == ["28×28×1", "24×24×6", "12×12×6", "8×8×16", "4×4×16", "256", "200", "120", "10"]
    lefts = [slab.get_x() for slab in slabs(ax)]
    assert lefts == sorted(lefts) and len(arrows(ax)) == len(slabs(ax)) - 1


def test_height_follows_the_image_and_width_the_channels():
    model = Sequential([Conv2D(4, 3), MaxPool2D(2), Conv2D(32, 3, padding=1)])
    first, wide, small, deep = slabs(viz.architecture(model, (22, 22, 1), axes()))
    assert first.get_height() > wide.get_height() > small.get_height() == deep.get_height()
    assert first.get_width() < wide.get_width() == small.get_width() < deep.get_width()


def test_equal_neighbors_are_counted_and_others_are_not():
    model = Sequential([conv(), ReLU(), Sequential([conv(), ReLU()]), conv(), Conv2D(8, 3), Conv2D(8, 3)])
    found = [text.replace("\n", " ") for text in texts(viz.architecture(model, (12, 12, 1), axes()))]
    assert found == [
        "12×12×1",
        *("2 × Conv2D 3×3 ReLU", "12×12×8"),
        *("Conv2D 3×3", "12×12×8"),
        *("Conv2D 3×3", "10×10×8"),
        *("Conv2D 3×3", "8×8×8"),
    ]


@pytest.mark.parametrize(
    ("layer", "window"),
    [
        (Conv2D(2, (3, 1)), "3×1"),
        (Conv2D(2, 3, stride=2), "3×3 /2"),
        (Conv2D(2, 3, stride=(2, 1)), "3×3 /2×1"),
        (MaxPool2D(2), "2×2"),
        (MaxPool2D(3, 2), "3×3 /2"),
        (AvgPool2D((2, 4), (2, 4)), "2×4"),
        (MaxPool2D(3, 1, 1), "3×3 /1"),
    ],
)
def test_window_and_step_are_told(layer, window):
    ax = viz.architecture(layer, (12, 12, 2), axes())
    assert texts(ax)[1].split(maxsplit=1) == [type(layer).__name__, window]


def test_labels_replace_the_words_or_leave_them_out():
    model = Sequential([Dropout(0.1), conv(), BatchNorm2D(), ReLU(), Residual(conv()), Residual(conv())])
    labels = {"Conv2D": "convolución", "BatchNorm2D": "", "Residual": "bloque"}
    found = [text.replace("\n", " ") for text in texts(viz.architecture(model, (8, 8, 8), axes(), labels))]
    assert found == ["8×8×8", "Dropout", "8×8×8", "convolución 3×3 ReLU", "8×8×8", "2 × bloque", "8×8×8"]


def test_a_residual_block_is_open_with_its_arc_and_sum():
    plain = Sequential([conv(), ReLU(), Residual(Sequential([conv(), ReLU(), conv()])), ReLU()])
    ax = viz.architecture(plain, (8, 8, 3), axes())
    assert texts(ax).count("+") == 1 and len(slabs(ax)) == 5
    arc = max(arrows(ax), key=lambda arrow: np.ptp(arrow.get_path().vertices[:, 1]))
    assert len(arrows(ax)) == len(slabs(ax)) + 1 and len(arc.get_path().vertices) >= 4
    ax = viz.architecture(Residual(conv(), Sequential([Conv2D(8, 1), BatchNorm2D()])), (8, 8, 3), axes())
    assert "Conv2D 1×1 BatchNorm2D" in texts(ax)


def test_the_branches_of_a_parallel_block_lie_side_by_side():
    ax = viz.architecture(Sequential([inception(4, 3, 5, 2, 6, 7), ReLU()]), (8, 8, 3), axes())
    columns = {}
    for slab in slabs(ax):
        x, y = slab.get_center()
        columns.setdefault(round(x), []).append(y)
    counts = [len(set(columns[x])) for x in sorted(columns)]
    assert counts == [1, 4, 3, 1, 1] and shapes(ax)[-2:] == ["8×8×22"] * 2
    assert texts(ax)[-2] == "ReLU"


def test_an_empty_branch_is_a_line_of_its_own():
    ax = viz.architecture(Parallel([Sequential([]), conv(4)]), (8, 8, 3), axes())
    assert shapes(ax) == ["8×8×3", "8×8×4", "8×8×7"] and len(arrows(ax)) == 3


def test_blocks_are_closed_where_they_do_not_fit():
    model = Sequential(
        [Residual(Sequential([Conv2D(3 + k, 3, padding=1) for k in range(n)] + [conv(3)])) for n in (7, 8)]
    )
    assert "+" in texts(viz.architecture(model.layers[0], (8, 8, 3), axes(2, 2)))
    ax = viz.architecture(model, (8, 8, 3), axes(2, 2))
    assert "+" not in texts(ax) and "2 × Residual" in texts(ax)


def test_a_figure_without_a_layout_engine_and_a_subfigure_will_do():
    assert len(slabs(viz.architecture(zoo.lenet(), (28, 28, 1), Figure().subplots()))) == 9
    part = Figure(layout="constrained").subfigures(1, 2)[0]
    assert len(slabs(viz.architecture(zoo.lenet(), (28, 28, 1), part.subplots()))) == 9


# gradient_flow


def test_the_sizes_are_those_of_the_gradients_in_the_order_of_the_network():
    rng = np.random.default_rng(0)
    model = Sequential([conv(4), ReLU(), conv(4), *[ReLU()] * 7, Residual(conv(4), conv(4)), Flatten(), Dense(3)])
    model.build((6, 6, 2), rng, np.float64)
    y, cache = model.forward(rng.normal(size=(5, 6, 6, 2)))
    grads = model.backward(rng.normal(size=y.shape), cache)[1]
    ax = viz.gradient_flow(grads, axes())
    names = ["0", "2", "10.body", "10.shortcut", "12"]
    assert [text.get_text() for text in ax.get_xticklabels()] == names
    expected = [np.sqrt((grads[f"{name}.w"] ** 2).mean()) for name in names]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), expected)
    assert ax.get_yscale() == "log" and len(ax.lines) == 1


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e20])
def test_a_zero_is_shown_below_the_scale_and_is_no_point_of_the_line(scale):
    grads = {"0.w": np.full(3, scale), "1.w": np.zeros((2, 2)), "2.w": np.full(2, -100 * scale)}
    ax = viz.gradient_flow(grads, axes())
    line, zeros = ax.lines
    edge = ax.collections[0].get_segments()[0][0, 1]
    np.testing.assert_allclose(line.get_ydata(), [scale, np.nan, 100 * scale], rtol=1e-6)
    np.testing.assert_array_equal(zeros.get_xdata(), [1])
    assert ax.get_ylim()[0] < zeros.get_ydata()[0] < edge < scale
    assert ax.get_yticklabels()[0].get_text() == "0" and ax.get_yticks()[0] == zeros.get_ydata()[0]


def test_gradients_of_nothing_but_zeros_are_shown():
    ax = viz.gradient_flow({"0.w": np.zeros(2), "1.w": np.zeros(2)}, axes())
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), [0, 1])


def test_the_smallest_numbers_are_not_taken_for_zero():
    ax = viz.gradient_flow({"w": np.full(4, 1e-200)}, axes())
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [1e-200])


def test_several_series_have_their_names_at_their_ends_and_apart():
    series = {name: {"0.w": np.full(2, k), "1.w": np.full(2, k)} for name, k in (("a", 1.0), ("b", 1.01), ("c", 0.0))}
    ax = viz.gradient_flow(series, axes())
    ax.figure.draw_without_rendering()
    assert texts(ax) == ["a", "b", "c"]
    low, high, zero = ax.texts[0].xy[1], ax.texts[1].xy[1], ax.texts[2].xy[1]
    assert zero < low == 1.0 < high == 1.01
    boxes = [Text.get_window_extent(text) for text in ax.texts]  # without the lines to them
    assert boxes[2].y1 < boxes[0].y0 < boxes[0].y1 <= boxes[1].y0
    for look in ("get_color", "get_linestyle", "get_marker"):
        assert len({getattr(line, look)() for line in ax.lines[:2]}) == 2


def test_many_names_are_turned():
    ax = viz.gradient_flow({f"{k}.body.0.w": np.ones(1) for k in range(30)}, axes())
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {90}


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0.01, 0.1))
def test_apart_keeps_order_and_distance(heights, gap):
    moved = apart(heights, gap)
    order = np.argsort(heights, kind="stable")
    assert (np.diff(np.array(moved)[order]) >= gap - 1e-9).all()
    assert all(height <= 1 for height in moved)
    if (np.diff(np.sort(heights)) >= gap).all():
        np.testing.assert_allclose(moved, heights, atol=1e-9)


# receptive_field

CONV = st.builds(Conv2D, st.just(1), st.integers(1, 3), st.integers(1, 2), st.integers(0, 1), st.integers(1, 2))
SAME = st.builds(Conv2D, st.just(1), st.tuples(st.integers(1, 4), st.integers(1, 3)), padding=st.just("same"))
POOL = st.builds(AvgPool2D, st.integers(1, 3), st.sampled_from([None, 1, 2]))
RESIDUAL = Residual(Sequential([Conv2D(1, 3, padding=1), ReLU(), Conv2D(1, 3, padding=1)]))
PROJECTED = Residual(Conv2D(1, 3, 2, 1), Conv2D(1, 1, 2))
BRANCHES = Sequential([Parallel([Conv2D(1, 5, padding=2), AvgPool2D(3, 1, 1)]), Conv2D(1, 1)])
LAYER = st.one_of(CONV, SAME, POOL, st.sampled_from([ReLU(), RESIDUAL, PROJECTED, BRANCHES]))
STACKS = st.lists(LAYER, min_size=1, max_size=4)
IMAGE = (24, 26, 1)


def output_of(layers):
    """The height and width of the output, or none of this example when the image is too small."""
    try:
        return Sequential(layers).output_shape(IMAGE)[:2]
    except ValueError:
        reject()


def outlines(ax):
    """The outlined windows as (row, column, height, width), to the nearest pixel."""
    found = [(p.get_y() + 0.5, p.get_x() + 0.5, p.get_height(), p.get_width()) for p in slabs(ax)]
    return [tuple(round(value) for value in box) for box in found]


def measured(layers, position):
    """Where the gradient of one output by the image is not 0, with weights that let nothing cancel."""
    model = Sequential(layers)
    model.build(IMAGE, np.random.default_rng(0), np.float64)
    for value in model.params.values():
        value[...] = 1
    y, cache = model.forward(np.ones((1, *IMAGE)))
    dy = np.zeros_like(y)
    dy[0, *position] = 1
    return np.argwhere(model.backward(dy, cache)[0][0, :, :, 0])


@settings(deadline=None, max_examples=40)
@given(STACKS, st.data())
def test_no_pixel_outside_the_outline_has_a_gradient(layers, data):
    OH, OW = output_of(layers)
    position = data.draw(st.integers(0, OH - 1)), data.draw(st.integers(0, OW - 1))
    row, column, height, width = outlines(viz.receptive_field(layers, IMAGE, position, axes()))[-1]
    inside = measured(layers, position) - (row, column)
    assert ((inside >= 0) & (inside < (height, width))).all()


@pytest.mark.parametrize("position", [None, (0, 0), (2, 3)])
@pytest.mark.parametrize(
    "layers",
    [
        [Conv2D(1, 3)] * 3,
        [Conv2D(1, (5, 2)), ReLU(), AvgPool2D(2), Conv2D(1, 3)],
        [Conv2D(1, 3, stride=2), Conv2D(1, (2, 3), dilation=2)],
        [Conv2D(1, 3), RESIDUAL, BRANCHES],
    ],
)
def test_the_outline_is_exactly_what_the_gradient_reaches(layers, position):
    ax = viz.receptive_field(layers, IMAGE, position, axes())
    OH, OW = output_of(layers)
    row, column, height, width = outlines(ax)[-1]
    reached = measured(layers, position or (OH // 2, OW // 2))
    inside = np.clip([[row, column], [row + height - 1, column + width - 1]], 0, (23, 25))
    np.testing.assert_array_equal([reached.min(axis=0), reached.max(axis=0)], inside)


@settings(deadline=None, max_examples=40)
@given(STACKS, st.data())
def test_outlines_have_the_sizes_that_costs_computes_and_lie_in_each_other(layers, data):
    OH, OW = output_of(layers)
    position = data.draw(st.integers(0, OH - 1)), data.draw(st.integers(0, OW - 1))
    ax = viz.receptive_field(layers, IMAGE, position, axes())
    boxes = outlines(ax)
    expected = [costs.receptive_field(layers[: k + 1]) for k in range(len(layers))]
    expected = [size for k, size in enumerate(expected) if k == 0 or size != expected[k - 1]]
    assert [box[2:] for box in boxes] == expected
    assert texts(ax) == [f"{height}×{width}" for height, width in expected]
    for (row, column, height, width), (top, left, high, wide) in zip(boxes, boxes[1:], strict=False):
        assert top <= row and row + height <= top + high and left <= column and column + width <= left + wide


def test_padding_is_gray_and_in_view():
    ax = viz.receptive_field([conv(), MaxPool2D(2), conv()], (8, 10), (0, 4), axes())
    assert outlines(ax) == [(-1, 7, 3, 3), (-1, 7, 4, 4), (-3, 5, 8, 8)]
    shade = ax.images[0].get_array()
    assert shade.shape == (11, 13) and shade.sum() == 80
    np.testing.assert_array_equal(shade[3:, :10], 1)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-0.5, 12.5), (7.5, -3.5))


def test_an_image_is_drawn_below_the_outlines():
    x = np.random.default_rng(0).random((12, 16, 3))
    ax = viz.receptive_field(Sequential([conv(), conv()]), (12, 16), ax=axes(), image=x, labels=["a", "b"])
    np.testing.assert_array_equal(ax.images[1].get_array(), x)
    assert texts(ax) == ["a", "b"] and outlines(ax) == [(5, 7, 3, 3), (4, 6, 5, 5)]


def test_a_large_image_has_no_lines_between_its_pixels():
    counts = [len(viz.receptive_field(conv(), (size, size), ax=axes()).collections) for size in (64, 65)]
    assert counts == [2, 0]


def test_no_layers_see_one_pixel_of_their_own():
    assert outlines(viz.receptive_field([ReLU()], (5, 5), ax=axes())) == [(2, 2, 1, 1)]
    assert outlines(viz.receptive_field([], (5, 5), ax=axes())) == []


def test_the_names_of_the_outlines_stand_apart_beside_the_image():
    ax = viz.receptive_field([Conv2D(1, 3)] * 6, (200, 300), ax=axes())
    ax.figure.draw_without_rendering()
    labels = sorted((Text.get_window_extent(text) for text in ax.texts), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 for below, above in zip(labels, labels[1:], strict=False))
    assert all(label.x0 > ax.get_window_extent().x1 for label in labels) and len(labels) == 6


# errors


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: viz.architecture([conv()], (8, 8, 1)), TypeError, r"a layer or a Sequential .*; got \[Conv2D"),
        (lambda: viz.architecture(conv(), (8, 8, 1), labels="es"), TypeError, "labels must be a mapping .*got 'es'"),
        (lambda: viz.architecture(conv(), (8, 8)), ValueError, r"\(H, W, C\) without the batch; got \(8, 8\)"),
        (lambda: viz.architecture(ReLU(), (8, 0)), ValueError, "input_shape must be at least 1; got 0"),
        (lambda: viz.gradient_flow([1]), TypeError, "a mapping from names to gradients; got list"),
        (lambda: viz.gradient_flow({}), ValueError, r'the gradient of a weight, such as "0.w"; got \[\]'),
        (lambda: viz.gradient_flow({"0.b": np.ones(1)}), ValueError, r"got \['0.b'\]"),
        (lambda: viz.gradient_flow({"0.w": np.array([np.nan])}), ValueError, r"grads\['0.w'\] must be finite"),
        (lambda: viz.gradient_flow({"0.w": np.ones(0)}), ValueError, "at least one number"),
        (lambda: viz.gradient_flow({"0.w": np.array(["a"])}), TypeError, r"grads\['0.w'\] must hold real numbers"),
        (
            lambda: viz.gradient_flow({"a": {"0.w": np.ones(1)}, "b": {"1.w": np.ones(1)}}),
            ValueError,
            r"of one network; got weights of \['0'\], and in 'b' of \['1'\]",
        ),
        (lambda: viz.receptive_field([Flatten()], (8, 8)), ValueError, r"Flatten\(\) sees the whole image"),
        (lambda: viz.receptive_field([conv()], (8,)), ValueError, r"\(H, W\) or \(H, W, C\).*got \(8,\)"),
        (lambda: viz.receptive_field([Conv2D(1, 9)], (8, 8)), ValueError, "a kernel of 9 .* reaches over 9 pixels"),
        (lambda: viz.receptive_field([conv()], (8, 8), (8, 0)), ValueError, r"the 8 x 8 output .*got \(8, 0\)"),
        (lambda: viz.receptive_field([conv()], (8, 8), (0, -1)), ValueError, r"position\[1\] must be at least 0"),
        (lambda: viz.receptive_field([conv()], (8, 8), labels=["a", "b"]), ValueError, "each of the 1 outlines"),
        (lambda: viz.receptive_field([conv()], (8, 8), image=np.ones((8, 9))), ValueError, r"8 x 8 .*got \(8, 9\)"),
        (lambda: viz.receptive_field([1], (8, 8)), TypeError, "must be a layer such as ReLU"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_anything_is_drawn(call, error, message):
    with pytest.raises(error, match=message):
        call()
    assert plt.get_fignums() == []
