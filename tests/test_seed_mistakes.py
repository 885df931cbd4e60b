"""The mistakes that the book tells of, put into a copy of cnnlib: the tests must see each of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MISTAKES = {
    "the output size forgets the last window": (
        "windows.py",
        "return (padded - reach) // stride + 1",
        "return (padded - reach + 1) // stride",
        "test_windows.py",
    ),
    "the padding is cropped off columns and channels": (
        "windows.py",
        "return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]",
        "return x[:, :, top : x.shape[1] - bottom, left : x.shape[2] - right]",
        "test_conv.py",
    ),
    "backward updates the weights": (
        "conv.py",
        "    if not need_dx:\n        return None, dw, db\n",
        "    w -= 0.01 * dw\n    if not need_dx:\n        return None, dw, db\n",
        "test_networks.py",
    ),
    "max pooling takes every window for a square": (
        "pool.py",
        "for kh, kw in np.ndindex(pool_size):\n        here",
        "for kh, kw in np.ndindex(pool_size[:1] * 2):\n        here",
        "test_pool.py",
    ),
    "the gradient of max pooling has the dtype of whole numbers": (
        "pool.py",
        "dx = full_images(xp.shape, 0.0, dy.dtype)",
        "dx = full_images(xp.shape, 0.0, np.int64)\n    dy = dy.astype(np.int64)",
        "test_pool.py",
    ),
    "average pooling divides its gradient by height plus width": (
        "pool.py",
        "share = gradient(dy, (N, OH, OW, C)) / count",
        "share = gradient(dy, (N, OH, OW, C)) / sum(pool_size)",
        "test_pool.py",
    ),
    "average pooling reads channels first": (
        "pool.py",
        "y = np.zeros_like(p[:, :, :, 0, 0])\n",
        "y = np.zeros_like(p[:, :, :, 0, 0])\n    p = p.transpose(0, 5, 1, 3, 4, 2)\n",
        "test_pool.py",
    ),
    "AdaGrad's sums start at 1": (
        "optimizers.py",
        "initial: float = 0.0\n",
        "initial: float = 1.0\n",
        "test_networks.py",
    ),
    "the logarithm of a probability that was rounded to 0": (
        "losses.py",
        "loss = (float(np.log(total).sum()) - float(shifted[right].sum())) / N",
        "loss = float(-np.mean(np.log((e / total)[right])))",
        "test_dense_loss.py",
    ),
    "all images go through in one batch": (
        "training.py",
        "for batch in batches(len(x), batch_size)])",
        "for batch in batches(len(x), len(x))])",
        "test_classifier.py",
    ),
    "no seed": (
        "classifier.py",
        "rng = generator(self.random_state)",
        "rng = generator(None)",
        "test_classifier.py",
    ),
    "the backward pass skips the last layer by its place": (
        "networks.py",
        "for i in reversed(range(len(self.layers))):",
        "for i in reversed(range(len(self.layers) - 1)):",
        "test_networks.py",
    ),
    "the first layer's gradient is thrown away for every network": (
        "networks.py",
        "need_dx or i > 0",
        "i > 0",
        "test_networks.py",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the package and of its tests."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("cnnlib", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "book"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run(folder, test):
    """The tests of one file, run in the copy; the first failure ends them."""
    options = ["-x", "-q", "-p", "no:cacheprovider", "-k", "not scikit_learn_accepts", "--hypothesis-profile=quick"]
    environment = os.environ | {"PYTHONPATH": str(folder), "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"tests/{test}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", MISTAKES)
def test_the_tests_see_the_mistake(name, copy):
    file, right, wrong, test = MISTAKES[name]
    path = copy / "cnnlib" / file
    source = path.read_text("utf-8")
    assert source.count(right) == 1, f"{file} must hold exactly once: {right}"
    path.write_text(source.replace(right, wrong), "utf-8")
    try:
        result = run(copy, test)
    finally:
        path.write_text(source, "utf-8")
    assert result.returncode == 1 and "1 failed" in result.stdout, result.stdout[-2000:]
    assert "SyntaxError" not in result.stdout and "ImportError" not in result.stdout
