"""Settings that all tests share."""

from hypothesis import Phase, settings

# For tests that only ask whether a mistake is seen: no search for the smallest example.
settings.register_profile("quick", phases=[Phase.explicit, Phase.generate], max_examples=30, deadline=None)
