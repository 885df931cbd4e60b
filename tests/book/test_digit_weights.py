"""What the playground of chapter 7 says of its network is true of the weights that it loads."""

import base64
import gzip

import digit_weights
import numpy as np
import pytest

from cnnlib.datasets import load_mnist

ON_THE_WIRE = 150_000  # bytes


@pytest.fixture(scope="module")
def stored():
    return digit_weights.read()


def test_the_stored_weights_reach_the_accuracy_that_the_page_gives(stored):
    model, content = stored
    assert digit_weights.accuracy(model) == content["accuracy"] > 0.975


def test_the_file_holds_every_parameter_of_lenet_and_is_light(stored):
    model, content = stored
    shapes = [w.shape for name, w in model.params.items() if name.endswith("w")]
    assert [tuple(layer["shape"]) for layer in content["layers"]] == shapes
    assert sum(p.size for p in model.params.values()) == 79302
    assert len(gzip.compress(digit_weights.PLACE.read_bytes())) <= ON_THE_WIRE


def test_rounding_moves_no_weight_by_more_than_half_a_step():
    rng = np.random.default_rng(0)
    w, b = rng.standard_normal((256, 200)), rng.standard_normal(200)
    layer = digit_weights.rounded(w, b)
    whole = np.frombuffer(base64.b64decode(layer["weights"]), np.int8).reshape(w.shape)
    assert np.abs(whole * layer["step"] - w).max() <= 0.5001 * layer["step"]
    assert layer["step"] <= np.abs(w).max() / 126


def test_the_digits_to_pick_are_the_first_of_their_kind_among_the_test_images(stored):
    x, labels = load_mnist()[1]
    pixels = np.frombuffer(base64.b64decode(stored[1]["digits"]), np.uint8).reshape(10, 28, 28, 1)
    for digit, picture in enumerate(pixels):
        first = x[labels == digit][0]
        assert np.array_equal(picture, np.round(first * 255))


def test_the_still_picture_shows_what_the_text_beside_it_says(stored):
    zero = digit_weights.digits()[0]
    logits, _ = stored[0].forward(np.array([digit_weights.cornered(zero), zero]))
    assert logits.argmax(axis=1).tolist() == [7, 0]
