"""What holds for every test."""

from hypothesis import settings

# A busy machine is slow, not wrong: no example fails by the clock. The same examples
# on every machine: a red run is then the doing of the change that is tested.
settings.register_profile("same", deadline=None, derandomize=True)
# New examples each time, for `make search`, whose finds become worked examples.
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile("same")
