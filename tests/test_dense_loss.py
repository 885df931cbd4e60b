"""Dense, flatten, ReLU, softmax and the cross-entropy."""

import numpy as np
import pytest

from cnnlib import check_gradients, dense_backward, dense_forward, softmax, softmax_cross_entropy
from cnnlib.activations import (
    relu_backward,
    relu_forward,
    sigmoid_forward,
    softmax_backward,
    softmax_forward,
    tanh_forward,
)
from cnnlib.dense import flatten_backward, flatten_forward
from cnnlib.losses import class_indices

rng = np.random.default_rng(0)


def test_dense_equals_the_product_and_its_gradients_are_right():
    x, w, b = rng.standard_normal((3, 5)), rng.standard_normal((5, 4)), rng.standard_normal(4)
    np.testing.assert_allclose(dense_forward(x, w, b)[0], x @ w + b, atol=1e-12)
    assert check_gradients((dense_forward, dense_backward), x, w, b) < 1e-8
    y, cache = dense_forward(x, w, None)
    assert dense_backward(y, cache)[2] is None and dense_backward(y, cache, need_dx=False)[0] is None


@pytest.mark.parametrize("N", [0, 1, 3])
def test_flatten_is_reshape_whatever_the_order_in_memory(N):
    x = rng.standard_normal((N, 2, 3, 4))
    for same in (x, np.asfortranarray(x), x.transpose(3, 1, 2, 0).copy().transpose(3, 1, 2, 0)):
        y, cache = flatten_forward(same)
        np.testing.assert_array_equal(y, x.reshape(N, 24))
        np.testing.assert_array_equal(flatten_backward(y, cache), x)


def test_relu_lets_through_what_is_positive_and_its_gradient():
    assert relu_forward(np.array([-1.0, 0, 2]))[0].tolist() == [0, 0, 2]
    assert check_gradients((relu_forward, relu_backward), rng.standard_normal((3, 4))) < 1e-8
    assert relu_backward(np.ones(3), relu_forward(np.array([-1.0, 0, 2]))[1]).tolist() == [0, 0, 1]


def test_softmax_sums_to_one_ignores_a_shift_and_never_overflows():
    z = rng.standard_normal((4, 5))
    np.testing.assert_allclose(softmax(z).sum(axis=1), 1)
    np.testing.assert_allclose(softmax(z + 700), softmax(z))
    np.testing.assert_allclose(softmax(z.reshape(2, 2, 5)), softmax(z).reshape(2, 2, 5))
    assert check_gradients((softmax_forward, softmax_backward), z.reshape(2, 2, 5)) < 1e-8
    assert np.isfinite(softmax(np.array([[1e30, -1e30]], np.float32))).all()


def test_cross_entropy_is_minus_the_mean_logarithm_and_its_gradient_is_right():
    z, labels = rng.standard_normal((6, 4)), np.array([0, 1, 2, 3, 3, 0])
    loss, _ = softmax_cross_entropy(z, labels)
    assert np.isclose(loss, -np.log(softmax(z)[np.arange(6), labels]).mean())
    assert check_gradients(lambda z: softmax_cross_entropy(z, labels), z) < 1e-8


def test_a_confident_wrong_answer_costs_much_and_not_infinity():
    loss, dz = softmax_cross_entropy(np.array([[1000.0, 0.0]], np.float32), [1])
    assert loss == 1000 and dz.tolist() == [[1, -1]] and dz.dtype == np.float32


def test_an_image_with_large_logits_does_not_swallow_another():
    loss, _ = softmax_cross_entropy(np.array([[0.0, 0.0], [2000.0, 2000.0]]), [0, 1])
    assert np.isclose(loss, np.log(2))


def test_an_empty_batch_has_no_loss():
    loss, dz = softmax_cross_entropy(np.zeros((0, 3)), np.zeros(0, int))
    assert loss == 0 and dz.shape == (0, 3)
    assert class_indices([], 0, 3).dtype == np.int64


@pytest.mark.parametrize(
    ("labels", "kind", "message"),
    [
        ([0, 3], ValueError, "labels must lie between 0 and 2; got 0 to 3"),
        ([-1, 0], ValueError, "labels must lie between 0 and 2; got -1 to 0"),
        ([0.0, 1.0], TypeError, "labels must be integers from 0 to 2; got dtype float64"),
        (["cat", "dog"], TypeError, "labels must be integers from 0 to 2; got dtype <U3"),
        ([0], ValueError, r"one integer for each of the 2 rows of z, \(2,\); got \(1,\)$"),
        (np.eye(3)[:2], ValueError, r"got \(2, 3\): one-hot\? Try labels.argmax"),
    ],
)
def test_labels_that_are_no_labels(labels, kind, message):
    with pytest.raises(kind, match=message):
        softmax_cross_entropy(np.zeros((2, 3)), labels)


def test_dense_errors():
    with pytest.raises(ValueError, match=r"D = 5 columns, w must be \(D, U\) with as many rows; got w \(4, 2\)"):
        dense_forward(np.zeros((1, 5)), np.zeros((4, 2)), None)
    with pytest.raises(ValueError, match=r"2 axes, \(N, D\); got 4.*images need a Flatten\(\) before a Dense"):
        dense_forward(np.zeros((1, 2, 2, 1)), np.zeros((4, 2)), None)
    with pytest.raises(ValueError, match=r"each of the 2 outputs of w \(4, 2\); got shape \(3,\)"):
        dense_forward(np.zeros((1, 4)), np.zeros((4, 2)), np.zeros(3))


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (relu_forward, "x"),
        (tanh_forward, "x"),
        (sigmoid_forward, "x"),
        (softmax, "z"),
        (lambda text: softmax_cross_entropy(text, [0]), "z"),
        (lambda text: dense_forward(text, np.zeros((1, 2)), None), "x"),
        (lambda text: dense_forward(np.zeros((1, 1)), text, None), "w"),
        (lambda text: dense_forward(np.zeros((1, 1)), np.zeros((1, 1)), text), "b"),
    ],
)
def test_text_is_refused_by_the_name_of_its_argument(function, name):
    with pytest.raises(TypeError, match=f"^{name} must hold real numbers; got dtype <U1"):
        function(np.array([["a"]]))
