"""Exercises of chapter 6: training and predicting."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.exercises.answers import array, close, compare, expect, run
from cnnlib.exercises.optimizer_steps import adagrad_step, momentum
from cnnlib.losses import softmax, softmax_cross_entropy


def uniform_loss(answer: Any) -> None:
    """06-1: the loss of a network that gives each of 26 classes the same probability."""
    found, right = float(array(answer, ())), float(np.log(26))
    compare(
        round(found, 2),
        round(right, 2),
        [
            (round(-right, 2), "el signo está al revés: la pérdida es *menos* el logaritmo, y es positiva",
             "the sign is the wrong way round: the loss is *minus* the logarithm, and positive"),
            (round(np.log2(26), 2), "has usado el logaritmo en base 2: aquí es el natural, `np.log`",
             "you took the logarithm to the base 2: here it must be the natural one, `np.log`"),
            (round(np.log10(26), 2), "has usado el logaritmo en base 10: aquí es el natural, `np.log`",
             "you took the logarithm to the base 10: here it must be the natural one, `np.log`"),
            (round(1 / 26, 2), "esa es la probabilidad de cada clase: falta el logaritmo",
             "that is the probability of each class: its logarithm is missing"),
            (round(np.log(10), 2), "esa es la de diez clases: aquí hay veintiséis",
             "that is the one for ten classes: here there are twenty-six"),
        ],
        f"no es {found:g}: cada clase recibe 1/26; aplica la fórmula de la pérdida",
        f"it is not {found:g}: each class gets 1/26; apply the formula of the loss",
    )


def stable_loss(answer: Any) -> None:
    """06-3: (z, labels) -> the mean cross-entropy, whatever the size of the logits."""
    rng = np.random.default_rng(63)
    for N, K in [(4, 10), (1, 2), (7, 3)]:
        z, labels = 2 * rng.standard_normal((N, K)), rng.integers(0, K, N)
        check_loss(float(array(run(answer, z, labels), ())), z, labels)
    z = np.array([[1000.0, 0, 0], [-1000, -1001, -1002]])
    for labels in [np.array([0, 2]), np.array([1, 0])]:
        found = float(array(run(answer, z, labels), ()))
        check_huge(found, softmax_cross_entropy(z, labels)[0])


def check_loss(found: float, z: Array, labels: Array) -> None:
    """The loss of ordinary logits; Wrong with the cause that fits."""
    (N, K), right = z.shape, softmax_cross_entropy(z, labels)[0]
    rows = np.arange(N)
    compare(
        found,
        right,
        [
            (-right, "el signo está al revés: la pérdida es positiva",
             "the sign is the wrong way round: the loss is positive"),
            (N * right, "es la suma sobre el lote: se pide la media",
             "that is the sum over the batch: the mean is asked for"),
            (right / K, "se divide por N, el número de filas, no por N·K",
             "divide by N, the number of rows, not by N·K"),
            (-np.mean(z[rows, labels]), "falta el logaritmo de la suma de exponenciales",
             "the logarithm of the sum of exponentials is missing"),
            (softmax(z)[rows, labels].mean(), "eso es la probabilidad media: falta el logaritmo",
             "that is the mean probability: its logarithm is missing"),
        ],
        f"con logits de forma {z.shape} sale {found:.4f} y debe salir {right:.4f}",
        f"for logits of shape {z.shape} you get {found:.4f}, and it should be {right:.4f}",
    )


def check_huge(found: float, right: float) -> None:
    """The loss of huge logits; Wrong with the cause that fits."""
    expect(
        not np.isnan(found),
        "con logits enormes sale `nan`: la exponencial desborda. Resta antes el mayor de cada fila",
        "with huge logits you get `nan`: the exponential overflows. Subtract the largest of each row first",
    )
    expect(
        not np.isinf(found),
        "con logits enormes sale infinito: una `p` redondeada a 0 llega al logaritmo. No calcules `p`",
        "with huge logits you get infinity: a `p` rounded to 0 reaches the logarithm. Do not compute `p`",
    )
    expect(
        close(found, right),
        f"con logits enormes sale {found:.4g} y debe salir {right:.4g}: ¿recortas `p`, o le sumas algo?",
        f"with huge logits you get {found:.4g}, and it should be {right:.4g}: do you clip `p`, or add to it?",
    )


class Spy:
    """Model and optimizer in one; learns nothing and notes what it is given. Image n holds the number n."""

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.seen: list[Array] = []
        self.labels: list[Array] = []
        self.events: list[str] = []

    def __deepcopy__(self, memory: dict) -> "Spy":
        return self  # `run` hands copies to the reader's function, and the notes must come back

    def forward(self, x: Array, train: bool = False) -> tuple[Array, None]:
        self.seen.append(np.asarray(x)[:, 0].astype(int))
        self.events.append("forward")
        return logits(self.seen[-1]), None

    def backward(self, dy: Array, cache: Any, need_dx: bool = True) -> tuple[None, dict[str, Array]]:
        self.labels.append(np.asarray(dy).argmin(axis=1))  # (p - one_hot) / N is below 0 at the label alone
        self.events.append("backward")
        return None, {}

    def step(self, params: Any, grads: Any) -> None:
        self.events.append("step")


def logits(images: Array) -> Array:
    """The numbers of some images (N,) -> logits (N, 3), other ones for each image."""
    return np.outer(images, np.arange(3.0)) / 10


def mended_loop(answer: Any) -> None:
    """06-4: one epoch over all images, each with its own label -> the mean loss."""
    for N, batch_size, seed in [(12, 4, 0), (10, 4, 1), (3, 5, 2)]:
        rng, spy = np.random.default_rng(seed), Spy()
        labels = rng.integers(0, 3, N)
        x = np.arange(float(N))[:, None]
        found = array(run(answer, spy, spy, x, labels, batch_size, rng), ())
        check_visits(spy, N, batch_size)
        order = np.concatenate(spy.seen)
        expect(
            np.array_equal(np.concatenate(spy.labels), labels[order]),
            "las imágenes llegan barajadas y las etiquetas no: cada imagen necesita su propia etiqueta",
            "the images come shuffled and the labels do not: each image needs its own label",
        )
        expect(
            N < 10 or not np.array_equal(order, np.arange(N)),  # three may come in order by chance
            "las imágenes ya no se barajan: usa `rng.permutation`",
            "the images are no longer shuffled: use `rng.permutation`",
        )
        expect(
            close(found, softmax_cross_entropy(logits(order), labels[order])[0]),
            "la pérdida media no sale: un lote más corto pesa menos",
            "the mean loss is not right: a shorter batch weighs less",
        )


def check_visits(spy: Spy, N: int, batch_size: int) -> None:
    """Every image once, in batches of the right size, with one step a batch; or Wrong."""
    seen, sizes = np.array([n for batch in spy.seen for n in batch]), [len(batch) for batch in spy.seen]
    expect(
        len(seen) >= N,
        f"con {N} imágenes y lotes de {batch_size}, por la red pasan {len(seen)}: ¿dónde acaba `range`?",
        f"with {N} images and batches of {batch_size}, {len(seen)} pass through the network: where does `range` end?",
    )
    expect(
        np.array_equal(np.sort(seen), np.arange(N)),
        "alguna imagen pasa dos veces en la misma época",
        "some image passes twice in one epoch",
    )
    expect(
        len(sizes) == -(-N // batch_size) and max(sizes) <= batch_size,
        f"los lotes deben ser de {batch_size}, y el último, lo que quede; son de {sizes}",
        f"batches must hold {batch_size}, the last one what is left; they hold {sizes}",
    )
    expect(
        spy.events == ["forward", "backward", "step"] * len(sizes),
        "cada lote va hacia delante, hacia atrás y da un paso, una vez y en ese orden",
        "each batch goes forward, backward and takes a step, once and in that order",
    )


EXERCISES = {
    "06-1": uniform_loss,
    "06-2": adagrad_step,
    "06-3": stable_loss,
    "06-4": mended_loop,
    "06-5": momentum,
}
