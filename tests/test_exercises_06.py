"""The exercises of chapter 6: right answers pass in any style, each known mistake gets its own message."""

import numpy as np
from exercise_tests import *  # noqa: F403

from cnnlib.losses import softmax, softmax_cross_entropy


def adagrad(w, dw, h, lr, start=0.0, eps=1e-10):
    h = h + dw**2
    return w - lr * dw / (np.sqrt(h + start) + eps), h


def adagrad_in_lists(w, dw, h, lr):
    new = (h.astype(np.float32) + dw**2).astype(np.float32)
    return [np.where(dw == 0, w, w - lr * dw / np.sqrt(np.where(new == 0, 1, new))).tolist(), new.tolist()]


def step_without_eps(w, dw, h, lr):
    h = h + dw**2
    with np.errstate(invalid="ignore"):
        return w - lr * dw / np.sqrt(h), h


def in_place(w, dw, h, lr):
    h += dw**2
    w -= lr * dw / (np.sqrt(h) + 1e-10)
    return w, h


def naive(z, labels):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(len(z)), labels]).mean()


def per_row(z, labels):
    return sum(float(np.logaddexp.reduce(row)) - row[label] for row, label in zip(z, labels, strict=True)) / len(z)


def picked(z, labels):
    return softmax(z)[np.arange(len(z)), labels]


def infinite(z, labels):
    with np.errstate(divide="ignore"):
        return -np.log(picked(z, labels)).mean()


def epoch(model, optimizer, x, labels, batch_size, rng, shuffle=True, pairs=True, stop=0, steps=1, weighted=True):
    order = rng.permutation(len(x)) if shuffle else np.arange(len(x))
    losses, sizes = [], []
    for start in range(0, len(x) - stop, batch_size):
        batch = order[start : start + batch_size]
        z, caches = model.forward(x[batch], train=True)
        loss, dz = softmax_cross_entropy(z, labels[batch] if pairs else labels[start : start + batch_size])
        _, grads = model.backward(dz, caches)
        for _ in range(steps):
            optimizer.step(model.params, grads)
        losses.append(loss)
        sizes.append(len(batch))
    return np.average(losses, weights=sizes) if weighted else np.mean(losses)


def with_split(model, optimizer, x, labels, batch_size, rng):
    """Another style: batches from array_split, losses as float32, rng.shuffle, no gradient by the images."""
    order = list(range(len(x)))
    rng.shuffle(order)
    total = np.float32(0)
    for batch in np.split(np.array(order), range(batch_size, len(x), batch_size)):
        z, caches = model.forward(x[batch])
        loss, dz = softmax_cross_entropy(z, labels[batch])
        optimizer.step(model.params, model.backward(dz, caches, need_dx=False)[1])
        total += np.float32(loss * len(batch) / len(x))
    return total


def descend(gradient, w, lr, momentum, steps, share=1.0, keep=True, frozen=False, sign=1.0, nesterov=False):
    start, v = w, np.zeros_like(w)
    for _ in range(steps):
        g = gradient(start if frozen else w)
        v = momentum * v * keep + share * g
        w = w - sign * lr * (g + momentum * v if nesterov else v)
    return w


def descend_with_the_rate_inside(gradient, w, lr, momentum, steps):
    move = 0.0
    for _ in range(steps):
        move = momentum * move - lr * gradient(w)
        w = w + move
    return w.tolist()


def changed(function, **settings):
    return lambda *arguments: function(*arguments, **settings)


RIGHT = [
    ("06-1", 3.26), ("06-1", np.log(26)), ("06-1", np.float32(3.258)), ("06-1", "3.26"),
    ("06-2", adagrad), ("06-2", adagrad_in_lists),
    ("06-3", lambda z, labels: softmax_cross_entropy(z, labels)[0]), ("06-3", per_row),
    ("06-3", lambda z, labels: np.float32(per_row(z, labels))),
    ("06-4", epoch), ("06-4", with_split),
    ("06-5", descend), ("06-5", descend_with_the_rate_inside),
]
WRONG = [
    ("06-1", -np.log(26), "el signo está al revés", "the sign is the wrong way round"),
    ("06-1", np.log2(26), "en base 2", "to the base 2"),
    ("06-1", np.log10(26), "en base 10", "to the base 10"),
    ("06-1", 1 / 26, "falta el logaritmo", "logarithm is missing"),
    ("06-1", np.log(10), "diez clases", "ten classes"),
    ("06-1", 26, "no es 26", "it is not 26"),
    ("06-1", np.nan, "no es nan", "it is not nan"),
    ("06-1", [1, 2], "se esperaba la forma", "expected the shape"),
    ("06-2", lambda w, dw, h, lr: adagrad(w, dw, h, lr)[0], "el par `(w, h)`", "the pair `(w, h)`"),
    ("06-2", lambda w, dw, h, lr: (adagrad(w, dw, h, lr)[0], h), "no han cambiado", "have not changed"),
    ("06-2", lambda w, dw, h, lr: (w, h + dw), "*al cuadrado*", "*squared* gradient"),
    ("06-2", lambda w, dw, h, lr: (w, dw**2), "no lo sustituyas", "do not replace it"),
    ("06-2", lambda w, dw, h, lr: (w, h + 2 * dw**2), "no es `h + dw**2`", "is not `h + dw**2`"),
    ("06-2", lambda w, dw, h, lr: (w, h + dw**2), "no se han movido", "have not moved"),
    ("06-2", lambda w, dw, h, lr: adagrad(w, dw, h, -lr), "suben la cuesta", "climb"),
    ("06-2", lambda w, dw, h, lr: (w - lr * dw / (h + dw**2), h + dw**2), "falta la raíz", "root is missing"),
    ("06-2", lambda w, dw, h, lr: (w - lr * dw / np.sqrt(h), h + dw**2), "las sumas de antes", "the old sums"),
    ("06-2", changed(adagrad, start=1.0), "empiezan las sumas en 1", "start at 1"),
    ("06-2", lambda w, dw, h, lr: (w - lr * dw, h + dw**2), "falta dividir", "division is missing"),
    ("06-2", lambda w, dw, h, lr: adagrad(w, dw, h, lr / 3), "`w` no es", "`w` is not"),
    ("06-2", step_without_eps, "sale `nan`", "you get `nan`"),
    ("06-2", lambda w, dw, h, lr: adagrad(w, dw, h, lr, eps=1e-3 * (h == 0)), "demasiado grande", "too large"),
    ("06-2", in_place, "cambia su entrada", "changes its input"),
    ("06-3", lambda z, labels: -per_row(z, labels), "el signo está al revés", "the sign is the wrong way round"),
    ("06-3", lambda z, labels: len(z) * per_row(z, labels), "se pide la media", "the mean is asked for"),
    ("06-3", lambda z, labels: per_row(z, labels) / z.shape[1], "no por N·K", "not by N·K"),
    ("06-3", lambda z, labels: -z[np.arange(len(z)), labels].mean(), "suma de exponenciales", "sum of exponentials"),
    ("06-3", lambda z, labels: picked(z, labels).mean(), "la probabilidad media", "the mean probability"),
    ("06-3", lambda z, labels: 0.5, "y debe salir", "it should be"),
    ("06-3", naive, "la exponencial desborda", "the exponential overflows"),
    ("06-3", infinite, "sale infinito", "you get infinity"),
    ("06-3", lambda z, labels: -np.log(picked(z, labels) + 1e-12).mean(), "¿recortas `p`", "do you clip"),
    ("06-3", lambda z, labels: None, "falta un `return`", "`return` missing"),
    ("06-4", changed(epoch, stop=4), "¿dónde acaba `range`?", "where does `range` end?"),
    ("06-4", changed(epoch, pairs=False), "las etiquetas no", "the labels do not"),
    ("06-4", changed(epoch, shuffle=False), "ya no se barajan", "no longer shuffled"),
    ("06-4", changed(epoch, weighted=False), "un lote más corto", "a shorter batch"),
    ("06-4", changed(epoch, steps=2), "una vez y en ese orden", "once and in that order"),
    ("06-4", changed(epoch, steps=0), "una vez y en ese orden", "once and in that order"),
    ("06-4", lambda m, o, x, y, size, rng: epoch(m, o, x, y, 1, rng), "los lotes deben ser de 4", "must hold 4"),
    ("06-4", lambda m, o, x, y, size, rng: epoch(m, o, x, y, size, rng) + epoch(m, o, x, y, size, rng),
     "pasa dos veces", "passes twice"),
    ("06-4", lambda *arguments: 0.0, "pasan 0", "0 pass"),
    ("06-5", changed(descend, keep=False), "la velocidad se pierde", "the velocity is lost"),
    ("06-5", lambda g, w, lr, mu, steps: descend(g, w, lr, mu, steps, share=1 - mu), "1 - momentum", "1 - momentum"),
    ("06-5", changed(descend, nesterov=True), "Nesterov", "Nesterov"),
    ("06-5", changed(descend, frozen=True), "en cada paso", "at each step"),
    ("06-5", changed(descend, sign=-1.0), "suben la cuesta", "climb"),
    ("06-5", lambda g, w, lr, mu, steps: descend(g, w, lr, mu, steps - 1), "falta un paso", "one step is missing"),
    ("06-5", lambda g, w, lr, mu, steps: descend(g, w, lr, mu, steps + 1), "sobra un paso", "one step too many"),
    ("06-5", lambda g, w, lr, mu, steps: descend(g, w, 2 * lr, mu, steps), "no salen", "are not right"),
    ("06-5", np.zeros(3), "debe ser una función", "must be a function"),
]
