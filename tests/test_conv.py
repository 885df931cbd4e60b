"""Convolution: equal to the loops, right in its gradients, clear in its errors."""

import naive
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnlib import check_gradients, conv2d_backward, conv2d_forward
from cnnlib.windows import image_pads

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
paddings = st.one_of(
    st.sampled_from(["same", "valid"]), st.integers(0, 2), st.tuples(st.integers(0, 2), st.integers(0, 2))
)


@st.composite
def problems(draw):
    """A random convolution: arrays and settings."""
    groups = draw(st.integers(1, 3))
    C, F = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    H, W, KH, KW = (draw(st.integers(1, high)) for high in (6, 6, 3, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x, w, b = (rng.standard_normal(s) for s in ((draw(st.integers(0, 2)), H, W, C), (KH, KW, C // groups, F), (F,)))
    return x, w, b if draw(st.booleans()) else None, draw(pairs), draw(paddings), draw(pairs), groups


def padding_of(problem):
    x, w, _, stride, padding, dilation, _ = problem
    try:
        return image_pads(x.shape[1:3], w.shape[:2], stride, padding, dilation)
    except ValueError:
        assume(False)


@settings(deadline=None, max_examples=60)
@given(problems())
def test_forward_equals_the_loops(problem):
    pads = padding_of(problem)
    x, w, b, stride, _, dilation, groups = problem
    y, _ = conv2d_forward(*problem)
    right = naive.conv2d(x, w, b, stride, pads, dilation, groups)
    assert y.shape == right.shape
    np.testing.assert_allclose(y, right, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(problems(), st.integers(0, 2**32 - 1))
def test_backward_is_the_adjoint_in_x_and_in_w(problem, seed):
    padding_of(problem)
    x, w, b, *setting = problem
    y, cache = conv2d_forward(x, w, None, *setting)
    g = np.random.default_rng(seed).standard_normal(y.shape)
    dx, dw, db = conv2d_backward(g, cache)
    assert (dx.shape, dw.shape, db) == (x.shape, w.shape, None)
    assert np.isclose(np.sum(y * g), np.sum(x * dx))
    assert np.isclose(np.sum(y * g), np.sum(w * dw))


@pytest.mark.parametrize("setting", [(1, 0, 1, 1), (2, 1, 1, 1), ((1, 2), "same", 1, 2), (1, (2, 0), (2, 1), 4)])
def test_gradients(setting):
    rng = np.random.default_rng(0)
    groups = setting[-1]
    x, w, b = rng.standard_normal((2, 7, 6, 4)), rng.standard_normal((3, 2, 4 // groups, 4)), rng.standard_normal(4)
    forward = lambda x, w, b: conv2d_forward(x, w, b, *setting)  # noqa: E731
    assert check_gradients((forward, conv2d_backward), x, w, b) < 1e-8


def test_the_course_and_the_original_of_problem_2():
    x = np.arange(1, 17).reshape(1, 4, 4, 1)
    w = np.array([[[0, 0, 0], [0, 1, 0], [0, -1, 0]], [[0, 0, 0], [0, -1, 1], [0, 0, 0]]]).transpose(1, 2, 0)[
        :, :, None
    ]
    y, cache = conv2d_forward(x, w, np.zeros(2))
    assert (y[..., 0] == -4).all() and (y[..., 1] == 1).all()
    course = np.array([[[-4, -4], [10, 11]], [[1, -7], [1, -11]]]).transpose(1, 2, 0)[None]
    dx, dw, _ = conv2d_backward(course, cache)
    assert dx[0, :, :, 0].tolist() == [[0, 0, 0, 0], [0, -5, 4, -7], [0, 13, 27, -11], [0, -10, -11, 0]]
    assert dw[:, :, 0, 0].tolist() == [[104, 117, 130], [156, 169, 182], [208, 221, 234]]
    assert dw[:, :, 0, 1].tolist() == [[-74, -90, -106], [-138, -154, -170], [-202, -218, -234]]
    original = course.copy()
    original[..., 0] = -4
    dx, dw, _ = conv2d_backward(original, cache)
    assert dx[0, :, :, 0].tolist() == [[0, 0, 0, 0], [0, -5, 4, -7], [0, -1, 12, -11], [0, 4, 4, 0]]
    assert dw[:, :, 0, 0].tolist() == [[-56, -72, -88], [-120, -136, -152], [-184, -200, -216]]


def test_order_in_memory_dtype_and_writability_do_not_matter():
    rng = np.random.default_rng(1)
    x, w, b = rng.standard_normal((3, 6, 5, 2)), rng.standard_normal((3, 3, 2, 4)), rng.standard_normal(4)
    y, cache = conv2d_forward(x, w, b, 1, 1)
    dy = rng.standard_normal(y.shape)
    right = y, *conv2d_backward(dy, cache)
    x2, w2, dy2 = np.asfortranarray(x), w[::-1][::-1], dy.transpose(1, 2, 3, 0).copy().transpose(3, 0, 1, 2)
    for a in (x2, w2, b, dy2):
        a.flags.writeable = False
    y2, cache2 = conv2d_forward(x2, w2, b, 1, 1)
    for found, expected in zip((y2, *conv2d_backward(dy2, cache2)), right, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    y4, cache4 = conv2d_forward(*(a.astype(np.float32) for a in (x, w, b)), 1, 1)
    for found, expected in zip((y4, *conv2d_backward(dy.astype(np.float32), cache4)), right, strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_integers_are_computed_in_float32():
    assert conv2d_forward(np.ones((1, 3, 3, 1), np.uint8), np.ones((2, 2, 1, 1), int), None)[0].dtype == np.float32


def test_need_dx_leaves_out_dx_alone():
    x, w = np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1))
    y, cache = conv2d_forward(x, w, np.zeros(1))
    dx, dw, db = conv2d_backward(y, cache, need_dx=False)
    _, dw2, db2 = conv2d_backward(y, cache)
    assert dx is None and (dw == dw2).all() and (db == db2).all()


@pytest.mark.parametrize(
    ("x", "w", "b", "options", "message"),
    [
        (
            (2, 1, 28, 28),
            (3, 3, 1, 8),
            None,
            {},
            r"C = 28 channels.*wants 1.*channels first\? Try x.transpose\(0, 2, 3, 1\)",
        ),
        ((2, 28, 28, 3), (3, 3, 1, 8), None, {}, r"C = 3 channels.*wants 1; got x \(2, 28, 28, 3\), w \(3, 3, 1, 8\)"),
        (
            (28, 28),
            (3, 3, 1, 8),
            None,
            {},
            r"4 axes, \(N, H, W, C\); got 2, shape \(28, 28\): for one gray image, x\[None",
        ),
        (
            (2, 4, 9, 1),
            (5, 3, 1, 8),
            None,
            {},
            "height: a kernel of 5 with dilation 1 reaches over 5 pixels, more than the 4",
        ),
        (
            (2, 9, 4, 1),
            (3, 3, 1, 8),
            None,
            {"dilation": 2},
            "width: a kernel of 3 with dilation 2 reaches over 5 pixels",
        ),
        ((2, 9, 9, 1), (3, 3, 1, 8), (7,), {}, r"b must have one value for each of the 8 outputs.*got shape \(7,\)"),
        (
            (2, 9, 9, 4),
            (3, 3, 2, 3),
            None,
            {"groups": 2},
            "groups must divide channels and filters; got 4 channels, 3 filters, 2",
        ),
        ((2, 9, 9, 1), (3, 3, 8), None, {}, r"w must hold filters \(KH, KW, C / groups, F\).*got shape \(3, 3, 8\)"),
        (
            (2, 9, 9, 1),
            (3, 3, 1, 8),
            None,
            {"stride": (1, 2, 3)},
            r"stride must be one integer or a pair.*got \(1, 2, 3\)",
        ),
    ],
)
def test_errors_say_what_was_expected_and_what_came(x, w, b, options, message):
    b = None if b is None else np.zeros(b)
    with pytest.raises(ValueError, match=message):
        conv2d_forward(np.zeros(x), np.zeros(w), b, **options)


@pytest.mark.parametrize("name", ["stride", "padding", "dilation", "groups"])
def test_a_setting_that_is_no_integer_is_named(name):
    with pytest.raises(TypeError, match=f"^{name} must be an integer; got 0.5"):
        conv2d_forward(np.zeros((1, 4, 4, 1)), np.zeros((2, 2, 1, 1)), None, **{name: 0.5})


def test_the_hint_at_channels_first_comes_where_it_would_help_alone():
    w, hint = np.zeros((3, 3, 2, 4)), "groups 2: channels first? Try x.transpose(0, 2, 3, 1)"
    for shape, end in (((1, 4, 8, 8), hint), ((1, 8, 8, 6), "groups 2")):
        with pytest.raises(ValueError) as caught:
            conv2d_forward(np.zeros(shape), w, None, groups=2)
        assert str(caught.value).endswith(end)


def test_the_bias_and_the_filters_are_named():
    x, w = np.zeros((1, 4, 4, 1)), np.zeros((2, 2, 1, 3))
    with pytest.raises(ValueError, match=r"each of the 3 outputs of w \(2, 2, 1, 3\); got shape \(2,\)"):
        conv2d_forward(x, w, np.zeros(2))
    with pytest.raises(TypeError, match="^w must hold real numbers; got dtype <U1"):
        conv2d_forward(x, np.full((2, 2, 1, 3), "a"), None)


def test_a_gradient_of_another_shape_and_text_are_refused():
    _, cache = conv2d_forward(np.zeros((1, 4, 4, 1)), np.zeros((3, 3, 1, 2)), None)
    with pytest.raises(ValueError, match=r"dy must have the shape of the output y, \(1, 2, 2, 2\); got \(1, 2, 2, 1\)"):
        conv2d_backward(np.zeros((1, 2, 2, 1)), cache)
    with pytest.raises(TypeError, match="x must hold real numbers; got dtype <U1"):
        conv2d_forward(np.array([[[["a"]]]]), np.zeros((1, 1, 1, 1)), None)
