"""Save a network and load it again: arrays and a description in one .npz, without pickle.

The file is an uncompressed zip archive of `.npy` arrays, one a parameter, and of `cnnlib.json`, the description:

    {"format": "cnnlib", "version": 1, "input_shape": [28, 28, 1], "model": {"layer": "Sequential", ...}}

`load` trusts nothing: it reads the description, works out which arrays of which shapes the described network
must have, and compares with what the file holds. It reads an array only once everything agrees.
"""

import json
import os
import tokenize
import zipfile
from dataclasses import fields
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cnnlib import init
from cnnlib.activations import ReLU, Sigmoid, Softmax, Tanh
from cnnlib.arrays import Array
from cnnlib.conv import Conv2D
from cnnlib.dense import Dense, Flatten
from cnnlib.dropout import Dropout
from cnnlib.layer import Layer, Shape
from cnnlib.networks import Parallel, Residual, Sequential
from cnnlib.normalize import BatchNorm2D, LocalResponseNorm
from cnnlib.pool import AvgPool2D, GlobalAvgPool2D, MaxPool2D

VERSION = 1
DESCRIPTION = "cnnlib.json"
LARGEST_DESCRIPTION = 1_000_000  # bytes; ResNet-152 takes about 100,000
KINDS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        *(Conv2D, Dense, MaxPool2D, AvgPool2D, GlobalAvgPool2D, Flatten, ReLU, Tanh, Sigmoid, Softmax),
        *(Dropout, BatchNorm2D, LocalResponseNorm, Sequential, Residual, Parallel),
    )
}
INITS = {rule.__name__: rule for rule in (init.lecun, init.glorot, init.he, init.zeros)}
STATISTICS = ("running_mean", "running_var")
DAMAGE = (
    *(zipfile.BadZipFile, EOFError, KeyError, TypeError, ValueError, OverflowError, OSError),
    *(RuntimeError, MemoryError, SyntaxError, tokenize.TokenError),  # encrypted, absurd or malformed headers
)
DTYPES = (np.dtype(np.float32), np.dtype(np.float64))


def save(model: Layer, path: str | os.PathLike) -> None:
    """A built layer or network -> a file with its specification, parameters and running statistics.

    path: used exactly as given. The file is written beside it under another name and then renamed, so that
        an interrupted save leaves what was there.

    An `init` of your own is not saved: it has done its work, and the loaded layer has the usual one.

    Raises ValueError for a network that has not been built, TypeError for what is no layer of cnnlib.

    >>> model = Sequential([Dense(2)])
    >>> model.build((3,), np.random.default_rng(0))
    (2,)
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, folder + "/model.npz")
    ...     bool((load(folder + "/model.npz").params["0.w"] == model.params["0.w"]).all())
    True
    """
    description = describe(model)
    if model.input_shape is None:
        raise ValueError(f"save takes a built network; call build(input_shape, rng) first: {model}")
    wrong = {name: array.dtype for name, array in arrays_of(model).items() if array.dtype not in DTYPES}
    if wrong:
        raise ValueError(f"save takes parameters of float32 or float64; got {wrong}")
    whole = {"format": "cnnlib", "version": VERSION, "input_shape": model.input_shape, "model": description}
    path = Path(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            write(file, whole, arrays_of(model))
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: str | os.PathLike) -> Layer:
    """A file written by `save` -> the network, built, with its parameters.

    Raises ValueError for a file that is no such file, is damaged, or does not hold what it describes, before
    anything large is read; FileNotFoundError when there is none.
    """
    size = os.stat(path).st_size
    try:
        with zipfile.ZipFile(path) as archive:
            return read(archive, size)
    except DAMAGE as error:
        raise ValueError(f"{path} is no network saved by cnnlib, or it is damaged: {error}") from error


def describe(layer: Layer) -> dict[str, Any]:
    """A layer -> its kind and fields, ready for JSON."""
    if type(layer).__name__ not in KINDS or KINDS[type(layer).__name__] is not type(layer):
        raise TypeError(f"save knows the layers of cnnlib; got {layer!r}")
    return {"layer": type(layer).__name__} | {name: plain(getattr(layer, name)) for name in field_names(type(layer))}


def field_names(kind: type[Layer]) -> list[str]:
    """The names of the settings of a kind of layer."""
    return [field.name for field in fields(kind)]  # type: ignore[arg-type]  # every kind is a dataclass


def plain(value: Any) -> Any:
    """The value of a field -> what JSON can hold."""
    if isinstance(value, Layer):
        return describe(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if callable(value):
        name = getattr(value, "__name__", "")
        return name if INITS.get(name) is value else init.lecun.__name__
    return value.item() if isinstance(value, np.generic) else value


def layer_of(description: Any) -> Layer:
    """What `describe` gave -> the layer, not built; ValueError for anything else."""
    if not isinstance(description, dict) or description.get("layer") not in KINDS:
        raise ValueError(f"expected the description of a layer of cnnlib; got {str(description)[:80]}")
    kind = KINDS[description["layer"]]
    given = {key: value for key, value in description.items() if key != "layer"}
    if given.keys() != set(field_names(kind)):
        raise ValueError(f"{kind.__name__} has the fields {field_names(kind)}; got {list(given)}")
    return kind(**{key: field_of(key, value) for key, value in given.items()})


def field_of(name: str, value: Any) -> Any:
    """The name of a field and a value from JSON -> the value for the layer."""
    if name == "init":
        if value not in INITS:
            raise ValueError(f"init must be one of {list(INITS)}; got {value!r}")
        return INITS[value]
    if name == "use_bias" and not isinstance(value, bool):
        raise ValueError(f"use_bias must be true or false; got {value!r}")
    if name in ("layers", "branches"):
        if not isinstance(value, list):
            raise ValueError(f"{name} must be a list of layers; got {str(value)[:80]}")
        return [layer_of(item) for item in value]
    if name in ("body", "shortcut"):
        return None if value is None else layer_of(value)
    return tuple(value) if isinstance(value, list) else value


def leaves(layer: Layer, name: str = "") -> list[tuple[str, Layer]]:
    """A layer -> the layers that are not made of others, with names like "3.body.0"."""
    if not layer.children():
        return [(name, layer)]
    return [leaf for key, child in layer.children().items() for leaf in leaves(child, f"{name}.{key}" if name else key)]


def arrays_of(model: Layer) -> dict[str, Array]:
    """A built layer -> its parameters and running statistics by name."""
    arrays: dict[str, Array] = {}
    for name, leaf in leaves(model):
        own = leaf.params | {key: getattr(leaf, key) for key in STATISTICS if hasattr(leaf, key)}
        arrays |= {f"{name}.{key}" if name else key: array for key, array in own.items()}
    return arrays


def expected_shapes(model: Layer, input_shape: Shape) -> dict[str, Shape]:
    """A layer, not built, and its input -> the shape of every array that its file must hold."""
    shapes = dict(model.param_shapes(input_shape))
    for name, leaf in leaves(model):
        if isinstance(leaf, BatchNorm2D):
            prefix = f"{name}." if name else ""
            shapes |= {f"{prefix}{key}": shapes[f"{prefix}gamma"] for key in STATISTICS}
    return shapes


def write(file: BinaryIO, description: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Write the archive: the description first, then the arrays, uncompressed."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(DESCRIPTION, json.dumps(description, indent=1))
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.ascontiguousarray(array), allow_pickle=False)


def read(archive: zipfile.ZipFile, size: int) -> Layer:
    """An open archive and the size of its file -> the network; ValueError before anything large is read."""
    entries = {entry.filename: entry for entry in archive.infolist()}
    check_entries(archive.infolist(), size)
    if DESCRIPTION not in entries or entries[DESCRIPTION].file_size > LARGEST_DESCRIPTION:
        raise ValueError(f"expected a description {DESCRIPTION} of at most {LARGEST_DESCRIPTION:,} bytes; found none")
    description = json.loads(archive.read(DESCRIPTION))
    if not isinstance(description, dict) or description.get("format") != "cnnlib":
        raise ValueError('expected {"format": "cnnlib", ...} in the description; got ' + str(description)[:80])
    if type(description.get("version")) is not int or description["version"] != VERSION:
        raise ValueError(f"this cnnlib reads version {VERSION} of the format; got {description.get('version')!r}")
    input_shape = description.get("input_shape")
    if not isinstance(input_shape, list) or not all(type(size) is int and size > 0 for size in input_shape):
        raise ValueError(f"input_shape must be a list of integers of at least 1; got {str(input_shape)[:80]}")
    input_shape, model = tuple(input_shape), layer_of(description["model"])
    model.output_shape(input_shape)
    shapes = expected_shapes(model, input_shape)
    if entries.keys() - {DESCRIPTION} != {f"{name}.npy" for name in shapes}:
        strange = sorted((entries.keys() - {DESCRIPTION}) ^ {f"{name}.npy" for name in shapes})
        raise ValueError(f"the file must hold the arrays of its network; missing or strange: {strange[:5]}")
    dtypes = {check_array(archive, entries[f"{name}.npy"], shape) for name, shape in shapes.items()}
    if len(dtypes) > 1:
        raise ValueError(f"all arrays must have the same dtype; got {sorted(map(str, dtypes))}")
    return filled(model, input_shape, archive, dtypes.pop() if dtypes else np.dtype(np.float32))


def check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    """The entries of an archive -> nothing; ValueError for what `save` never writes."""
    if len({entry.filename for entry in entries}) < len(entries):
        raise ValueError("the file holds two entries of one name")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise ValueError(f"{entry.filename} must be stored uncompressed, as save writes it")
    total = sum(entry.file_size for entry in entries)
    if total > size:
        raise ValueError(f"the entries declare {total:,} bytes, more than the file has: {size:,}")


def check_array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shape: Shape) -> np.dtype:
    """An entry and the shape it must have -> its dtype, from the header alone."""
    with archive.open(entry) as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"{entry.filename} must be an .npy file of version (1, 0); got {version}")
        found, fortran, dtype = np.lib.format.read_array_header_1_0(file)
        left = entry.file_size - file.tell()
    if found != shape or fortran or dtype not in DTYPES:
        raise ValueError(f"{entry.filename} must be {shape} of float32 or float64; got {found} of {dtype}")
    if left != prod(shape) * dtype.itemsize:
        raise ValueError(f"{entry.filename} must hold {shape} of {dtype}; it has {left} bytes")
    return dtype


def filled(model: Layer, input_shape: Shape, archive: zipfile.ZipFile, dtype: np.dtype) -> Layer:
    """A layer, not built -> built, with the arrays of the archive."""
    model.build(input_shape, np.random.default_rng(0), dtype)
    for name, leaf in leaves(model):
        for key in [*leaf.params, *(k for k in STATISTICS if hasattr(leaf, k))]:
            with archive.open(f"{name}.{key}.npy" if name else f"{key}.npy") as file:
                array = np.lib.format.read_array(file, allow_pickle=False)
            if key in leaf.params:
                leaf.params[key] = array
            else:
                setattr(leaf, key, array)
    return model
