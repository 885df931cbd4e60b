"""The data of the book: MNIST's handwritten digits, and a photograph for filters to look at."""

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from logging import Logger
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np

from cnnlib.arrays import Array

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# SHA-256 of the unpacked files: packing a file again changes the .gz, never its content.
CHECKSUMS = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
ADVICE = (
    "load_mnist('12k') needs no download. For all of MNIST, put the four original files, packed (.gz) or "
    "not, in a folder and set the environment variable CNNLIB_DATA to it, or to an address that serves them."
)


def load_mnist(subset: str = "12k") -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """MNIST -> ((N, 28, 28, 1), (N,)) to train on and ((M, 28, 28, 1), (M,)) to test on.

    subset: "12k", the first 10,000 training and 2,000 test images, which come with the package;
        "full", all 60,000 and 10,000, downloaded once. The environment variable CNNLIB_DATA names a
        folder that holds the four original files, packed or not, or another address to download from.

    Returns (X_train, y_train), (X_test, y_test): images float32 in [0, 1], labels int64 in 0..9.
    Each call returns new arrays.

    Raises ValueError if subset is unknown or a file has another content than MNIST's;
    ConnectionError if no address answers; OSError if a file is missing or the cache cannot be written.

    >>> (X_train, y_train), (X_test, y_test) = load_mnist()
    >>> X_train.shape, X_test.shape
    ((10000, 28, 28, 1), (2000, 28, 28, 1))
    >>> y_train[:5].tolist()
    [5, 0, 4, 1, 9]

    Source: LeCun, Bottou, Bengio and Haffner (1998), section III.A. CC BY-SA 3.0, see data/ATTRIBUTION.md.
    """
    if subset == "12k":
        packed = _read_npz("mnist_12k.npz")
        arrays = [packed[key] for key in ("train_images", "train_labels", "test_images", "test_labels")]
    elif subset == "full":
        arrays = [read_idx(_locate(name), CHECKSUMS[name]) for name in CHECKSUMS]
    else:
        raise ValueError(f"subset must be '12k' or 'full', got {subset!r}")
    train_images, train_labels, test_images, test_labels = arrays
    return (
        (_scale(train_images)[..., None], train_labels.astype(np.int64)),
        (_scale(test_images)[..., None], test_labels.astype(np.int64)),
    )


def load_photo() -> Array:
    """A photograph of a temple roof -> (160, 240, 3): red, green and blue, float32 in [0, 1].

    >>> load_photo().shape
    (160, 240, 3)

    Source: a crop of a photograph by danielbuechele, CC BY 2.0, see data/ATTRIBUTION.md.
    """
    return _scale(_read_npz("photo.npz")["photo"])


def read_idx(path: str | Path, checksum: str | None = None) -> Array:
    """An idx file, packed or not -> (N, 28, 28) or (N,), uint8, read-only.

    path: a file of MNIST; the "idx3" or "idx1" in its name says how many axes it has.
    checksum: SHA-256 of the unpacked content, as hexadecimal digits; None leaves the check out.

    Raises ValueError if the file is damaged, is no such idx file, or has another checksum.
    """
    path = Path(path)
    data = _unpack(path.read_bytes(), path)
    axes = 3 if "idx3" in path.name else 1
    start = 4 + 4 * axes
    header = np.frombuffer(data[:start].ljust(start, b"\0"), dtype=">u4")
    magic, *shape = header.tolist()
    if magic != 0x0800 + axes:
        raise ValueError(
            f"{path}: expected the magic number {0x0800 + axes} (bytes, {axes} axes), got {magic}; "
            "is it another file, or a page saved in its place?"
        )
    size = start + math.prod(shape)
    if len(data) != size:
        raise ValueError(
            f"{path}: expected {size} bytes for the shape {tuple(shape)}, got {len(data)}; is it cut off?"
        )
    came = hashlib.sha256(data).hexdigest()
    if checksum is not None and came != checksum:
        raise ValueError(
            f"{path}: expected the SHA-256 {checksum} (unpacked), got {came}; is it another data set?"
        )
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)


def _read_npz(name: str) -> dict[str, Array]:
    """The name of a file in the package's data folder -> its arrays by name."""
    with (resources.files("cnnlib") / "data" / name).open("rb") as file, np.load(file) as arrays:
        return dict(arrays)


def _scale(pixels: Array) -> Array:
    """uint8 in 0..255 -> float32 in [0, 1], same shape."""
    return np.divide(pixels, 255, dtype=np.float32)


def _unpack(data: bytes, source: str | Path) -> bytes:
    """Bytes, packed by gzip or not -> bytes unpacked; source names them in an error."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"{source}: expected a whole gzip file, got {len(data)} bytes that do not unpack ({error}); "
            "is it cut off?"
        ) from error


def _locate(name: str) -> Path:
    """The name of an original file -> the path of a copy on this machine, downloaded if need be."""
    place = os.environ.get("CNNLIB_DATA", "")
    if not place:
        return _download(name, MIRRORS)
    if place.startswith("file://"):
        return _find(name, Path(url2pathname(urlsplit(place).path)))
    if "://" in place:
        return _download(name, (place,))
    return _find(name, Path(place).expanduser())


def _find(name: str, folder: Path) -> Path:
    """The name of an original file -> its path in the folder, unpacked or packed."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise FileNotFoundError(f"CNNLIB_DATA: expected {name} or {name}.gz in {folder}, found neither")


def _download(name: str, addresses: tuple[str, ...]) -> Path:
    """The name of an original file -> its path in the cache, from the first address that serves it whole."""
    import pooch
    from requests import RequestException

    cache, failures = pooch.os_cache("cnnlib"), []
    for address in addresses:
        url = f"{address.rstrip('/')}/{name}.gz"
        try:
            with _quiet(pooch.get_logger()):
                return Path(pooch.retrieve(url, CHECKSUMS[name], name, cache, downloader=_download_unpacked))
        except (RequestException, ValueError) as error:
            failures.append((url, error))
        except OSError as error:
            raise OSError(f"cannot keep {name} in the cache folder {cache}: {error}\n{ADVICE}") from error
    wrong_content = any(isinstance(error, ValueError) for _, error in failures)
    reasons = "\n".join(f"  {url}: {error}" for url, error in failures)
    kind = ValueError if wrong_content else ConnectionError
    raise kind(f"no address gave {name} as it should be:\n{reasons}\n{ADVICE}") from failures[-1][1]


def _download_unpacked(url: str, path: str, pooch_of_caller: object) -> None:
    """Write the unpacked content of a packed file at url to path; pooch then compares its checksum."""
    from pooch import HTTPDownloader
    from requests import HTTPError
    from tqdm import tqdm

    # pooch sets the true total; a bar without one counts as no bar. Closed here, or a failure leaves it open.
    with tqdm(desc=url.rpartition("/")[2], total=1, unit="B", unit_scale=True) as bar:
        try:
            HTTPDownloader(progressbar=bar)(url, path, pooch_of_caller)
        except HTTPError as error:
            if error.response is not None:
                error.response.close()  # pooch leaves the connection of a refused request open
            raise
    Path(path).write_bytes(_unpack(Path(path).read_bytes(), "the download"))


@contextmanager
def _quiet(logger: Logger) -> Iterator[None]:
    """Keep a logger's notes on its own progress from the reader, for as long as the block lasts."""
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)
