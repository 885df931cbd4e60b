"""The exercises of chapter 7: right answers pass in any style, each known mistake gets its own message."""

import numpy as np
from exercise_tests import *  # noqa: F403

from cnnlib.activations import tanh_backward, tanh_forward
from cnnlib.gradients import check_gradients
from cnnlib.pool import avgpool2d_backward, avgpool2d_forward

A, S = 1.7159, 2 / 3


def count(table, k, weights=None, biases=None):
    links = sum(row.count(True) for row in table.tolist())
    return (k * k if weights is None else weights) * links + (table.shape[1] if biases is None else biases)


def experiment(networks, X, y, X_test, y_test):
    return {name: clf.fit(X, y).score(X_test, y_test) for name, clf in networks.items()}


def experiment_in_two_loops(networks, X, y, X_test, y_test):
    for clf in networks.values():
        clf.fit(X, y)
    scores = {}
    for name in networks:
        scores[name] = np.float32(networks[name].score(X_test, y_test))
    return scores


def first_alone(networks, X, y, X_test, y_test):
    clf = list(networks.values())[0].fit(X, y)
    return {name: clf.score(X_test, y_test) for name in networks}


def first_twice(networks, X, y, X_test, y_test):
    clf = list(networks.values())[0]
    for _ in networks:
        clf.fit(X, y)
    return {name: one.score(X_test, y_test) for name, one in networks.items()}


def measured_first(networks, X, y, X_test, y_test):
    return {name: (clf.score(X_test, y_test), clf.fit(X, y))[0] for name, clf in networks.items()}


def trained_on_the_test(networks, X, y, X_test, y_test):
    return experiment(networks, X_test, y_test, X_test, y_test)


def scored_on_the_training(networks, X, y, X_test, y_test):
    return experiment(networks, X, y, X, y)


def one_trained_longer(networks, X, y, X_test, y_test):
    list(networks.values())[-1].fit(X, y)
    return experiment(networks, X, y, X_test, y_test)


def results_of_the_first(networks, X, y, X_test, y_test):
    scores = experiment(networks, X, y, X_test, y_test)
    return {name: list(scores.values())[0] for name in scores}


def tanh_pair(outer=A, inner=S, factor=A * S, slope=lambda y: 1 - (y / A) ** 2, dy_used=True):
    def forward(x):
        y = outer * np.tanh(inner * x)
        return y, y

    def backward(dy, y):
        return (dy if dy_used else 1) * factor * slope(y)

    return forward, backward


def tanh_from_the_package():
    def forward(x):
        y, cache = tanh_forward((S * x).astype(np.float32))
        return (A * y).tolist(), cache

    return forward, lambda dy, cache: A * S * tanh_backward(dy, cache)


def sampling_pair(change_y=lambda y, s, w, b: y, change=lambda gradients, dy, s, w: gradients):
    def forward(x, w, b):
        N, H, W, C = x.shape
        s = x.reshape(N, H // 2, 2, W // 2, 2, C).sum(axis=(2, 4))
        return change_y(w * s + b, s, w, b), (s, w)

    def backward(dy, cache):
        s, w = cache
        dx = np.kron(dy * w, np.ones((1, 2, 2, 1)))
        return change((dx, (dy * s).sum((0, 1, 2)), dy.sum((0, 1, 2))), dy, s, w)

    return forward, backward


def sampling_from_the_package():
    def forward(x, w, b):
        mean, cache = avgpool2d_forward(x.astype(np.float32), 2)
        return 4 * w * mean + b, (mean, cache, w)

    def backward(dy, cache):
        mean, pooled, w = cache
        dx = 4 * avgpool2d_backward(dy * w, pooled)
        return [dx.tolist(), np.einsum("nhwc,nhwc->c", 4 * mean, dy), np.einsum("nhwc->c", dy)]

    return forward, backward


def wrong_dx(make):
    return sampling_pair(change=lambda g, dy, s, w: (make(g[0], dy, w), *g[1:]))


def wrong_dw(make):
    return sampling_pair(change=lambda g, dy, s, w: (g[0], make(dy, s), g[2]))


def wrong_db(make):
    return sampling_pair(change=lambda g, dy, s, w: (*g[:2], make(dy)))


def stateful():
    memory = {}

    def forward(x):
        memory["y"] = A * np.tanh(S * x)
        return memory["y"], None

    return forward, lambda dy, cache: dy * A * S * (1 - (memory["y"] / A) ** 2)


def tanh_in_place(x):
    x *= S
    return A * np.tanh(x), A * np.tanh(x)


RIGHT = [
    ("07-1", count), ("07-1", lambda table, k: np.float32(k * k * np.sum(table) + len(table[0]))),
    ("07-1", lambda table, k: sum(k**2 * sum(column) + 1 for column in zip(*table.tolist(), strict=True))),
    ("07-2", experiment), ("07-2", experiment_in_two_loops),
    ("07-3", tanh_pair()), ("07-3", tanh_from_the_package()), ("07-3", list(tanh_pair())),
    ("07-4", sampling_pair()), ("07-4", sampling_from_the_package()),
]
WRONG = [
    ("07-1", lambda table, k: k * k * table.size + table.shape[1], "convolución completa", "full convolution"),
    ("07-1", lambda table, k: count(table, k, biases=0), "faltan los sesgos", "biases are missing"),
    ("07-1", lambda table, k: (k * k + 1) * int(table.sum()), "un sesgo por conexión", "a bias on every connection"),
    ("07-1", lambda table, k: count(table, k, biases=len(table)), "mapa de *salida*", "each *output* map"),
    ("07-1", lambda table, k: count(table, k, weights=k), "k·k pesos, no de k", "k·k weights, not of k"),
    ("07-1", lambda table, k: count(table, k, weights=1), "no un solo peso", "not a single weight"),
    ("07-1", lambda table, k: (k * k + 1) * table.shape[1], "un núcleo por cada mapa", "one kernel for each input map"),
    ("07-1", lambda table, k: 7, "no 1516", "not 1516"),
    ("07-1", lambda table, k: [1, 2], "se esperaba la forma", "expected the shape"),
    ("07-1", 1516, "debe ser una función", "must be a function"),
    ("07-2", first_alone, "`lenet` no se entrena nunca", "`lenet` is never trained"),
    ("07-2", first_twice, "(`fit` se llama en: small, small)", "(`fit` is called on: small, small)"),
    ("07-2", measured_first, "se mide antes de entrenarla", "scored before it is trained"),
    ("07-2", trained_on_the_test, "la prueba no se toca", "hands off the test"),
    ("07-2", scored_on_the_training, "no con las imágenes de entrenamiento", "not on the training images"),
    ("07-2", one_trained_longer, "la comparación no es justa", "comparison is not fair"),
    ("07-2", results_of_the_first, "publicas el resultado de `small`", "publish the result of `small`"),
    ("07-2", lambda *given: list(experiment(*given).values()), "un diccionario", "a dict"),
    ("07-2", lambda *given: {name: 0.123 for name in experiment(*given)}, "no es el de su", "is not that of its"),
    ("07-2", lambda networks, *data: None, "falta un `return`", "`return` missing"),
    ("07-3", tanh_pair(outer=1, inner=1), "faltan A y S", "A and S are missing"),
    ("07-3", tanh_pair(inner=1), "falta S, dentro", "S is missing, inside"),
    ("07-3", tanh_pair(outer=1), "falta A, delante", "A is missing, in front"),
    ("07-3", tanh_pair(outer=S, inner=A), "están cambiadas", "are swapped"),
    ("07-3", tanh_pair(outer=2), "`forward` no es", "`forward` is not"),
    ("07-3", tanh_pair(factor=1, slope=lambda y: 1 - y**2), "usas 1 − y²", "you use 1 − y²"),
    ("07-3", tanh_pair(slope=lambda y: 1 - y**2), "y / A, no y", "y / A, not y"),
    ("07-3", tanh_pair(factor=A), "falta S: la regla", "S is missing: the chain"),
    ("07-3", tanh_pair(factor=S), "falta A: y es", "A is missing: y is"),
    ("07-3", tanh_pair(factor=1), "faltan A y S, los dos", "A and S are missing, both"),
    ("07-3", tanh_pair(dy_used=False), "falta multiplicar por dy", "the factor dy is missing"),
    ("07-3", tanh_pair(factor=0.1), "`backward` no", "`backward` is not"),
    ("07-3", stateful(), "`backward` no", "`backward` is not"),
    ("07-3", (tanh_in_place, tanh_pair()[1]), "cambia su entrada", "changes its input"),
    ("07-3", (lambda x: A * np.tanh(S * x), tanh_pair()[1]), "dos cosas", "two things"),
    ("07-3", tanh_pair()[0], "un par de funciones", "a pair of functions"),
    ("07-3", (tanh_pair()[0], lambda dy, cache: 1 / 0), "ZeroDivisionError", "ZeroDivisionError"),
    ("07-4", sampling_pair(lambda y, s, w, b: w * s / 4 + b), "los cuatro se *suman*", "the four are *added*"),
    ("07-4", sampling_pair(lambda y, s, w, b: w * s), "falta el sesgo", "the bias b is missing"),
    ("07-4", sampling_pair(lambda y, s, w, b: s + b), "falta el factor w", "the factor w of each map is missing"),
    ("07-4", sampling_pair(lambda y, s, w, b: w * (s + b)), "el sesgo va fuera", "the bias goes outside"),
    ("07-4", sampling_pair(lambda y, s, w, b: s), "solo la suma", "the sum alone"),
    ("07-4", sampling_pair(lambda y, s, w, b: 2 * y), "`forward` no es", "`forward` is not"),
    ("07-4", sampling_pair(change=lambda g, dy, s, w: g[0]), "tres gradientes", "three gradients"),
    ("07-4", wrong_dx(lambda dx, dy, w: dx / w), "a dx le falta", "dx lacks"),
    ("07-4", wrong_dx(lambda dx, dy, w: dx / 4), "no se divide por 4", "not divided by 4"),
    ("07-4", wrong_dx(lambda dx, dy, w: dy * w), "sus cuatro píxeles", "its four pixels"),
    ("07-4", wrong_dx(lambda dx, dy, w: -dx), "`dx` no sale", "`dx` is not right"),
    ("07-4", wrong_dw(lambda dy, s: (dy * s).sum()), "hay un w por mapa", "one w for each map"),
    ("07-4", wrong_dw(lambda dy, s: (dy * s).sum((0, 1, 2)) / 4), "no su media", "not their mean"),
    ("07-4", wrong_dw(lambda dy, s: (dy * s).mean((0, 1, 2))), "no una media", "not a mean"),
    ("07-4", wrong_dw(lambda dy, s: (dy * s).sum((1, 2))), "w es el mismo", "w is the same"),
    ("07-4", wrong_dw(lambda dy, s: dy.sum((0, 1, 2))), "esa es db", "that is db"),
    ("07-4", wrong_dw(lambda dy, s: 0 * dy.sum((0, 1, 2))), "`dw` no sale", "`dw` is not right"),
    ("07-4", wrong_db(lambda dy: 4 * dy.sum((0, 1, 2))), "una vez por ventana", "once for each window"),
    ("07-4", wrong_db(lambda dy: dy.sum()), "hay un b por mapa", "one b for each map"),
    ("07-4", wrong_db(lambda dy: dy.mean((0, 1, 2))), "db es una suma", "db is a sum"),
    ("07-4", wrong_db(lambda dy: dy.sum((1, 2))), "b es el mismo", "b is the same"),
    ("07-4", wrong_db(lambda dy: 0 * dy.sum((0, 1, 2))), "`db` no sale", "`db` is not right"),
]


def test_the_right_gradients_are_the_slopes():
    rng = np.random.default_rng(0)
    assert check_gradients(tanh_pair(), rng.standard_normal((2, 3))) < 1e-6
    arrays = rng.standard_normal((2, 4, 6, 3)), rng.standard_normal(3), rng.standard_normal(3)
    assert check_gradients(sampling_pair(), *arrays) < 1e-6
