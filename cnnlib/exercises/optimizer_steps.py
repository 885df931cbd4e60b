"""Exercises of chapter 6 on optimizers: one step of AdaGrad, some steps with momentum."""

from typing import Any

import numpy as np

from cnnlib.arrays import Array
from cnnlib.exercises.answers import array, close, compare, expect, run


def adagrad_step(answer: Any) -> None:
    """06-2: (w, dw, h, lr) -> (w, h) after a step of AdaGrad."""
    rng = np.random.default_rng(62)
    for shape in [(4,), (3, 2), (3, 3, 1, 2)]:
        w, dw, h, lr = rng.standard_normal(shape), rng.standard_normal(shape), rng.uniform(0.5, 3, shape), 0.1
        found_w, found_h = weights_and_sums(run(answer, w, dw, h, lr), shape)
        check_sums(found_h, h, dw)
        check_move(found_w, w, dw, h, lr)
    found, _ = weights_and_sums(run(answer, np.array([1.0, 2]), np.array([0, 0.5]), np.zeros(2), 0.1), (2,))
    expect(
        np.isfinite(found).all(),
        "con `h` y `dw` en 0 sale `nan`: 0 entre 0. Suma algo minúsculo, como 1e-10, a la raíz",
        "with `h` and `dw` at 0 you get `nan`: 0 divided by 0. Add something tiny, like 1e-10, to the root",
    )
    expect(
        close(found, [1.0, 1.9]),
        "con `h = 0` el primer paso debe medir `lr`: lo que sumas a la raíz es demasiado grande",
        "with `h = 0` the first step must be as long as `lr`: what you add to the root is too large",
    )


def weights_and_sums(result: Any, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """What the reader's function gave -> w and h, or Wrong."""
    expect(
        isinstance(result, tuple | list) and len(result) == 2,
        "la función debe devolver dos cosas, el par `(w, h)`",
        "the function must return two things, the pair `(w, h)`",
    )
    return array(result[0], shape), array(result[1], shape)


def check_sums(found: Array, h: Array, dw: Array) -> None:
    """The sums after a step; Wrong with the cause that fits."""
    compare(
        found,
        h + dw**2,
        [
            (h, "las sumas `h` no han cambiado: crecen con el gradiente al cuadrado",
             "the sums `h` have not changed: they grow by the squared gradient"),
            (h + dw, "a `h` se le suma el gradiente *al cuadrado*", "what is added to `h` is the *squared* gradient"),
            (dw**2, "`h` recuerda todos los pasos: súmale `dw**2`, no lo sustituyas",
             "`h` remembers all steps: add `dw**2` to it, do not replace it"),
        ],
        "`h` no es `h + dw**2` después del paso",
        "`h` is not `h + dw**2` after the step",
    )


def check_move(found: Array, w: Array, dw: Array, h: Array, lr: float) -> None:
    """The weights after a step; Wrong with the cause that fits."""
    new = h + dw**2
    compare(
        found,
        w - lr * dw / np.sqrt(new),
        [
            (w, "los pesos no se han movido", "the weights have not moved"),
            (w + lr * dw / np.sqrt(new), "los pesos suben la cuesta: el paso se *resta*",
             "the weights climb: the step is *subtracted*"),
            (w - lr * dw / new, "falta la raíz: se divide por `sqrt(h)`", "the root is missing: divide by `sqrt(h)`"),
            (w - lr * dw / np.sqrt(h), "el paso usa las sumas de antes: primero `h` crece, después se da el paso",
             "the step uses the old sums: first `h` grows, then comes the step"),
            (w - lr * dw / np.sqrt(1 + new), "¿empiezan las sumas en 1? Usa la `h` que llega, sin sumarle nada más",
             "do the sums start at 1? Use the `h` that comes in, with nothing added"),
            (w - lr * dw, "eso es descenso de gradiente: falta dividir",
             "that is gradient descent: the division is missing"),
        ],
        "`w` no es `w - lr * dw / sqrt(h)` después del paso",
        "`w` is not `w - lr * dw / sqrt(h)` after the step",
    )


def momentum(answer: Any) -> None:
    """06-5: (gradient, w, lr, momentum, steps) -> w after gradient descent with momentum."""
    rng = np.random.default_rng(65)
    for shape, mu, steps in [((2, 3), 0.9, 5), ((4,), 0.5, 4), ((2,), 0.0, 3), ((3,), 0.9, 1)]:
        scale, target, w = rng.uniform(0.5, 2, shape), rng.standard_normal(shape), rng.standard_normal(shape)

        def gradient(v: Array, scale: Array = scale, target: Array = target) -> Array:
            return scale * (v - target)

        found = array(run(answer, gradient, w, 0.1, mu, steps), shape)
        check_descent(found, gradient, w, mu, steps)


def check_descent(found: Array, gradient: Any, w: Array, mu: float, steps: int) -> None:
    """The weights after some steps of rate 0.1; Wrong with the cause that fits."""
    compare(
        found,
        descent(gradient, w, mu, steps),
        [
            (descent(gradient, w, 0.0, steps), "la velocidad se pierde en cada paso: créala fuera del bucle",
             "the velocity is lost at each step: create it outside the loop"),
            (descent(gradient, w, mu, steps, share=1 - mu), "el gradiente entra en `v` sin el factor 1 - momentum",
             "the gradient enters `v` without a factor 1 - momentum"),
            (descent(gradient, w, mu, steps, nesterov=True), "esa es la variante de Nesterov: aquí el paso es `lr * v`",
             "that is Nesterov's variant: here the step is `lr * v`"),
            (descent(lambda _: gradient(w), w, mu, steps), "pide el gradiente en cada paso, en los pesos nuevos",
             "ask for the gradient at each step, at the new weights"),
            (descent(gradient, w, mu, steps, share=-1.0), "los pesos suben la cuesta: el paso se *resta*",
             "the weights climb: the step is *subtracted*"),
            (descent(gradient, w, mu, steps - 1), "falta un paso", "one step is missing"),
            (descent(gradient, w, mu, steps + 1), "sobra un paso", "there is one step too many"),
        ],
        f"con momento {mu} y {steps} pasos, los pesos no salen",
        f"with momentum {mu} and {steps} steps, the weights are not right",
    )


def descent(gradient: Any, w: Array, mu: float, steps: int, share: float = 1.0, nesterov: bool = False) -> Array:
    """Weights -> weights after gradient descent of rate 0.1; `share` of each gradient enters the velocity."""
    v = np.zeros_like(w)
    for _ in range(steps):
        g = gradient(w)
        v = mu * v + share * g
        w = w - 0.1 * (g + mu * v if nesterov else v)
    return w
