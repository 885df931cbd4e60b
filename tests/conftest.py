"""Settings that all tests share."""

import importlib

from hypothesis import Phase, settings

# For tests that only ask whether a mistake is seen: no search for the smallest example.
settings.register_profile("quick", phases=[Phase.explicit, Phase.generate], max_examples=30, deadline=None)


def pytest_generate_tests(metafunc):
    """Give the tests of exercise_tests.py the tables and the exercises of the chapter whose module imports them."""
    tables = {"right_answer": "RIGHT", "wrong_answer": "WRONG"}
    for argument, table in tables.items():
        if argument in metafunc.fixturenames:
            rows = getattr(metafunc.module, table)
            metafunc.parametrize(argument, rows, ids=[f"{row[0]}-{i}" for i, row in enumerate(rows)])
    if "exercise_name" in metafunc.fixturenames:
        chapter = metafunc.module.__name__.rpartition("_")[2]
        metafunc.parametrize("exercise_name", importlib.import_module(f"cnnlib.exercises.chapter{chapter}").EXERCISES)
