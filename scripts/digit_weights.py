"""The weights of `<digit-playground>`: chapter 7's LeNet, trained, rounded to bytes, in a script that a page can load.

    python scripts/digit_weights.py     # about a minute; writes book/_static/digits/weights.js and still.png

It trains with the settings of the chapter, on all 10,000 training images. A page opened from a disk may not fetch
files but may load scripts: so the file is JSON behind `window.lenetWeights =`. `read` gives the network that the
page computes with, whose accuracy on the 2,000 test images is the one written there. still.png is the picture for
paper and for where no script runs; it has no words, so both languages share it.
"""

import base64
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from cnnlib import SGD, CNNClassifier, augment, schedules, softmax, training, viz, zoo
from cnnlib.datasets import load_mnist

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "book/_static/digits/weights.js"
STILL = PLACE.with_name("still.png")
ASSIGNMENT = "window.lenetWeights = "
EPOCHS, BATCH = 15, 50


def trained(x, labels):
    """Images and labels -> a LeNet trained as in chapter 7."""
    rate = schedules.cosine(0.02, steps=EPOCHS * len(x) // BATCH)
    optimizer = SGD(rate, momentum=0.9, nesterov=True)
    clf = CNNClassifier(zoo.lenet(), optimizer, EPOCHS, batch_size=BATCH, augment=augment.shift(2), random_state=0)
    return clf.fit(x, labels).model_


def rounded(w, b) -> dict:
    """A layer's weights and biases -> a byte for each weight, with the step between two bytes, and decimals."""
    step = float(f"{np.abs(w).max() / 127:.6g}")
    whole = np.clip(np.round(w / step), -127, 127).astype(np.int8)
    return {"shape": w.shape, "step": step, "weights": base64.b64encode(whole.tobytes()).decode(),
            "biases": [round(float(value), 5) for value in b]}


def network(layers: list[dict]):
    """What `rounded` gave for each layer -> the LeNet with these weights, in float64."""
    model = zoo.lenet()
    model.build((28, 28, 1), np.random.default_rng(0), np.float64)
    weighty = [layer for layer in model.layers if layer.params]
    for layer, stored in zip(weighty, layers, strict=True):
        whole = np.frombuffer(base64.b64decode(stored["weights"]), np.int8).reshape(stored["shape"])
        layer.params["w"][:] = whole * stored["step"]
        layer.params["b"][:] = stored["biases"]
    return model


def read(path: Path = PLACE):
    """The file -> the network in it, in float64, and all that the file says."""
    content = json.loads(path.read_text("utf-8").removeprefix(ASSIGNMENT).removesuffix(";\n"))
    return network(content["layers"]), content


def accuracy(model) -> float:
    """A network -> the share of the 2,000 test images that it reads right."""
    x, labels = load_mnist()[1]
    return training.evaluate(model, x.astype(np.float64), labels, batch_size=500)[1]


def digits() -> np.ndarray:
    """The first test image of each digit from 0 to 9."""
    x, labels = load_mnist()[1]
    return x[[np.argmax(labels == digit) for digit in range(10)]].astype(np.float64)


def cornered(image):
    """An image (28, 28, 1) -> the same at half its size, in the upper left corner."""
    small = image.reshape(14, 2, 14, 2, 1).mean(axis=(1, 3))
    top, left = (np.flatnonzero(small.any(axis=axis))[0] for axis in (1, 0))
    sheet = np.zeros_like(image)
    sheet[1 : 15 - top, 1 : 15 - left] = small[top:, left:]
    return sheet


def draw_still(model, image):
    """Draw an image small in a corner, and as it is, with what the network says of each."""
    viz.style()
    fig, axes = plt.subplots(2, 2, figsize=(5, 3.6), width_ratios=(1, 2))
    images = np.array([cornered(image), image])
    for (left, right), x, shares in zip(axes, images, softmax(model.forward(images)[0]), strict=True):
        viz.images(x[None], columns=1, ax=left)
        right.bar(range(10), shares, color=[viz.ORANGE if share == shares.max() else viz.BLUE for share in shares])
        right.set(xticks=range(10), ylim=(0, 1), yticks=[0, 0.5, 1])
    fig.savefig(STILL, dpi=200, metadata={"Software": None})


def main():
    (x, labels), _ = load_mnist()
    params = trained(x, labels).params
    layers = [rounded(params[f"{name}.w"], params[f"{name}.b"]) for name in (0, 3, 7, 9, 11)]
    model, tests = network(layers), digits()
    pixels = base64.b64encode(np.round(tests * 255).astype(np.uint8).tobytes()).decode()
    content = {"accuracy": accuracy(model), "layers": layers, "digits": pixels}
    draft = PLACE.with_suffix(".part")
    draft.write_text(f"{ASSIGNMENT}{json.dumps(content, separators=(',', ':'))};\n", "utf-8")
    draft.replace(PLACE)
    draw_still(model, tests[0])
    print(f"{PLACE.relative_to(ROOT)}: {content['accuracy']:.4f} of the test images")


if __name__ == "__main__":
    main()
