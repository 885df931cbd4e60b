"""save and load: the same network comes back, and nothing that cannot be trusted gets in."""

import io
import json
import os
import zipfile

import numpy as np
import pytest

from cnnlib import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    LocalResponseNorm,
    MaxPool2D,
    Parallel,
    ReLU,
    Residual,
    Sequential,
    init,
    load,
    save,
)


def network():
    """A small network with every kind of part, built and trained by a hair."""
    body = Sequential([Conv2D(4, padding="same", use_bias=False, init=init.he), BatchNorm2D(), ReLU()])
    parts = [Conv2D(4, (3, 2), padding=(1, 0)), Residual(body), Residual(Conv2D(4, 1), Conv2D(4, 1))]
    parts += [Parallel([MaxPool2D(2), AvgPool2D(2)]), LocalResponseNorm(), Dropout(0.2)]
    model = Sequential([*parts, Parallel([GlobalAvgPool2D(), Flatten()]), Dense(3)])
    model.build((8, 9, 2), np.random.default_rng(0))
    model.forward(np.random.default_rng(1).random((4, 8, 9, 2), np.float32), train=True)
    return model


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "a network.npz"
    save(network(), path)
    return path


def test_the_loaded_network_is_the_saved_one(saved):
    model, x = network(), np.random.default_rng(2).random((3, 8, 9, 2), np.float32)
    loaded = load(saved)
    assert loaded == model and loaded.input_shape == (8, 9, 2)
    np.testing.assert_array_equal(loaded.forward(x)[0], model.forward(x)[0])
    assert os.listdir(saved.parent) == ["a network.npz"]


def test_a_single_layer_and_float64_come_back(tmp_path):
    layer = Dense(3, init=lambda *arguments: init.he(*arguments))
    layer.build((4,), np.random.default_rng(0), np.float64)
    save(layer, tmp_path / "dense")
    loaded = load(str(tmp_path / "dense"))
    assert loaded == Dense(3) and loaded.params["w"].dtype == np.float64
    np.testing.assert_array_equal(loaded.params["w"], layer.params["w"])


def test_a_save_that_fails_leaves_what_was_there(saved, monkeypatch):
    before = saved.read_bytes()

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(OSError, match="No space left"):
        save(network(), saved)
    assert saved.read_bytes() == before and os.listdir(saved.parent) == [saved.name]


def test_what_cannot_be_saved(tmp_path):
    class Own(Dense):
        pass

    with pytest.raises(ValueError, match="save takes a built network"):
        save(Sequential([Dense(3)]), tmp_path / "x")
    with pytest.raises(TypeError, match="save knows the layers of cnnlib; got .*Own"):
        save(Sequential([Own(3)]), tmp_path / "x")


@pytest.mark.parametrize("part", [0, 1, 100, 0.5, -1])
def test_a_truncated_file_is_refused(saved, part):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * part) if isinstance(part, float) else part])
    with pytest.raises(ValueError, match="is no network saved by cnnlib, or it is damaged"):
        load(saved)


def test_no_file_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing")


def npy(array, version=(1, 0)):
    content = io.BytesIO()
    np.lib.format.write_array(content, array, version)
    return content.getvalue()


def rewrite(path, description=None, arrays=(), drop=(), compress=zipfile.ZIP_STORED):
    """Write a saved file anew with another description, or other or fewer arrays."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist() if name not in drop}
    whole = json.loads(entries["cnnlib.json"])
    entries["cnnlib.json"] = json.dumps(description(whole) if description else whole).encode()
    with zipfile.ZipFile(path, "w", compress) as archive:
        for name, content in (entries | dict(arrays)).items():
            archive.writestr(name, content)


def changed(**values):
    return lambda whole: whole | values


def first_layer(**values):
    def change(whole):
        whole["model"]["layers"][0] |= values
        return whole

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"description": changed(format="other")}, 'expected {"format": "cnnlib"'),
        ({"description": changed(version=2)}, "reads version 1 of the format; got 2"),
        ({"description": lambda whole: [1]}, 'expected {"format": "cnnlib"'),
        ({"description": changed(model={"layer": "Popen"})}, "expected the description of a layer of cnnlib"),
        ({"description": changed(model=3)}, "expected the description of a layer of cnnlib; got 3"),
        ({"description": changed(input_shape=[8, 9, 3])}, r"0.w.npy must be \(3, 2, 3, 4\)"),
        ({"description": changed(input_shape="ab")}, "input_shape must be a list of integers"),
        ({"description": first_layer(filters=10**9)}, "is no network saved by cnnlib"),
        ({"description": first_layer(filters="4")}, "filters must be an integer"),
        ({"description": first_layer(init="eval")}, r"init must be one of \['lecun'"),
        ({"description": changed(model={"layer": "Sequential", "layers": 3})}, "must be a list of layers; got 3"),
        ({"arrays": [("0.b.npy", npy(np.zeros(4, np.float32), (2, 0)))]}, r"version \(1, 0\); got \(2, 0\)"),
        ({"description": first_layer(extra=1)}, "Conv2D has the fields"),
        ({"description": changed(input_shape=[8, -9, 2])}, "input_shape must be a list of integers of at least 1"),
        ({"description": changed(version=True)}, "reads version 1 of the format; got True"),
        ({"description": first_layer(use_bias="no")}, "use_bias must be true or false; got 'no'"),
        ({"arrays": [("0.b.npy", npy(np.zeros(4)))]}, r"the same dtype; got \['float32', 'float64'\]"),
        ({"arrays": [("0.b.npy", npy(np.zeros(4, np.float32)).replace(b"(4,)", b"(((("))]}, "no network saved"),
        ({"drop": ["0.w.npy"]}, r"missing or strange: \['0.w.npy'\]"),
        ({"arrays": [("more.npy", npy(np.zeros(3)))]}, r"missing or strange: \['more.npy'\]"),
        ({"arrays": [("0.b.npy", npy(np.zeros(5, np.float32)))]}, r"0.b.npy must be \(4,\) .*; got \(5,\) of float32"),
        ({"arrays": [("0.b.npy", npy(np.zeros(4, int)))]}, r"0.b.npy must be \(4,\) .*; got \(4,\) of int64"),
        ({"arrays": [("0.b.npy", npy(np.array([{}] * 4)))]}, "0.b.npy must be .* got .* of object"),
        ({"arrays": [("0.b.npy", npy(np.zeros(4, np.float32))[:-4])]}, "0.b.npy must hold .* it has 12 bytes"),
        ({"arrays": [("0.b.npy", b"hello")]}, "is no network saved by cnnlib"),
        ({"compress": zipfile.ZIP_DEFLATED}, "must be stored uncompressed"),
    ],
)
def test_a_file_that_does_not_hold_what_it_says_is_refused(saved, change, message):
    rewrite(saved, **change)
    with pytest.raises(ValueError, match=message):
        load(saved)


def test_an_npz_of_another_program_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(ValueError, match="expected a description cnnlib.json"):
        load(tmp_path / "other.npz")


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_never_raises_anything_else(saved, seed):
    rng = np.random.default_rng(seed)
    data = bytearray(saved.read_bytes())
    tail = rng.integers(2)  # half of the damage goes where the archive says what it holds
    for place in rng.integers(len(data) - 1500 if tail else 0, len(data), 4):
        data[place] = rng.integers(256)
    saved.write_bytes(data)
    try:
        load(saved)
    except ValueError as error:
        assert "is no network saved by cnnlib" in str(error)


def test_an_encrypted_file_and_odd_parameters_are_refused(saved, tmp_path):
    data = bytearray(saved.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    saved.write_bytes(data)
    with pytest.raises(ValueError, match="is no network saved by cnnlib"):
        load(saved)
    layer = Dense(2)
    layer.build((3,), np.random.default_rng(0))
    layer.params["w"] = layer.params["w"].astype(np.float16)
    with pytest.raises(ValueError, match="save takes parameters of float32 or float64; got"):
        save(layer, tmp_path / "x")


def test_two_entries_of_one_name_are_refused(saved):
    with zipfile.ZipFile(saved, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("0.b.npy", npy(np.zeros(4, np.float32)))
    with pytest.raises(ValueError, match="the file holds two entries of one name"):
        load(saved)


def test_a_deeply_nested_description_is_refused(saved):
    rewrite(saved)
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("cnnlib.json", "[" * 200_000)
    with pytest.raises(ValueError, match="is no network saved by cnnlib"):
        load(saved)


def test_a_file_that_declares_more_than_it_has_is_refused(saved):
    data = bytearray(saved.read_bytes())
    at = data.rfind(b"PK\x01\x02")  # the last entry of the directory: its sizes stand 20 and 24 bytes on
    data[at + 20 : at + 28] = (2**31).to_bytes(4, "little") * 2
    saved.write_bytes(data)
    with pytest.raises(ValueError, match="the entries declare .* bytes, more than the file has"):
        load(saved)
