"""The data that come with the package, and what a damaged file answers."""

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnlib.datasets import load_mnist, load_photo, read_idx

ROOT = Path(__file__).parents[1]
IMAGES = np.zeros((2, 3, 4), np.uint8)


def test_subset_contract():
    for X, y in load_mnist():
        assert X.shape == (len(y), 28, 28, 1)
        assert X.dtype == np.float32
        assert y.dtype == np.int64
        assert X.flags.c_contiguous
        assert X.flags.writeable
        assert X.min() == 0
        assert X.max() == 1
        np.testing.assert_array_equal(X, np.rint(X * 255).astype(np.uint8).astype(np.float32) / 255)


def test_subset_is_the_first_images():
    (X_train, y_train), (X_test, y_test) = load_mnist("12k")
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(y_train).tolist() == [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    assert np.bincount(y_test).tolist() == [175, 234, 219, 207, 217, 179, 178, 205, 192, 194]
    assert np.rint(X_train[0].sum() * 255) == 27_525
    assert np.rint(X_test[0].sum() * 255) == 18_454


def test_each_call_returns_new_arrays():
    (X, _), _ = load_mnist()
    X[:] = 0.5
    assert load_mnist()[0][0].max() == 1


def test_photo_contract():
    photo = load_photo()
    assert photo.shape == (160, 240, 3)
    assert photo.dtype == np.float32
    assert photo.min() >= 0
    assert photo.max() <= 1
    red, _, blue = photo[:8].mean(axis=(0, 1))
    assert blue > red  # the sky is at the top, and the channels are red, green, blue


def test_import_loads_no_download_library():
    loaded = "{'pooch', 'requests', 'tqdm'} & set(sys.modules)"
    code = f"import sys, cnnlib.datasets as d; d.load_mnist(); print({loaded})"
    answer = subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT)
    assert answer == "set()\n"


@pytest.mark.parametrize("subset", ["60k", "", None, 12])
def test_unknown_subset(subset):
    with pytest.raises(ValueError, match=rf"subset must be '12k' or 'full', got {subset!r}"):
        load_mnist(subset)

def idx(array):
    """uint8 -> the bytes of its idx file."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx(np.zeros(5, np.uint8)), r"expected the magic number 2051 .*, got 2049"),
        (b"<html>", r"expected the magic number 2051 .*, got 1013478509; .* a page"),
        (idx(IMAGES)[:-1], r"expected 40 bytes for the shape \(2, 3, 4\), got 39"),
        (idx(IMAGES) + b"!", r"expected 40 bytes for the shape \(2, 3, 4\), got 41"),
        (idx(IMAGES)[:10], r"got 10; is it cut off"),
        (b"", r"expected the magic number 2051 .*, got 0"),
        (gzip.compress(idx(IMAGES), mtime=0)[:-9], r"expected a whole gzip file, got \d+ bytes"),
    ],
)
def test_damaged_idx(tmp_path, content, message):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_idx(path)
