"""The exercises of chapter 9: a layer by hand, what nobody reads, a budget, weights that do not exist."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.conv import Conv2D
from cnnlib.costs import summary
from cnnlib.exercises.answers import array, close, expect, run
from cnnlib.windows import output_size

Mistake = tuple[Any, str, str]  # a wrong answer, what to say about it in Spanish and in English


def refuse(found: Any, right: Any, mistakes: Iterable[Mistake], setting: str = "") -> None:
    """Raise Wrong with the sentence of the first mistake that gives what was found, unless it is right."""
    if found == right:
        return
    for wrong, es, en in mistakes:
        expect(found != wrong, es + setting, en + setting)


def whole(value: float) -> str:
    """A number -> as a message shows it, 1820 and not 1.82e+03."""
    return f"{value:.10g}"


def by_hand(answer: Any) -> None:
    """09-1: ((OH, OW, F), parameters) of 12 filters of 5 x 3, stride 2, padding 3, on 30 x 23 x 5."""
    numbers = flat(answer)
    shape, parameters = tuple(numbers[:3]), numbers[3]
    KH, KW, C, F = 5, 3, 5, 12
    right = sizes(KH, KW, 3)
    refuse(
        shape,
        (*right, F),
        [
            ((F, *right), "los canales van al final: (OH, OW, F)", "channels come last: (OH, OW, F)"),
            ((*right, C), "salen tantos canales como filtros", "as many channels come out as there are filters"),
            ((*sizes(KW, KH, 3), F), "has cambiado el alto y el ancho del filtro: primero el alto",
             "you swapped the height and the width of the filter: the height comes first"),
            ((*sizes(KH, KW, 0), F), "falta el relleno", "the padding is missing"),
            ((*sizes(KH, KW, 1.5), F), "el relleno va por los dos lados: H + 2p, no H + p",
             "padding goes on both sides: H + 2p, not H + p"),
            ((right[0] - 1, right[1] - 1, F), "esos son los pasos: las ventanas son una más",
             "those are the steps: there is one window more"),
            ((right[0] + 1, right[1], F), "la última ventana no cabe: se redondea hacia abajo",
             "the last window does not fit: round down"),
        ],
    )
    shown = ", ".join(map(whole, shape))
    expect(shape == (*right, F), f"la forma no es ({shown})", f"the shape is not ({shown})")
    weights, windows = KH * KW * C * F, right[0] * right[1]
    refuse(
        parameters,
        weights + F,
        [
            (weights, "faltan los sesgos: uno por filtro", "the biases are missing: one for each filter"),
            (weights + C, "hay un sesgo por filtro, no por canal de entrada",
             "there is one bias for each filter, not for each input channel"),
            ((KH * KW + 1) * F, "cada filtro lee los 5 canales: falta C",
             "each filter reads all 5 channels: C is missing"),
            ((KH * KW + 1) * C * F, "un sesgo por filtro, no por cada rebanada del filtro",
             "one bias for each filter, not for each slice of it"),
            ((weights + F) * windows, "los pesos se comparten: no se multiplican por las ventanas",
             "weights are shared: they are not multiplied by the windows"),
            (weights * windows, "esas son las multiplicaciones", "those are the multiply-adds"),
        ],
    )
    expect(
        parameters == weights + F,
        f"la forma es correcta, pero no son {whole(parameters)} parámetros",
        f"the shape is right, but there are not {whole(parameters)} parameters",
    )


def sizes(KH: int, KW: int, p: float) -> tuple[int, int]:
    """A filter and a padding on each side -> the output size on 30 x 23 with stride 2."""
    return int(30 + 2 * p - KH) // 2 + 1, int(23 + 2 * p - KW) // 2 + 1


def flat(answer: Any) -> list[float]:
    """((OH, OW, F), parameters), or four numbers in a row -> four numbers, or Wrong."""
    if isinstance(answer, tuple | list) and len(answer) == 2 and np.shape(answer[0]) == (3,):
        answer = [*answer[0], answer[1]]
    return array(answer, (4,)).tolist()


def unread(answer: Any) -> None:
    """09-2: a function (H, W, C, K, s) -> how many input numbers no window reads."""
    settings = [(14, 9, 2, 4, 3), (20, 20, 10, 3, 2), (19, 19, 4, 3, 2), (13, 9, 2, 4, 3), (8, 7, 1, 3, 3)]
    for H, W, C, K, s in settings:
        rows, columns = (H - K) % s, (W - K) % s
        right = (H * W - (H - rows) * (W - columns)) * C
        mistakes: list[Mistake] = [
            (right // C, "faltan los canales: cada píxel tiene C números",
             "the channels are missing: each pixel has C numbers"),
            ((rows * W + columns * H) * C, "la esquina está contada dos veces", "the corner is counted twice"),
            ((rows * (W - columns) + columns * (H - rows)) * C, "falta la esquina", "the corner is missing"),
            (rows * W * C, "faltan las columnas", "the columns are missing"),
            (columns * H * C, "faltan las filas", "the rows are missing"),
            (H * W * C - right, "esos son los que sí se leen", "those are the ones that are read"),
        ]
        compare(answer, (H, W, C, K, s), "HWCKs", right, mistakes)


def compare(answer: Any, setting: tuple[int, ...], letters: str, right: float, mistakes: list[Mistake]) -> None:
    """Run the reader's function on one setting -> nothing, or Wrong with its mistake and the setting."""
    found = float(array(run(answer, *setting), ()))
    named = " (" + ", ".join(f"{letter} = {n}" for letter, n in zip(letters, setting, strict=True)) + ")"
    refuse(found, right, mistakes, named)
    expect(
        found == right,
        f"da {whole(found)} y deben ser {whole(right)}{named}",
        f"it gives {whole(found)}, and it should be {whole(right)}{named}",
    )


def cost(answer: Any) -> None:
    """09-3: a function (H, W, C, F, K, s, p, G) -> (parameters, multiply-adds)."""
    plain = [(12, 7, 6, 9, 3, 1, 0, 1), (9, 9, 8, 8, 3, 2, 1, 1)]
    for H, W, C, F, K, s, p, G in [*plain, (14, 11, 6, 9, 3, 2, 0, 3), (10, 8, 8, 16, 5, 1, 2, 8)]:
        named = f" (H = {H}, W = {W}, C = {C}, F = {F}, K = {K}, s = {s}, p = {p}, G = {G})"
        found = tuple(array(run(answer, H, W, C, F, K, s, p, G), (2,)).tolist())
        counts = summary(Conv2D(F, K, s, p, groups=G), (H, W, C))
        right = counts.parameters, counts.multiply_adds
        weights, places = right[0] - F, right[1] // (right[0] - F)
        refuse(found, right, [((right[1], right[0]), "el orden es (parámetros, multiplicaciones)",
                               "the order is (parameters, multiply-adds)")], named)
        refuse(found[0], right[0], parameter_mistakes(weights, C, F, G), named)
        expect(found[0] == right[0], f"no son {whole(found[0])} parámetros{named}",
               f"there are not {whole(found[0])} parameters{named}")
        unpadded = output_size(H, K, s) * output_size(W, K, s)
        refuse(
            found[1],
            right[1],
            [
                (right[0] * places, "el sesgo se suma, no se multiplica", "the bias is added, it multiplies nothing"),
                (weights * H * W, "las ventanas son OH·OW, no H·W", "there are OH·OW windows, not H·W"),
                (weights * unpadded, "falta el relleno en las ventanas",
                 "the padding is missing in the windows"),
                (right[1] * F, "los pesos ya son los de todos los filtros: F está dos veces",
                 "the weights are already those of all filters: F stands twice"),
                (right[1] * 2, "cada multiplicación va con su suma: cuentan por una",
                 "a multiplication and its addition count as one"),
                (weights, "cada peso se usa una vez por ventana: falta OH·OW",
                 "each weight is used once a window: OH·OW is missing"),
                (right[1] * G, "los grupos también reparten las multiplicaciones",
                 "groups share out the multiply-adds too"),
            ],
            named,
        )
        expect(found[1] == right[1], f"no son {whole(found[1])} multiplicaciones{named}",
               f"there are not {whole(found[1])} multiply-adds{named}")


def parameter_mistakes(weights: int, C: int, F: int, G: int) -> list[Mistake]:
    """The weights of a layer with F filters in G groups -> wrong counts of its parameters."""
    return [
        (weights, "faltan los sesgos: uno por filtro", "the biases are missing: one for each filter"),
        (weights * G + F, "cada filtro lee solo los canales de su grupo: C/G",
         "each filter reads only the channels of its group: C/G"),
        ((weights + F) / G, "has repartido dos veces: filtros sigue habiendo F",
         "you shared out twice: there are still F filters"),
        (weights / G + F, "has repartido dos veces: filtros sigue habiendo F",
         "you shared out twice: there are still F filters"),
        (weights + C, "hay un sesgo por filtro, no por canal de entrada",
         "there is one bias for each filter, not for each input channel"),
        (weights // C * G + F, "cada filtro lee C/G canales: faltan",
         "each filter reads C/G channels: they are missing"),
    ]


def expand(answer: Any) -> None:
    """09-4: a function (w, groups) -> the ordinary filters (KH, KW, C, F) that do the same."""
    rng = np.random.default_rng(9)
    for KH, KW, CG, FG, G in [(3, 3, 1, 1, 1), (3, 2, 2, 3, 2), (1, 1, 3, 2, 3), (2, 3, 1, 1, 4), (2, 2, 2, 2, 2)]:
        C, F = CG * G, FG * G
        w = rng.standard_normal((KH, KW, CG, F))
        named = f" (w {w.shape}, groups = {G})"
        channels, filters = np.arange(C) // CG, np.arange(F) // FG  # the group of each
        found, right = array(run(answer, w, G), (KH, KW, C, F)), blocks(w, channels, filters)
        in_turn = right[:, :, np.arange(C).reshape(G, CG).T.ravel()], blocks(w, channels, np.arange(F) % G)
        mistakes: list[tuple[bool, str, str]] = [
            (close(found, np.tile(w, (1, 1, G, 1))), "fuera de su grupo, los pesos son 0: no se repiten",
             "outside its group the weights are 0: they are not repeated"),
            (any(close(found, wrong) for wrong in in_turn), "los grupos son canales y filtros seguidos, no alternos",
             "a group is channels and filters in a row, not in turn"),
            (close(found, blocks(w, channels[::-1], filters)), "los bloques están en la otra diagonal",
             "the blocks are on the other diagonal"),
            (bool(np.any(found[right == 0])), "hay pesos que no son 0 entre grupos distintos",
             "there are weights that are not 0 between different groups"),
            (True, "los bloques están en su sitio, los números no son los de w",
             "the blocks are in their place, their numbers are not those of w"),
        ]
        for made, es, en in mistakes:
            expect(not made or close(found, right), es + named, en + named)


def blocks(w: Array, channels: Array, filters: Array) -> Array:
    """Filters (KH, KW, C/G, F), the group of each channel (C,) and filter (F,) -> ordinary filters (KH, KW, C, F)."""
    return w[:, :, np.arange(len(channels)) % w.shape[2]] * (channels[:, None] == filters)


EXERCISES = {"09-1": by_hand, "09-2": unread, "09-3": cost, "09-4": expand}
