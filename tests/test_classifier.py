"""CNNClassifier: scikit-learn's own checks, the loop behind it, and what it refuses."""

import pickle
import tracemalloc

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from cnnlib import SGD, AdaGrad, CNNClassifier, Conv2D, Dense, Flatten, ReLU, Sequential, augment, softmax_cross_entropy
from cnnlib.training import batches, logits


@pytest.mark.filterwarnings("default::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([CNNClassifier(random_state=0)])
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


def bars(N=120, seed=0, dtype=np.float32):
    """Images of a horizontal or a vertical bar in noise, and which."""
    rng = np.random.default_rng(seed)
    X, y = rng.random((N, 8, 8, 1)).astype(dtype) / 2, rng.integers(0, 2, N)
    for image, label, place in zip(X, y, rng.integers(0, 8, N), strict=True):
        image[(slice(None), place) if label else place] += 1
    return X, np.array(["horizontal", "vertical"])[y]


def test_it_learns_from_every_shape_that_means_the_same_images():
    X, y = bars()
    scores = []
    for images, shape in (
        (X, None),
        (X[..., 0], None),
        (X.reshape(len(X), -1), (8, 8)),
        (X.reshape(len(X), -1), (8, 8, 1)),
    ):
        clf = CNNClassifier(random_state=0, image_shape=shape).fit(images, y)
        scores.append((clf.score(images, y), clf.history_["loss"]))
    assert scores[0][0] > 0.95 and scores.count(scores[0]) == 4
    assert clf.classes_.tolist() == ["horizontal", "vertical"]
    proba = clf.predict_proba(images)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-5)
    assert (clf.classes_[proba.argmax(axis=1)] == clf.predict(images)).all()


def test_fit_is_the_loop_that_the_chapters_write():
    X, names = bars(70)
    y = (names == "vertical").astype(int)
    layers = [Conv2D(3), ReLU(), Flatten(), Dense(2)]
    clf = CNNClassifier(layers, AdaGrad(0.1), epochs=2, batch_size=20, random_state=3).fit(X, y)
    rng, model, optimizer = np.random.default_rng(3), Sequential(layers), AdaGrad(0.1)
    model.build((8, 8, 1), rng)
    losses = []
    for _ in range(2):
        total = 0.0
        for batch in batches(len(X), 20, rng):
            z, caches = model.forward(X[batch], train=True)
            loss, dz = softmax_cross_entropy(z, y[batch])
            optimizer.step(model.params, model.backward(dz, caches)[1])
            total += loss * len(batch)
        losses.append(total / len(X))
    np.testing.assert_allclose(clf.history_["loss"], losses, rtol=1e-5)
    for name, p in model.params.items():
        np.testing.assert_allclose(clf.model_.params[name], p, rtol=1e-4, atol=1e-6)


def test_a_seed_repeats_a_run_to_the_bit_and_the_arguments_stay_as_they_were():
    X, y = bars()
    layers, optimizer = [Flatten(), Dense(2)], SGD(0.1, momentum=0.5)
    clf = CNNClassifier(layers, optimizer, augment=augment.shift(1), random_state=5)
    first, second = (clone(clf).fit(X, y) for _ in range(2))
    assert first.history_ == second.history_
    np.testing.assert_array_equal(first.model_.params["1.w"], second.model_.params["1.w"])
    assert layers[1].params == {} and optimizer.steps == 0 and optimizer.state == {}
    assert clone(clf).set_params(random_state=6).fit(X, y).history_ != first.history_


def test_a_random_state_of_numpy_is_a_seed_too():
    X, y = bars()
    histories = [
        CNNClassifier([Flatten(), Dense(2)], epochs=1, random_state=np.random.RandomState(seed)).fit(X, y).history_
        for seed in (5, 5, 6)
    ]
    assert histories[0] == histories[1] != histories[2]


@pytest.mark.parametrize(
    ("dtype", "computed"), [(np.float64, np.float64), (np.float32, np.float32), (np.uint8, np.float32)]
)
def test_float64_is_computed_in_float64_and_the_rest_in_float32(dtype, computed):
    X = (np.random.default_rng(0).random((20, 5, 5, 1)) * 9).astype(dtype)
    clf = CNNClassifier(epochs=1).fit(X, np.arange(20) % 2)
    assert {p.dtype for p in clf.model_.params.values()} == {np.dtype(computed)}
    assert clf.predict_proba(X).dtype == computed


def test_history_has_an_entry_an_epoch_and_validation_is_scored():
    X, y = bars()
    clf = CNNClassifier(epochs=3, random_state=0).fit(X[:80], y[:80], validation_data=(X[80:], y[80:]))
    assert {key: len(values) for key, values in clf.history_.items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 3
    )
    assert clf.history_["val_accuracy"][-1] == clf.score(X[80:], y[80:])


def test_no_batch_is_larger_than_asked_for():
    X, y = bars()
    sizes = []

    class Counting(Flatten):
        def forward(self, x, train=False):
            sizes.append(len(x))
            return super().forward(x, train)

    clf = CNNClassifier([Counting(), Dense(2)], epochs=1, batch_size=50).fit(X, y, validation_data=(X, y))
    clf.predict(X)
    clf.predict_proba(X)
    assert sizes == [50, 50, 20] * 4


def test_patience_stops_and_keeps_the_best_network():
    X, y = bars(60)
    wrong = np.where(y == "vertical", "horizontal", "vertical")  # learning makes this validation loss worse
    clf = CNNClassifier(epochs=50, patience=3, random_state=0).fit(X, y, validation_data=(X, wrong))
    losses = clf.history_["val_loss"]
    assert len(losses) < 50 and len(losses) == int(np.argmin(losses)) + 4
    loss, _ = softmax_cross_entropy(clf._logits(X), (wrong == "vertical").astype(int))
    assert np.isclose(loss, min(losses), rtol=1e-5)


def test_an_interrupt_ends_the_training_with_what_there_is():
    X, y = bars()
    calls = []

    def interrupting(x, rng):
        calls.append(1)
        if len(calls) == 6:  # three steps an epoch: in the last step of the second
            raise KeyboardInterrupt
        return x

    clf = CNNClassifier(epochs=9, augment=interrupting, random_state=0).fit(X, y, validation_data=(X, y))
    assert {len(values) for values in clf.history_.values()} == {1}
    assert clf.score(X, y) == clf.history_["val_accuracy"][0]


def test_partial_fit_goes_on_where_it_was():
    X, y = bars()
    clf = CNNClassifier(random_state=0)
    for _ in range(8):
        clf.partial_fit(X, y, classes=["vertical", "horizontal"])
    assert len(clf.history_["loss"]) == 8 and clf.score(X, y) > 0.95
    with pytest.raises(ValueError, match=r"classes must stay those of the first call.*got \['diagonal'\]"):
        clf.partial_fit(X, y, classes=["diagonal"])
    with pytest.raises(ValueError, match="the first partial_fit needs classes"):
        CNNClassifier().partial_fit(X, y)


def test_it_works_in_the_tools_of_scikit_learn():
    X, y = bars()
    pipe = make_pipeline(FunctionTransformer(np.square), CNNClassifier(epochs=15, random_state=0))
    assert cross_val_score(pipe, X, y, cv=3).mean() > 0.8
    grid = GridSearchCV(CNNClassifier(random_state=0), {"optimizer": [SGD(1e-6), SGD(0.1)]}, cv=2).fit(X, y)
    assert grid.best_params_ == {"optimizer": SGD(0.1)}
    clf = grid.best_estimator_
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(clf)).predict_proba(X), clf.predict_proba(X))


def test_verbose_shows_progress_and_silence_is_silent(capsys):
    X, y = bars(20)
    CNNClassifier(epochs=2).fit(X, y)
    assert capsys.readouterr() == ("", "")
    CNNClassifier(epochs=2, verbose=1).fit(X, y)
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda X, y: (X.transpose(0, 3, 1, 2), y),
            r"got \(120, 1, 8, 8\): channels first\? Try X.transpose\(0, 2, 3, 1\)",
        ),
        (lambda X, y: (np.where(X[3, 3, 3, 0] == X, np.nan, X), y), "Input X contains NaN"),
        (lambda X, y: (X, np.linspace(0, 1, len(X))), "Unknown label type: continuous"),
        (lambda X, y: (X, y[:-1]), r"inconsistent numbers of samples: \[120, 119\]"),
        (lambda X, y: (X[..., None], y), r"got 5 axes, shape \(120, 8, 8, 1, 1\)"),
    ],
)
def test_data_that_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        CNNClassifier().fit(*change(*bars()))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layers": [Flatten(), Dense(3)]}, r"must end in 2 outputs, one a class; got the shape \(3,\)"),
        ({"layers": [Dense(2)]}, r"Dense takes rows.*Flatten\(\) before it"),
        ({"epochs": 0}, "epochs must be at least 1; got 0"),
        ({"batch_size": 0}, "batch_size must be at least 1; got 0"),
        ({"patience": 2}, "got patience=2 without validation_data"),
    ],
)
def test_settings_that_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        CNNClassifier(**settings).fit(*bars())


def test_later_data_must_look_like_the_first():
    X, y = bars()
    clf = CNNClassifier(epochs=1).fit(X, y)
    with pytest.raises(ValueError, match=r"shape \(8, 8, 1\), as in fit; got \(8, 7, 1\)"):
        clf.predict(X[:, :, 1:])
    with pytest.raises(ValueError, match=r"image_shape must be .* with 64 values, as X has; got \(7, 7\)"):
        CNNClassifier(image_shape=(7, 7)).fit(X.reshape(120, 64), y)
    with pytest.raises(ValueError, match=r"labels must be among .*; got \['diagonal'\] as well"):
        clf.fit(X, y, validation_data=(X[:1], ["diagonal"]))


def test_a_fit_that_fails_leaves_what_was_trained():
    X, y = bars()
    clf = CNNClassifier(random_state=0).fit(X, y)
    score, history = clf.score(X, y), clf.history_
    with pytest.raises(ValueError, match="labels must be among"):
        clf.fit(X, y, validation_data=(X[:1], ["diagonal"]))
    assert clf.score(X, y) == score and clf.history_ is history
    fresh = CNNClassifier()
    with pytest.raises(ValueError, match="labels must be among"):
        fresh.partial_fit(X, y, classes=["vertical"])
    with pytest.raises(ValueError, match="the first partial_fit needs classes"):
        fresh.partial_fit(X, y)


def test_an_optimizer_that_worked_before_starts_anew():
    X, y = bars()
    used = SGD(0.05, momentum=0.9)
    used.step({"0.w": np.ones(3)}, {"0.w": np.ones(3)})
    first, second = (CNNClassifier(optimizer=o, random_state=0).fit(X, y) for o in (used, SGD(0.05, momentum=0.9)))
    assert first.history_ == second.history_ and used.steps == 1


def test_partial_fit_after_validation_keeps_an_entry_an_epoch():
    X, y = bars()
    clf = CNNClassifier(epochs=2, random_state=0).fit(X, y, validation_data=(X, y)).partial_fit(X, y)
    assert {len(values) for values in clf.history_.values()} == {3} and np.isnan(clf.history_["val_loss"][2])


def test_a_fitted_classifier_with_shifts_can_be_pickled():
    X, y = bars()
    clf = CNNClassifier(epochs=1, augment=augment.shift(1), random_state=0).fit(X, y)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    assert repr(augment.shift(1)) == "shift(pixels=1)"


def test_image_shape_settles_what_channels_first_would_leave_open():
    X = np.random.default_rng(0).random((20, 3, 8, 8))
    CNNClassifier(epochs=1, image_shape=(3, 8, 8)).fit(X, np.arange(20) % 2)


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"optimizer": "adam"}, TypeError, r"optimizer must be one such as SGD\(lr=0.1\); got 'adam'"),
        ({"layers": Dense(2)}, TypeError, "layers must be a list of layers or a Sequential; got Dense"),
        ({"augment": "shift"}, TypeError, "augment must be a function"),
        ({"image_shape": 64}, ValueError, r"image_shape must be \(H, W\[, C\]\) with 64 values, as X has; got 64"),
        ({"patience": 0}, ValueError, "patience must be at least 1; got 0"),
        ({"optimizer": SGD("a")}, TypeError, "the learning rate must be a number; got 'a'"),
    ],
)
def test_settings_of_a_wrong_type(settings, kind, message):
    X, y = bars()
    with pytest.raises(kind, match=message):
        CNNClassifier(**settings).fit(X, y, validation_data=(X, y))


def test_validation_data_of_a_wrong_shape():
    X, y = bars()
    with pytest.raises(ValueError, match=r"validation_data must be a pair \(X, y\); got ndarray"):
        CNNClassifier().fit(X, y, validation_data=X)
    with pytest.raises(ValueError, match=r"shape \(8, 8, 1\), as in fit; got \(8, 7, 1\)"):
        CNNClassifier(epochs=1).fit(X, y, validation_data=(X[:, :, 1:], y))


def test_predicting_keeps_nothing_for_a_backward_pass():
    model = Sequential([Conv2D(8, padding=1) for _ in range(8)] + [Flatten(), Dense(2)])
    model.build((16, 16, 8), np.random.default_rng(0))
    x = np.ones((20, 16, 16, 8), np.float32)

    def peak(function):
        tracemalloc.start()
        function()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(lambda: logits(model, x, 20)) < 0.6 * peak(lambda: model.forward(x))
