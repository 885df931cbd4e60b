"""Exercises of chapter 7: a sparse count, an experiment that trains the wrong network, two layers of 1998."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.exercises.answers import array, close, compare, expect, run
from cnnlib.exercises.layers_of_1998 import scaled_tanh, subsampling

C3_OF_1998 = (
    ["012", "123", "234", "345", "045", "015", "0123", "1234", "2345", "0345", "0145", "0125"]
    + ["0134", "1245", "0235", "012345"]
)


def sparse_count(answer: Any) -> None:
    """07-1: (table (C, F) of booleans, kernel size) -> the parameters of a convolution connected so."""
    rng = np.random.default_rng(71)
    paper = np.array([[str(c) in maps for maps in C3_OF_1998] for c in range(6)])
    for table, k in [(paper, 5), (rng.random((3, 8)) < 0.5, 3), (np.ones((4, 7), bool), 2), (np.eye(5, dtype=bool), 3)]:
        (C, F), links = table.shape, int(table.sum())
        right = k * k * links + F
        found = float(array(run(answer, table, k), ()))
        compare(
            found,
            float(right),
            [
                (k * k * C * F + F, "esa es la convolución completa: cuenta solo las conexiones que marca la tabla",
                 "that is the full convolution: count only the connections that the table marks"),
                (k * k * links, "faltan los sesgos: uno por cada mapa de salida",
                 "the biases are missing: one for each output map"),
                ((k * k + 1) * links, "has puesto un sesgo por conexión: hay uno por cada mapa de salida",
                 "you put a bias on every connection: there is one for each output map"),
                (k * k * links + C, "hay un sesgo por cada mapa de *salida*, no de entrada",
                 "there is one bias for each *output* map, not for each input map"),
                (k * links + F, "cada conexión tiene un núcleo de k·k pesos, no de k",
                 "each connection has a kernel of k·k weights, not of k"),
                (links + F, "cada conexión tiene un núcleo de k·k pesos, no un solo peso",
                 "each connection has a kernel of k·k weights, not a single weight"),
                (k * k * F + F, "cada mapa de salida tiene un núcleo por cada mapa de entrada que lee",
                 "each output map has one kernel for each input map that it reads"),
            ],
            f"con {C} mapas de entrada, {F} de salida, {links} conexiones y k = {k} sale {found:g}, no {right}",
            f"for {C} input maps, {F} output maps, {links} connections and k = {k} you get {found:g}, not {right}",
        )


class Notebook:
    """A classifier that learns nothing: it notes which of several it is, and what is done with it."""

    def __init__(self, name: str, score: float, notes: list[tuple[str, str, Any]]) -> None:
        self.name, self.result, self.notes = name, score, notes

    def __deepcopy__(self, memory: dict) -> "Notebook":
        return self  # `run` hands copies to the reader's function, and the notes must come back

    def fit(self, X: Array, y: Array, validation_data: Any = None) -> "Notebook":
        self.notes.append((self.name, "fit", (np.asarray(X)[0], np.asarray(y)[0])))
        return self

    partial_fit = fit

    def score(self, X: Array, y: Array) -> float:
        self.notes.append((self.name, "score", (np.asarray(X)[0], np.asarray(y)[0])))
        return self.result


def mended_experiment(answer: Any) -> None:
    """07-2: ({name: classifier}, X, y, X_test, y_test) -> {name: test accuracy}, each trained, then scored."""
    train, test = (np.full(4, 0.0), np.full(4, 1)), (np.full(3, 2.0), np.full(3, 3))
    for scores in [{"small": 0.9, "lenet": 0.8}, {"a": 0.1, "b": 0.2, "c": 0.3}, {"only": 0.5}]:
        notes: list[tuple[str, str, Any]] = []
        networks = {name: Notebook(name, score, notes) for name, score in scores.items()}
        found = run(answer, networks, *train, *test)
        check_training(notes, list(scores))
        check_scores(found, scores, notes)


def check_training(notes: list[tuple[str, str, Any]], names: list[str]) -> None:
    """Each classifier was trained once, on the training images, before it was scored; or Wrong."""
    trained = [who for who, what, _ in notes if what == "fit"]
    for name in names:
        expect(
            name in trained,
            f"`{name}` no se entrena nunca (`fit` se llama en: {', '.join(trained) or 'ninguna'})",
            f"`{name}` is never trained (`fit` is called on: {', '.join(trained) or 'none'})",
        )
    for name in names:
        calls = [(what, data) for who, what, data in notes if who == name]
        fits = [data for what, data in calls if what == "fit"]
        expect(
            all(data == (0, 1) for data in fits),
            f"`{name}` no se entrena con `X` e `y`: la prueba no se toca",
            f"`{name}` is not trained on `X` and `y`: hands off the test",
        )
        expect(
            len(fits) == 1,
            f"`{name}` se entrena {len(fits)} veces, y las demás no: la comparación no es justa",
            f"`{name}` is trained {len(fits)} times, the others are not: the comparison is not fair",
        )
        expect(
            calls[0][0] == "fit",
            f"`{name}` se mide antes de entrenarla",
            f"`{name}` is scored before it is trained",
        )


def check_scores(found: Any, scores: dict[str, float], notes: list[tuple[str, str, Any]]) -> None:
    """The reader's dict holds every classifier's own score on the test; or Wrong."""
    expect(
        isinstance(found, dict) and list(found) == list(scores),
        f"debe devolver un diccionario con los nombres {list(scores)}, en ese orden",
        f"it must return a dict with the names {list(scores)}, in this order",
    )
    for name, score in scores.items():
        value = float(array(found[name], ()))
        owner = next((who for who, other in scores.items() if who != name and close(value, other)), None)
        expect(
            owner is None or close(value, score),
            f"con el nombre de `{name}` publicas el resultado de `{owner}`",
            f"under the name of `{name}` you publish the result of `{owner}`",
        )
        expect(close(value, score), f"el resultado de `{name}` no es el de su `score`",
               f"the result of `{name}` is not that of its `score`")
    expect(
        all(data == (2, 3) for _, what, data in notes if what == "score"),
        "mide con `X_test` e `y_test`, no con las imágenes de entrenamiento",
        "score on `X_test` and `y_test`, not on the training images",
    )


EXERCISES = {
    "07-1": sparse_count,
    "07-2": mended_experiment,
    "07-3": scaled_tanh,
    "07-4": subsampling,
}
