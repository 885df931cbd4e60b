"""Exercises of chapter 10: the size of the filter."""

from math import ceil, floor, prod, sqrt
from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.exercises.answers import array, close, expect, run

Plan = list[tuple[int, int, int]]
PLANS: list[Plan] = [
    [(3, 1, 1)] * 3,
    [(5, 1, 1), (2, 2, 1), (3, 1, 1)],
    [(3, 2, 1)] * 3,
    [(3, 1, 2), (3, 1, 4)],
    [(7, 2, 1), (3, 2, 2), (1, 1, 1), (3, 1, 3)],
    [(4, 3, 2)],
    [],
]
SHAPES = [((2, 5, 4, 3), 2), ((1, 3, 6, 2), 4), ((3, 4, 4, 3), 3)]
WAISTS = [(64, 3, 0.5), (256, 3, 0.125), (32, 5, 0.25), (100, 3, 0.9), (48, 7, 0.5)]
FILTERS = [
    ((3, 3, 1, 1), (3, 3, 1, 1)),
    ((3, 2, 2, 4), (2, 4, 4, 3)),
    ((1, 1, 3, 2), (3, 3, 2, 5)),
    ((2, 3, 3, 3), (3, 1, 3, 3)),
]


def pencil(answer: Any) -> None:
    """10-1: how many 3x3 see 11x11, and the weights of both with 16 channels."""
    n, stack, single = array(answer, (3,)).tolist()
    expect(n != 6, "6 capas ven 13: la primera ya ve 3", "6 layers see 13: the first one sees 3 already")
    expect(
        n != 4,
        "4 capas ven 9: la primera ve 3 y cada una de las siguientes añade 2",
        "4 layers see 9: the first sees 3 and each of the following adds 2",
    )
    expect(
        n != 10,
        "cada capa añade un píxel por cada lado, 2 en total",
        "each layer adds a pixel on each side, 2 in all",
    )
    expect(n == 5, f"con {n:g} capas no se ven 11×11", f"{n:g} layers do not see 11×11")
    for name_es, name_en, found, per_pair in [
        ("la pila", "the stack", stack, 45),
        ("el filtro único", "the single filter", single, 121),
    ]:
        expect(
            found != per_pair,
            f"{name_es}: faltan los canales, 16 de entrada por 16 de salida",
            f"{name_en}: the channels are missing, 16 going in times 16 coming out",
        )
        expect(
            found != per_pair * 16,
            f"{name_es}: cada filtro lee 16 canales, y además hay 16 filtros",
            f"{name_en}: each filter reads 16 channels, and there are 16 filters as well",
        )
    expect(stack != 9 * 256, "esos son los pesos de una capa: la pila tiene 5", "that is one layer: the stack has 5")
    expect(stack != 45 * 256 + 80, "la pila: se piden los pesos sin sesgos", "the stack: without biases")
    expect(single != 121 * 256 + 16, "el filtro único: sin sesgos", "the single filter: without biases")
    expect(stack == 45 * 256, f"la pila no tiene {stack:g} pesos", f"the stack does not have {stack:g} weights")
    expect(single == 121 * 256, f"el filtro único no tiene {single:g} pesos",
           f"the single filter does not have {single:g} weights")


def field(plan: Plan, skip: str = "") -> int:
    """Layers (kernel, stride, dilation) -> the side of the receptive field; `skip` names a mistake."""
    r, j = 1, 1
    for K, s, d in plan:
        added = {"no dilation": K - 1, "gaps": d * K - 1, "adds K": d * (K - 1) + 1}.get(skip, d * (K - 1))
        if skip == "own stride":
            j *= s
        r += added * (1 if skip == "no stride" else j)
        if skip == "dilated jump":
            j *= d
        if skip == "last stride":
            j = s
        elif skip != "own stride":
            j *= s
    return r


FIELD_MISTAKES = [
    ("no stride", "no usas el paso: multiplica lo que añaden las capas de después",
     "the stride is not used: it multiplies what the later layers add"),
    ("no dilation", "no usas la dilatación: K píxeles separados por d añaden d (K − 1)",
     "the dilation is not used: K pixels that stand d apart add d (K − 1)"),
    ("own stride", "el paso de una capa no agranda su propio filtro: actualiza j después de r",
     "the stride of a layer does not widen its own filter: update j after r"),
    ("last stride", "los pasos se multiplican: j = j · s, no j = s", "strides multiply: j = j · s, not j = s"),
    ("dilated jump", "la dilatación no separa las salidas: j solo cambia con el paso",
     "dilation does not set the outputs apart: only the stride changes j"),
    ("gaps", "K píxeles dejan K − 1 huecos: cada capa añade d (K − 1)",
     "K pixels leave K − 1 gaps: each layer adds d (K − 1)"),
    ("adds K", "cada capa añade d (K − 1), no todo su alcance: el primer píxel ya estaba",
     "each layer adds d (K − 1), not all of its reach: the first pixel was there already"),
]  # fmt: skip


def dilated_field(answer: Any) -> None:
    """10-2: field(plan) -> the side of the receptive field, with strides and dilations."""
    found = [float(array(run(answer, plan), ())) for plan in PLANS]
    sums = [sum(K for K, _, _ in plan) for plan in PLANS]
    expect(
        found != sums,
        "sumas los lados: cada capa añade K − 1, no K",
        "you add the sides: each layer adds K − 1, not K",
    )
    for skip, es, en in FIELD_MISTAKES:
        expect(found != [field(plan, skip) for plan in PLANS], es, en)
    right = [field(plan) for plan in PLANS]
    expect(
        found != [r - 1 for r in right],
        "falta un píxel en todas: sin capas, una salida ve 1",
        "one pixel is missing everywhere: with no layers, an output sees 1",
    )
    for plan, side, wanted in zip(PLANS, found, right, strict=True):
        expect(
            side == wanted,
            f"con las capas {plan} el campo es {wanted}; tu función da {side:g}",
            f"with the layers {plan} the field is {wanted}; your function gives {side:g}",
        )


def one_by_one_backward(answer: Any) -> None:
    """10-3: backward(dy, x, w) of a 1x1 convolution -> dx, dw, db."""
    rng = np.random.default_rng(103)
    for shape, F in SHAPES:
        C = shape[-1]
        dy, x, w = (rng.standard_normal(s) for s in ((*shape[:-1], F), shape, (C, F)))
        dw, db = np.tensordot(x, dy, ((0, 1, 2), (0, 1, 2))), dy.sum(axis=(0, 1, 2))
        result = run(answer, dy, x, w)
        expect(
            isinstance(result, tuple | list) and len(result) == 3,
            "se piden tres cosas: dx, dw, db", "three things are asked for: dx, dw, db",
        )
        check_dx(result[0], dy, x, w)
        check_dw(result[1], dw, prod(shape[:3]), shape[0])
        expect(
            np.shape(result[2]) != (1, 1, 1, F) and np.shape(result[2]) != shape[1:3] + (F,),
            "db suma sobre todas las posiciones, no solo sobre el lote: su forma es (F,)",
            "db sums over all positions, not over the batch alone: its shape is (F,)",
        )
        found = array(result[2], (F,))
        expect(
            not close(found * prod(shape[:3]), db), "db es una suma, no una media", "db is a sum, not a mean",
        )
        expect(close(found, db), "db no es la suma de dy por canal", "db is not the sum of dy by channel")


def check_dx(found: Any, dy: Array, x: Array, w: Array) -> None:
    """Wrong unless dx is dy times w transposed."""
    found = array(found, x.shape)
    expect(
        w.shape[0] != w.shape[1] or not close(found, dy @ w),
        "dx: falta la traspuesta, dy @ w.T (con C = F la forma no te avisa)",
        "dx: the transpose is missing, dy @ w.T (with C = F the shape does not warn you)",
    )
    expect(close(found, dy @ w.T), "dx no es dy por la traspuesta de w en cada píxel",
           "dx is not dy times the transpose of w at each pixel")


def check_dw(found: Any, dw: Array, positions: int, batch: int) -> None:
    """Wrong unless dw is the sum over all positions of all images."""
    expect(
        dw.shape[0] == dw.shape[1] or np.shape(found) != dw.T.shape,
        "dw está traspuesta: su forma es la de w, (C, F)", "dw is transposed: its shape is that of w, (C, F)",
    )
    found = array(found, dw.shape)
    expect(dw.shape[0] != dw.shape[1] or not close(found, dw.T),
           "dw está traspuesta: entradas por filas, salidas por columnas",
           "dw is transposed: inputs by row, outputs by column")
    expect(not close(found * positions, dw) and (batch == 1 or not close(found * batch, dw)),
           "dw es una suma, no una media: el promedio ya está en dy",
           "dw is a sum, not a mean: the averaging is in dy already")
    expect(close(found, dw), "dw: suma los productos x · dy de todos los píxeles de todas las imágenes",
           "dw: sum the products x · dy over all pixels of all images")


def widest(a: float, b: float, limit: float) -> int:
    """The largest whole m with a m + b m² at most limit, or 0."""
    m = floor((sqrt(a * a + 4 * b * limit) - a) / (2 * b))
    return m + 1 if a * (m + 1) + b * (m + 1) ** 2 <= limit else m


def waist(answer: Any) -> None:
    """10-4: waist(C, K, share) -> the largest m whose bottleneck costs at most the share."""
    found = [float(array(run(answer, *setting), ())) for setting in WAISTS]
    right = [widest(2 * C, K * K, share * K * K * C * C) for C, K, share in WAISTS]
    exact = [(sqrt(C * C + K**4 * C * C * share) - C) / K**2 for C, K, share in WAISTS]
    expect(
        not np.allclose(found, exact),
        "m es un número entero: redondea hacia abajo",
        "m is a whole number: round down",
    )
    mistakes = [
        ([floor(C * sqrt(share)) for C, _, share in WAISTS], "faltan los dos 1×1: también tienen pesos",
         "the two 1×1 are missing: they have weights too"),
        ([widest(C, K * K, share * K * K * C * C) for C, K, share in WAISTS],
         "hay dos 1×1, uno que baja y otro que sube", "there are two 1×1, one down and one up"),
        ([widest(2 * C, K, share * K * C * C) for C, K, share in WAISTS], "un filtro K×K tiene K² lugares, no K",
         "a K×K filter has K² places, not K"),
        ([widest(2 * C, K * K, 2 * share * K * K * C * C) for C, K, share in WAISTS],
         "se compara con un solo K×K de C a C", "the comparison is with a single K×K from C to C"),
        ([widest(0, 2 * C + K * K, share * K * K * C * C) for C, K, share in WAISTS],
         "los 1×1 tienen C · m pesos cada uno: crecen con m, no con m²",
         "the 1×1 have C · m weights each: they grow with m, not with m²"),
        ([ceil(m) for m in exact], "redondeas hacia arriba, y te pasas de la fracción",
         "you round up, and exceed the share"),
        ([m - 1 for m in right], "cabe uno más", "one more would fit"),
    ]  # fmt: skip
    for wrong, es, en in mistakes:
        expect(found != wrong, es, en)
    for (C, K, share), m, wanted in zip(WAISTS, found, right, strict=True):
        setting = f"C = {C}, K = {K}, share = {share}"
        expect(m == wanted, f"con {setting} el mayor m es {wanted}; tu función da {m:g}",
               f"for {setting} the largest m is {wanted}; your function gives {m:g}")


def merged(first: Array, second: Array) -> Array:
    """Filters (KH, KW, C, D), then (LH, LW, D, F) -> those of the one convolution that does both."""
    (KH, KW, C, _), (LH, LW, _, F) = first.shape, second.shape
    whole = np.zeros((KH + LH - 1, KW + LW - 1, C, F))
    for u, v in np.ndindex(LH, LW):
        whole[u : u + KH, v : v + KW] += first @ second[u, v]
    return whole


def merge(answer: Any) -> None:
    """10-5: merge(first, second) -> the single filter that does both."""
    rng = np.random.default_rng(105)
    for shapes in FILTERS:
        first, second = (rng.standard_normal(shape) for shape in shapes)
        right, (D, F) = merged(first, second), second.shape[2:]
        setting = f"first {first.shape}, second {second.shape}"
        found = run(answer, first, second)
        expect(
            np.shape(found) != (*np.maximum(first.shape[:2], second.shape[:2]), *right.shape[2:])
            or np.shape(found) == right.shape,
            f"el filtro único es mayor que los dos: KH + LH − 1 por KW + LW − 1 ({setting})",
            f"the single filter is larger than both: KH + LH − 1 by KW + LW − 1 ({setting})",
        )
        found = array(found, right.shape)
        turned = second[::-1, ::-1]
        mistakes = [
            (merged(first, turned), "`second` está girado media vuelta", "`second` is turned by half a turn"),
            (merged(first[::-1, ::-1], second), "`first` está girado media vuelta", "`first` is turned by half a turn"),
            (merged(first[::-1, ::-1], turned), "el resultado sale girado media vuelta: aquí nada se gira",
             "the result comes out turned by half a turn: nothing is turned here"),
        ]  # fmt: skip
        if first.shape[2] == D == F > 1:
            mistakes.append((merged(second, first), "`first` va antes: sus salidas son las entradas de `second`",
                             "`first` comes first: its outputs are the inputs of `second`"))
        for wrong, es, en in mistakes:
            expect(close(wrong, right) or not close(found, wrong), f"{es} ({setting})", f"{en} ({setting})")
        expect(close(found, right), f"la forma es correcta, los números no ({setting}): cada lugar de `second` añade "
               "una copia corrida de `first`",
               f"the shape is right, the numbers are not ({setting}): each place of `second` adds "
               "a moved copy of `first`")


EXERCISES = {
    "10-1": pencil,
    "10-2": dilated_field,
    "10-3": one_by_one_backward,
    "10-4": waist,
    "10-5": merge,
}
