"""Cut the data that travels inside the package: a part of MNIST, and a photograph.

    python scripts/cut_data.py FOLDER [--output cnnlib/data]

FOLDER holds MNIST's four original files, packed (.gz) or not. The photograph is a crop of scikit-learn's
china.jpg. The same input gives the same bytes each time.
"""

import argparse
import io
import os
import zipfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_sample_image

from cnnlib.datasets import CHECKSUMS, read_idx

COUNTS = (10_000, 10_000, 2_000, 2_000)
KEYS = ("train_images", "train_labels", "test_images", "test_labels")
# The upper roof against the sky: slanted, vertical and curved edges, and a flat background.
CROP = np.s_[24:184, 88:328]


def find(folder, name):
    """The path of an original file, unpacked or packed."""
    path = folder / name
    return path if path.is_file() else folder / f"{name}.gz"


def cut_mnist(folder):
    """The four original files -> (10000, 28, 28), (10000,), (2000, 28, 28), (2000,), uint8, by name."""
    whole = [read_idx(find(folder, name), checksum) for name, checksum in CHECKSUMS.items()]
    return {key: array[:count] for key, array, count in zip(KEYS, whole, COUNTS, strict=True)}


def write_npz(path, arrays):
    """Write arrays by name as a compressed .npz whose bytes depend on nothing but the arrays."""
    draft = path.with_suffix(".part")
    with zipfile.ZipFile(draft, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    os.replace(draft, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds MNIST's four original files, packed or not")
    parser.add_argument("--output", type=Path, default=Path(__file__).parents[1] / "cnnlib" / "data")
    options = parser.parse_args()
    write_npz(options.output / "mnist_12k.npz", cut_mnist(options.folder))
    write_npz(options.output / "photo.npz", {"photo": load_sample_image("china.jpg")[CROP]})


if __name__ == "__main__":
    main()
