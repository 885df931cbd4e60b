"""summary and receptive_field: equal to what building, running and perturbing the network shows."""

import numpy as np
import pytest

from cnnlib import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAvgPool2D,
    MaxPool2D,
    Parallel,
    ReLU,
    Residual,
    Sequential,
    receptive_field,
    summary,
)


def network():
    block = Residual(Sequential([Conv2D(4, 3, padding=1), BatchNorm2D()]))
    return Sequential(
        [Conv2D(4, 3), block, Parallel([Conv2D(2, 1), MaxPool2D(3, 1, 1)]), MaxPool2D(2), Flatten(), Dense(5)]
    )


def test_parameters_and_shapes_are_those_of_the_built_network():
    model, found = network(), summary(network(), (9, 9, 2))
    model.build((9, 9, 2), np.random.default_rng(0))
    assert found.parameters == sum(p.size for p in model.params.values())
    x = np.zeros((1, 9, 9, 2), np.float32)
    by_name = {row.name: row.output_shape for row in found.rows}
    for i, layer in enumerate(model.layers):
        x, _ = layer.forward(x)
        assert by_name[str(i)] == x.shape[1:]
    assert found.activation_bytes == sum(4 * np.prod(row.output_shape) for row in found.rows)


def test_multiply_adds_count_every_product():
    assert summary(Conv2D(6, (3, 2), stride=2, groups=2), (9, 8, 4)).multiply_adds == 4 * 4 * 6 * 3 * 2 * 2
    assert summary(Dense(7), (5,)).multiply_adds == 35


def test_nothing_is_built():
    model = network()
    summary(model, (9, 9, 2))
    assert model.params == {} and model.input_shape is None


STACKS = [
    [Conv2D(1, 3), Conv2D(1, 3), Conv2D(1, 3)],
    [Conv2D(1, (5, 3), stride=2), MaxPool2D(2), Conv2D(1, 3, dilation=2)],
    [AvgPool2D(3, 2), Residual(Conv2D(1, 3, padding=1)), Conv2D(1, 1)],
    [Parallel([Conv2D(1, 1), Conv2D(1, 5, padding=2)]), Conv2D(1, 2)],
]


@pytest.mark.parametrize("layers", STACKS, ids=str)
def test_the_receptive_field_is_what_the_gradient_reaches(layers):
    model = Sequential([AvgPool2D(layer.pool_size) if isinstance(layer, MaxPool2D) else layer for layer in layers])
    model.build((41, 43, 1), np.random.default_rng(0), np.float64)
    y, cache = model.forward(np.random.default_rng(1).random((1, 41, 43, 1)))
    dy = np.zeros_like(y)
    dy[0, y.shape[1] // 2, y.shape[2] // 2] = 1
    reached = model.backward(dy, cache)[0][0, :, :, 0] != 0
    seen = int(np.ptp(np.flatnonzero(reached.any(axis=1)))) + 1, int(np.ptp(np.flatnonzero(reached.any(axis=0)))) + 1
    assert receptive_field(layers) == seen


def test_from_a_flatten_a_dense_or_a_global_pooling_on_everything_is_seen():
    for layer in (Flatten(), Dense(3), GlobalAvgPool2D()):
        assert receptive_field([Conv2D(2, 3), layer]) is None
    assert receptive_field(Parallel([Conv2D(2, 3), GlobalAvgPool2D()])) is None
    assert receptive_field([ReLU()]) == (1, 1)


@pytest.mark.parametrize("setting", ["kernel_size", "stride", "dilation"])
def test_a_setting_that_no_window_can_have_is_named(setting):
    with pytest.raises(ValueError, match=f"^{setting} must be at least 1; got 0"):
        receptive_field([Conv2D(2, **{setting: 0})])


def test_a_layer_without_bias_counts_none():
    assert summary(Dense(3, use_bias=False), (4,)).parameters == 12
    assert summary(Conv2D(3, 2, use_bias=False), (4, 4, 5)).parameters == 60


def test_it_shows_itself_as_text_and_as_html():
    found = summary(Sequential([Conv2D(6, 3), Flatten(), Dense(2)]), (5, 5, 1))
    text, html = repr(found), found._repr_html_()
    for part in ("Conv2D 6, kernel 3", "(3, 3, 6)", "594", "170", "3×3", "everything"):
        assert part in text and part in html
    assert len(text.splitlines()) == 5 and html.count("<tr>") == 5
    assert {len(row) for row in found.table()} == {7}


def test_layers_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="Dense takes rows") as caught:
        summary(Sequential([ReLU(), Dense(3)]), (5, 5, 1))
    assert "layer 1 of the Sequential" in caught.value.__notes__[0]
