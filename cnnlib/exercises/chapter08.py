"""Exercises of chapter 8: what famous networks cost, claims about them, and a residual block."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.exercises.answers import Wrong, array, compare, expect, run

# Kernel side, channels in, filters: the six convolutions of the block of exercise 1.
BRANCHES = ((1, 128, 32), (1, 128, 48), (3, 48, 64), (1, 128, 8), (5, 8, 16), (1, 128, 24))


def inception_parameters(answer: Any) -> None:
    """08-1: the parameters of an Inception block on 128 channels, biases included."""
    found = float(array(answer, ()))
    counts = [(K * K * C + 1) * F for K, C, F in BRANCHES]
    right, biases = sum(counts), sum(F for _, _, F in BRANCHES)
    unreduced = sum((K * K * 128 + 1) * F for K, _, F in BRANCHES)
    no_reductions = sum((K * K * 128 + 1) * F for K, F in ((1, 32), (3, 64), (5, 16), (1, 24)))
    # Whole numbers: a difference of one bias is a mistake, which the tolerance of `close` would forgive.
    causes = [
        (right - biases, "faltan los sesgos: uno por filtro, en las seis convoluciones",
         "the biases are missing: one for each filter, in all six convolutions"),
        (right - biases + len(BRANCHES), "hay un sesgo por filtro, no uno por convolución",
         "there is one bias for each filter, not one for each convolution"),
        (unreduced, "la 3×3 y la 5×5 no reciben 128 canales, sino los que deja la 1×1 de delante",
         "the 3×3 and the 5×5 do not take 128 channels, but those that the 1×1 before them leaves"),
        (no_reductions, "has olvidado las 1×1 que reducen: van delante de la 3×3 y de la 5×5",
         "you forgot the 1×1 that reduce: they stand before the 3×3 and the 5×5"),
        (right - counts[1] - counts[3], "faltan las dos 1×1 que reducen: también tienen parámetros",
         "the two 1×1 that reduce are missing: they have parameters too"),
        (right - counts[5], "falta la 1×1 que va detrás de la agrupación",
         "the 1×1 behind the pooling is missing"),
    ]
    for wrong, es, en in causes:
        expect(found != wrong, es, en)
    expect(
        found == right,
        f"no son {found:,.0f}: suma (KH·KW·C + 1)·F sobre las seis convoluciones".replace(",", "\u202f"),
        f"it is not {found:,.0f}: add up (KH·KW·C + 1)·F over the six convolutions",
    )


def bottleneck_work(answer: Any) -> None:
    """08-2: (H, W, C, narrow) -> the multiply-adds of a bottleneck with stride 1 and a bare shortcut."""
    for H, W, C, narrow in [(56, 56, 256, 64), (5, 3, 8, 2), (7, 4, 12, 5), (1, 1, 16, 4)]:
        found = float(array(run(answer, H, W, C, narrow), ()))
        once, middle = C * narrow, 9 * narrow**2
        right = H * W * (2 * once + middle)
        expect(
            found == right,
            *cause_of_work(found, right, (H, W, C, narrow), once, middle),
        )


def cause_of_work(found: float, right: int, sizes: tuple[int, ...], once: int, middle: int) -> tuple[str, str]:
    """A wrong number of multiply-adds -> why, in Spanish and in English."""
    H, W, C, narrow = sizes
    given = f"H={H}, W={W}, C={C}, narrow={narrow}"
    causes = [
        (2 * once + middle, "esos son los pesos: cada uno trabaja en H·W posiciones",
         "those are the weights: each works at H·W places"),
        (2 * right, "cuentas multiplicaciones y sumas por separado: aquí van por parejas",
         "you count multiplications and additions apart: here they go in pairs"),
        (H * W * (once + middle), "falta una de las 1×1: la de ida y la de vuelta cuestan lo mismo",
         "one of the 1×1 is missing: the one down and the one back cost the same"),
        (H * W * (2 * once + narrow**2), "la 3×3 tiene nueve pesos por pareja de canales",
         "the 3×3 has nine weights for each pair of channels"),
        (H * W * (2 * once + 9 * once), "la 3×3 recibe `narrow` canales y da `narrow`: no ve los C",
         "the 3×3 takes `narrow` channels and gives `narrow`: it does not see the C"),
        (H * W * (2 * once + middle + C * C), "el atajo no lleva pesos: no cuesta ninguna multiplicación",
         "the shortcut has no weights: it costs no multiplication"),
        (H * H * (2 * once + middle), "el mapa es de H·W, no de H·H", "the map is H·W, not H·H"),
        ((H - 2) * (W - 2) * middle + 2 * H * W * once, "la 3×3 lleva relleno: su mapa también es de H·W",
         "the 3×3 is padded: its map is H·W as well"),
        (H * W * (2 * (C + 1) * narrow + (9 * narrow + 1) * narrow), "los sesgos no multiplican nada",
         "biases multiply nothing"),
    ]
    for wrong, es, en in causes:
        if found == wrong:
            return f"{es} ({given})", f"{en} ({given})"
    return f"sale {found:g} y debe salir {right} ({given})", f"you get {found:g}, and it should be {right} ({given})"


CLAIMS = (
    (False, "son trece, y tres densas: el nombre cuenta las capas con pesos",
     "there are thirteen, and three dense ones: the name counts the layers with weights"),
    (True, "la normalización por lotes llegó en los artículos siguientes de Inception",
     "batch normalization came with the later Inception papers"),
    (False, "ganó Clarifai; el 14.8 % de ZFNet es de su artículo",
     "Clarifai won; the 14.8 % of ZFNet are those of its paper"),
    (True, "11.3 frente a 19.6 mil millones: cuéntalo con `counts`",
     "11.3 against 19.6 billion: count it with `counts`"),
    (False, "es de un conjunto, en el test; ResNet-152 sola da 4.49 % en la validación",
     "it is that of an ensemble, on the test; ResNet-152 alone has 4.49 % on the validation set"),
    (True, "pasa la entrada tal cual: ni pesos ni compuerta",
     "it passes the input on as it is: neither weights nor a gate"),
    (True, "son 61 millones frente a 7: 8.7 veces", "it is 61 million against 7: 8.7 times"),
    (False, "reduce el número de canales, y *añade* una capa", "it reduces the number of channels, and *adds* a layer"),
)


def judge_claims(answer: Any) -> None:
    """08-3: eight times True or False."""
    found = array(answer, (len(CLAIMS),))
    for value in found:
        if value not in (0, 1):
            raise Wrong(f"se espera True o False en cada lugar; llegó {value:g}",
                        f"expected True or False at each place; got {value:g}")
    right = np.array([truth for truth, _, _ in CLAIMS])
    expect(
        not np.array_equal(found, ~right),
        "está todo del revés: True es que la afirmación es cierta",
        "it is all the other way around: True means that the claim is right",
    )
    for k, (given, (truth, es, en)) in enumerate(zip(found, CLAIMS, strict=True), 1):
        expect(given == truth, f"la {k}.ª no: {es}", f"not number {k}: {en}")


def residual_block(answer: Any) -> None:
    """08-4: (x, w1, w2, dy) -> y = ReLU(x + ReLU(x w1) w2) and the gradients dx, dw1, dw2."""
    rng = np.random.default_rng(84)
    for N, D, M in [(3, 4, 6), (2, 5, 3), (1, 2, 2), (6, 3, 3)]:
        x, dy = rng.standard_normal((2, N, D))
        w1, w2 = rng.standard_normal((D, M)), rng.standard_normal((M, D))
        result = run(answer, x, w1, w2, dy)
        expect(
            isinstance(result, tuple | list) and len(result) == 4,
            "la función debe devolver cuatro cosas: `(y, dx, dw1, dw2)`",
            "the function must return four things: `(y, dx, dw1, dw2)`",
        )
        check_output(array(result[0], x.shape), x, w1, w2)
        check_gradients(result[1:], x, w1, w2, dy)


def check_output(y: Array, x: Array, w1: Array, w2: Array) -> None:
    """What the block gives; Wrong with the cause that fits."""
    f = np.maximum(x @ w1, 0) @ w2
    compare(
        y,
        np.maximum(x + f, 0),
        [
            (np.maximum(f, 0), "a `y` le falta el atajo: suma `x` antes de la última ReLU",
             "the shortcut is missing in `y`: add `x` before the last ReLU"),
            (x + f, "a `y` le falta la última ReLU, después de la suma",
             "the last ReLU, after the sum, is missing in `y`"),
            (x + np.maximum(f, 0), "la última ReLU va *después* de sumar `x`",
             "the last ReLU comes *after* adding `x`"),
            (np.maximum(x + x @ w1 @ w2, 0), "falta la ReLU entre `w1` y `w2`",
             "the ReLU between `w1` and `w2` is missing"),
        ],
        f"`y` no es ReLU(x + ReLU(x·w1)·w2) (x {x.shape}, w1 {w1.shape})",
        f"`y` is not ReLU(x + ReLU(x·w1)·w2) (x {x.shape}, w1 {w1.shape})",
    )


def check_gradients(found: Any, x: Array, w1: Array, w2: Array, dy: Array) -> None:
    """The three gradients of the block; Wrong with the cause that fits."""
    a = x @ w1
    h = np.maximum(a, 0)
    ds = dy * (x + h @ w2 > 0)
    da = (ds @ w2.T) * (a > 0)
    body = da @ w1.T
    unmasked = (dy @ w2.T) * (a > 0)
    compare(array(found[0], x.shape), ds + body, [
        (body, "a `dx` le falta el camino del atajo: súmale el gradiente que llega a la suma",
         "the path of the shortcut is missing in `dx`: add the gradient that arrives at the sum"),
        (ds, "`dx` es solo el atajo: falta lo que vuelve por `w2`, la ReLU y `w1`",
         "`dx` is the shortcut alone: what returns through `w2`, the ReLU and `w1` is missing"),
        (dy + body, "el atajo también pasa por la última ReLU: súmale `ds`, no `dy`",
         "the shortcut passes through the last ReLU as well: add `ds`, not `dy`"),
        (dy + unmasked @ w1.T, "olvidas la última ReLU: `dy` solo pasa donde la suma es mayor que 0",
         "you forget the last ReLU: `dy` passes only where the sum is greater than 0"),
        (ds + ds @ w2.T @ w1.T, "olvidas la ReLU de en medio: el gradiente solo pasa donde `x @ w1` es mayor que 0",
         "you forget the ReLU in the middle: the gradient passes only where `x @ w1` is greater than 0"),
        (ds * body, "los dos caminos se *suman*", "the two paths are *added*"),
    ], f"`dx` no es correcto (x {x.shape})", f"`dx` is not right (x {x.shape})")
    compare(array(found[1], w1.shape), x.T @ da, [
        (x.T @ (ds @ w2.T), "a `dw1` le falta la ReLU de en medio", "the ReLU in the middle is missing in `dw1`"),
        (x.T @ unmasked, "a `dw1` le falta la última ReLU", "the last ReLU is missing in `dw1`"),
        (x.T @ da / len(x), "`dw1` suma sobre el lote, no hace la media: eso ya lo hizo la pérdida",
         "`dw1` sums over the batch, it is no mean: the loss has seen to that"),
    ], "`dw1` no es correcto: es la entrada de `w1` por el gradiente de su salida",
       "`dw1` is not right: it is the input of `w1` times the gradient of its output")
    compare(array(found[2], w2.shape), h.T @ ds, [
        (a.T @ ds, "`w2` recibe `ReLU(x @ w1)`, no `x @ w1`: usa eso en `dw2`",
         "`w2` takes `ReLU(x @ w1)`, not `x @ w1`: use that in `dw2`"),
        (h.T @ dy, "a `dw2` le falta la última ReLU", "the last ReLU is missing in `dw2`"),
        (h.T @ ds / len(x), "`dw2` suma sobre el lote, no hace la media: eso ya lo hizo la pérdida",
         "`dw2` sums over the batch, it is no mean: the loss has seen to that"),
    ], "`dw2` no es correcto: es la entrada de `w2` por el gradiente de su salida",
       "`dw2` is not right: it is the input of `w2` times the gradient of its output")


EXERCISES = {
    "08-1": inception_parameters,
    "08-2": bottleneck_work,
    "08-3": judge_claims,
    "08-4": residual_block,
}
