"""CNNClassifier: a network, its optimizer and the training loop behind scikit-learn's manners."""

import copy
import operator
from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
from threadpoolctl import threadpool_limits

from cnnlib.activations import ReLU
from cnnlib.arrays import Array
from cnnlib.checks import float_dtype, integer
from cnnlib.conv import Conv2D
from cnnlib.dense import Dense, Flatten
from cnnlib.layer import Layer, Shape
from cnnlib.losses import softmax
from cnnlib.networks import Sequential
from cnnlib.optimizers import SGD, Optimizer
from cnnlib.pool import MaxPool2D
from cnnlib.training import Augment, Data, History, logits, train


class CNNClassifier(ClassifierMixin, BaseEstimator):
    """A convolutional network as a scikit-learn classifier: images (N, H, W, C) or rows (N, D) -> labels (N,).

    layers: a list of layers or a Sequential that ends in Dense(n_classes); None makes a small network that
        fits the input.  optimizer: None is SGD(lr=0.05, momentum=0.9).
    epochs, batch_size: passes over the data, images a step.
    image_shape: (H, W) or (H, W, C), to read flat rows (N, H*W*C) as images.
    augment: a function (x, rng) -> x for the training images, such as `augment.shift(1)`.
    patience: stop after so many epochs without a better validation loss and keep the best network.
    n_jobs: threads of the linear algebra while training; with 1, a run with a `random_state` repeats to the bit.
    random_state: None, an integer, a NumPy RandomState or Generator.  verbose: 1 shows a progress bar.

    After `fit`: classes_ (K,), history_ (a dict of lists, an entry an epoch), model_ (the trained Sequential).
    float64 input is computed in float64, everything else in float32.

    >>> import numpy as np
    >>> X = np.zeros((40, 6, 6, 1), np.float32); y = np.arange(40) % 2
    >>> X[y == 1, 2:4] = 1
    >>> clf = CNNClassifier(random_state=0).fit(X, y)
    >>> clf.score(X, y)
    1.0
    """

    def __init__(
        self,
        layers: Sequence[Layer] | Sequential | None = None,
        optimizer: Optimizer | None = None,
        epochs: int = 5,
        batch_size: int = 50,
        image_shape: tuple[int, ...] | None = None,
        augment: Augment | None = None,
        patience: int | None = None,
        n_jobs: int | None = 1,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.layers = layers
        self.optimizer = optimizer
        self.epochs = epochs
        self.batch_size = batch_size
        self.image_shape = image_shape
        self.augment = augment
        self.patience = patience
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any, validation_data: tuple[Any, Any] | None = None) -> "CNNClassifier":
        """Images (N, H, W, C), (N, H, W) or rows (N, D) and labels (N,) -> self, trained from new weights.

        validation_data: (X, y), scored after each epoch.

        Raises ValueError for data that are not finite, labels that are no classes, or shapes that do not fit;
        TypeError for settings of a wrong type. What was trained before stays if this fails.
        """
        self._check_settings(validation_data)
        x, y = self._checked(X, y, reset=True)
        classes, shape = unique_labels(y), x.shape[1:]
        validation = None
        if validation_data is not None:
            validation = labeled(*self._checked(*validation_data, shape=shape), classes)
        model, optimizer, rng = self._new(x, classes)
        model, history = self._train(model, optimizer, rng, labeled(x, y, classes), self.epochs, validation)
        self.classes_, self.input_shape_ = classes, shape
        self.model_, self.optimizer_, self.history_, self._rng = model, optimizer, history, rng
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> "CNNClassifier":
        """One more pass over some data -> self; the first call needs all the classes that will ever come.

        Raises ValueError for a first call without classes, or labels that are not among them.
        """
        self._check_settings()
        first = not hasattr(self, "model_")
        if first and classes is None:
            raise ValueError("the first partial_fit needs classes, all the labels that will ever come; got None")
        if not first and classes is not None and not np.array_equal(unique_labels(classes), self.classes_):
            raise ValueError(f"classes must stay those of the first call, {self.classes_}; got {classes}")
        x, y = self._checked(X, y, reset=first, shape=None if first else self.input_shape_)
        data = labeled(x, y, unique_labels(classes) if first else self.classes_)
        if first:
            self.classes_, self.input_shape_ = unique_labels(classes), x.shape[1:]
            self.model_, self.optimizer_, self._rng = self._new(x, self.classes_)
            self.history_ = {"loss": [], "accuracy": []}
        self.model_, history = self._train(self.model_, self.optimizer_, self._rng, data, epochs=1)
        for key, values in self.history_.items():  # the validation scores of an earlier fit go on as nan
            values += history.get(key, [np.nan] * len(history["loss"]))
        return self

    def predict(self, X: Any) -> Array:
        """Images or rows, as in `fit` -> labels (N,)."""
        best = self._logits(X).argmax(axis=1)
        return self.classes_[best]

    def predict_proba(self, X: Any) -> Array:
        """Images or rows, as in `fit` -> probabilities (N, K), the classes in the order of classes_."""
        return softmax(self._logits(X))

    def _logits(self, X: Any) -> Array:
        check_is_fitted(self)
        x = self._inputs(validate_data(self, X, allow_nd=True, reset=False), self.input_shape_)
        return logits(self.model_, x, integer(self.batch_size, "batch_size", 1))

    def _check_settings(self, validation_data: Any = None) -> None:
        """Raise unless the settings are of their types and go together."""
        for name in ("epochs", "batch_size") + (("patience",) if self.patience is not None else ()):
            integer(getattr(self, name), name, 1)
        if self.patience is not None and validation_data is None:
            raise ValueError(
                f"patience watches the validation loss; got patience={self.patience} without validation_data"
            )
        if validation_data is not None and not (
            isinstance(validation_data, tuple | list) and len(validation_data) == 2
        ):
            raise ValueError(f"validation_data must be a pair (X, y); got {type(validation_data).__name__}")
        if self.optimizer is not None and not isinstance(self.optimizer, Optimizer):
            raise TypeError(f"optimizer must be one such as SGD(lr=0.1); got {self.optimizer!r}")
        if self.layers is not None and not isinstance(self.layers, Sequential | list | tuple):
            raise TypeError(f"layers must be a list of layers or a Sequential; got {self.layers!r}")
        if self.augment is not None and not callable(self.augment):
            raise TypeError(f"augment must be a function (x, rng) -> x such as augment.shift(1); got {self.augment!r}")

    def _new(self, x: Array, classes: Array) -> tuple[Sequential, Optimizer, np.random.Generator]:
        """Data and classes -> a network with new weights, an optimizer without memories, a random generator."""
        rng = generator(self.random_state)
        optimizer = SGD(lr=0.05, momentum=0.9) if self.optimizer is None else copy.deepcopy(self.optimizer)
        optimizer.steps, optimizer.state = 0, {}
        layers = default_layers(x.shape[1:], len(classes)) if self.layers is None else self.layers
        model = copy.deepcopy(layers) if isinstance(layers, Sequential) else Sequential(copy.deepcopy(list(layers)))
        outputs = model.build(x.shape[1:], rng, float_dtype(x.dtype))
        if outputs != (len(classes),):
            raise ValueError(f"the network must end in {len(classes)} outputs, one a class; got the shape {outputs}")
        return model, optimizer, rng

    def _train(
        self,
        model: Sequential,
        optimizer: Optimizer,
        rng: np.random.Generator,
        data: Data,
        epochs: int,
        validation: Data | None = None,
    ) -> tuple[Sequential, History]:
        patience = None if validation is None else self.patience
        passes = self._progress(epochs)
        with threadpool_limits(effective_n_jobs(self.n_jobs), user_api="blas"):
            return train(model, optimizer, data, rng, passes, self.batch_size, self.augment, validation, patience)

    def _progress(self, epochs: int) -> Iterable[Any]:
        if not self.verbose:
            return range(epochs)
        from tqdm import tqdm

        return tqdm(range(epochs), desc=type(self).__name__, unit="epoch")

    def _checked(self, X: Any, y: Any, reset: bool = False, shape: Shape | None = None) -> Data:
        """What the user gave -> images or rows, and labels, checked."""
        X, y = validate_data(self, X, y, allow_nd=True, reset=reset)
        check_classification_targets(y)
        return self._inputs(X, shape), column_or_1d(y)

    def _inputs(self, X: Array, shape: Shape | None = None) -> Array:
        """Arrays as the user gave them -> (N, H, W, C), or (N, D) for a network that takes rows.

        shape: what one input must look like, if that is known already.
        """
        if self.image_shape is not None:
            X = X.reshape(len(X), *as_image(self.image_shape, X.shape[1:]))
        if X.ndim == 3:
            X = X[..., np.newaxis]
        if X.ndim not in (2, 4):
            raise ValueError(f"X must be (N, D), (N, H, W) or (N, H, W, C); got {X.ndim} axes, shape {X.shape}")
        if self.image_shape is None and X.ndim == 4 and X.shape[1] in (1, 3) and X.shape[2] == X.shape[3] > 4:
            raise ValueError(f"X must be (N, H, W, C); got {X.shape}: channels first? Try X.transpose(0, 2, 3, 1)")
        if shape is not None and X.shape[1:] != shape:
            raise ValueError(f"X must hold inputs of the shape {shape}, as in fit; got {X.shape[1:]}")
        return X


def as_image(image_shape: Any, shape: Shape) -> Shape:
    """The setting image_shape and the shape of an input -> image_shape; ValueError if the one cannot be the other."""
    right = isinstance(image_shape, tuple | list) and len(image_shape) in (2, 3)
    if not right or prod(integer(size, "image_shape", 1) for size in image_shape) != prod(shape):
        raise ValueError(f"image_shape must be (H, W[, C]) with {prod(shape)} values, as X has; got {image_shape!r}")
    return tuple(image_shape)


def labeled(x: Array, y: Array, classes: Array) -> Data:
    """Labels as the user wrote them -> labels from 0 to K - 1; ValueError for one that is no class."""
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(f"the labels must be among {classes}; got {unknown} as well")
    return x, np.searchsorted(classes, y)


def default_layers(input_shape: tuple[int, ...], classes: int) -> list[Layer]:
    """The shape of an input -> a small network for it: convolution and pooling for images, dense layers for rows."""
    head: list[Layer] = [Dense(64), ReLU(), Dense(classes)]
    if len(input_shape) == 1:
        return head
    H, W, _ = input_shape
    padding = "same" if H % 2 or W % 2 else 0  # where nothing is left over, no padding: `fused` asks for none
    return [Conv2D(8, kernel_size=3, padding="same"), ReLU(), MaxPool2D(2, padding=padding), Flatten(), *head]


def generator(random_state: Any) -> np.random.Generator:
    """What scikit-learn calls a random_state -> a Generator; an integer gives the same one as `default_rng`."""
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31))
    if random_state is None or isinstance(random_state, np.random.Generator):
        return np.random.default_rng(random_state)
    return np.random.default_rng(operator.index(random_state))
