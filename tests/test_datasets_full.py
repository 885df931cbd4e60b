"""All of MNIST: from a folder, downloaded, and what happens when either goes wrong."""

import gzip
import hashlib
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pooch
import pytest

from cnnlib import datasets
from cnnlib.datasets import load_mnist

TRUE_FILES = os.environ.get("CNNLIB_DATA", "")
ROOT = Path(__file__).parents[1]
NOWHERE = "http://127.0.0.1:9/"
IMAGES = "train-images-idx3-ubyte"
needs_mnist = pytest.mark.skipif(not TRUE_FILES, reason="CNNLIB_DATA does not name MNIST's original files")


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder; a file below /cut/ announces its whole length and stops in the middle."""

    def do_GET(self):
        if not self.path.startswith("/cut/"):
            return super().do_GET()
        content = Path(self.directory, self.path.removeprefix("/cut/")).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])

    def log_message(self, *args):
        """Say nothing."""


def idx(array):
    """uint8 -> the bytes of its idx file."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and no settings of this machine."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(pooch, "os_cache", lambda name: folder)
    monkeypatch.delenv("CNNLIB_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    return folder


@pytest.fixture
def files(tmp_path, monkeypatch, cache):
    """A folder with four small packed files that pass for MNIST's."""
    folder = tmp_path / "fíles of mine"
    folder.mkdir()
    rng = np.random.default_rng(0)
    checksums = {}
    for name, count in zip(datasets.CHECKSUMS, (3, 3, 2, 2), strict=True):
        shape = (count, 28, 28) if "idx3" in name else (count,)
        content = idx(rng.integers(0, 10, shape, dtype=np.uint8))
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        checksums[name] = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(datasets, "CHECKSUMS", checksums)
    return folder


@pytest.fixture
def server(files):
    """The address of a server on this machine that serves the four files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=files)) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()
        thread.join()


def assert_small_mnist(data):
    (X_train, y_train), (X_test, y_test) = data
    assert (X_train.shape, y_train.shape) == ((3, 28, 28, 1), (3,))
    assert (X_test.shape, y_test.shape) == ((2, 28, 28, 1), (2,))


def broken_addresses(server):
    """Addresses from which nothing whole comes, by what is wrong with them."""
    return {"offline": NOWHERE, "missing": f"{server}elsewhere/", "cut off": f"{server}cut/"}


def damage(files):
    """Put another valid file in the place of the training images."""
    (files / f"{IMAGES}.gz").write_bytes(gzip.compress(idx(np.zeros((3, 28, 28), np.uint8))))


# From a folder


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("form", [str, Path.as_uri])
def test_full_from_folder(files, monkeypatch, packed, form):
    if not packed:
        for path in files.glob("*.gz"):
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
    monkeypatch.setenv("CNNLIB_DATA", form(files))
    assert_small_mnist(load_mnist("full"))


def test_full_folder_without_files(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNLIB_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=rf"expected {IMAGES} or {IMAGES}.gz in .*, found neither"):
        load_mnist("full")


def test_full_folder_with_other_content(files, monkeypatch):
    damage(files)
    monkeypatch.setenv("CNNLIB_DATA", str(files))
    expected = datasets.CHECKSUMS[IMAGES]
    with pytest.raises(ValueError, match=rf"expected the SHA-256 {expected} .*, got [0-9a-f]{{64}}"):
        load_mnist("full")


# Downloaded


def test_download_once_then_from_the_cache(server, cache, monkeypatch, capfd, caplog):
    monkeypatch.setattr(pooch.get_logger(), "handlers", [caplog.handler])
    monkeypatch.setattr(datasets, "MIRRORS", (server,))
    assert_small_mnist(load_mnist("full"))
    out, err = capfd.readouterr()
    assert out == ""
    assert f"{IMAGES}.gz: 100%" in err  # the progress bar
    assert caplog.records == []
    assert sorted(path.name for path in cache.iterdir()) == sorted(datasets.CHECKSUMS)
    monkeypatch.setattr(datasets, "MIRRORS", (NOWHERE,))
    assert_small_mnist(load_mnist("full"))
    assert capfd.readouterr() == ("", "")


def test_address_in_the_environment(server, monkeypatch):
    monkeypatch.setattr(datasets, "MIRRORS", (NOWHERE,))
    monkeypatch.setenv("CNNLIB_DATA", server.rstrip("/"))
    assert_small_mnist(load_mnist("full"))


@pytest.mark.parametrize("first", ["offline", "missing", "cut off"])
def test_next_mirror_is_tried(server, monkeypatch, first):
    monkeypatch.setattr(datasets, "MIRRORS", (broken_addresses(server)[first], server))
    assert_small_mnist(load_mnist("full"))


@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        ("offline", ConnectionError, r"127\.0\.0\.1"),
        ("missing", ConnectionError, "404"),
        ("cut off", ConnectionError, r"IncompleteRead\(\d+ bytes read, \d+ more expected\)"),
        ("other content", ValueError, r"expected [0-9a-f]{64} but got [0-9a-f]{64}"),
        ("no archive", ValueError, "expected a whole gzip file, got 4 bytes"),
    ],
)
def test_failed_download_leaves_nothing(files, server, cache, monkeypatch, place, error, message):
    if place == "other content":
        damage(files)
    if place == "no archive":
        (files / f"{IMAGES}.gz").write_bytes(b"\x1f\x8b\0\0")
    address = broken_addresses(server).get(place, server)
    monkeypatch.setattr(datasets, "MIRRORS", (address,))
    with pytest.raises(error, match=message) as caught:
        load_mnist("full")
    assert f"{address}{IMAGES}.gz" in str(caught.value)
    assert "CNNLIB_DATA" in str(caught.value)
    assert list(cache.iterdir()) == []


def test_damaged_cache_is_downloaded_again(server, cache, monkeypatch):
    monkeypatch.setattr(datasets, "MIRRORS", (server,))
    cache.mkdir()
    (cache / IMAGES).write_bytes(b"half of a file")
    assert_small_mnist(load_mnist("full"))


def test_cache_that_cannot_be_written(server, cache, monkeypatch):
    monkeypatch.setattr(datasets, "MIRRORS", (server,))
    cache.write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"cannot keep .* in the cache folder (?s:.*)CNNLIB_DATA"):
        load_mnist("full")


# With the original files at hand


@needs_mnist
def test_true_mnist():
    (X_train, y_train), (X_test, y_test) = load_mnist("full")
    (X_12k, y_12k), (X_2k, y_2k) = load_mnist("12k")
    assert (X_train.shape, X_test.shape) == ((60_000, 28, 28, 1), (10_000, 28, 28, 1))
    for part, whole in ((X_12k, X_train), (y_12k, y_train), (X_2k, X_test), (y_2k, y_test)):
        np.testing.assert_array_equal(part, whole[: len(part)])


@needs_mnist
def test_the_script_makes_the_files_of_the_package(tmp_path):
    script = ROOT / "scripts" / "cut_data.py"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        command = [sys.executable, script, TRUE_FILES, "--output", tmp_path / name]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    for name in ("mnist_12k.npz", "photo.npz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        with np.load(tmp_path / "one" / name) as new, np.load(ROOT / "cnnlib" / "data" / name) as kept:
            assert new.files == kept.files
            for key in new.files:
                np.testing.assert_array_equal(new[key], kept[key])
