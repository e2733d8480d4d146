"""Attacks of other libraries, each made to run with the settings of ours.

An entry `make(net, job)` returns `attack(x, y, targets)`: x [N, C, H, W] float32, y and targets [N] int64,
answer [N, C, H, W]. `job["settings"]` uses our parameters' names. It calls the attack itself without the
library's own judgement of the result, where the library lets one.
"""

import importlib
import pathlib
import pkgutil

ENTRIES = {}


def peer(library, attack, *norms, note=None):
    """Registers an entry; `note` is printed beside its result: what cannot be set as in ours, known faults."""

    def register(make):
        for norm in norms:
            ENTRIES[library, attack, norm] = (make, note)
        return make

    return register


def find(library, attack, norm):
    if (library, attack, norm) not in ENTRIES:
        raise LookupError(f"no entry for {attack} in {norm} by {library} in test/bench/peers/")
    return ENTRIES[library, attack, norm]


for module in pkgutil.iter_modules([str(pathlib.Path(__file__).parent)]):
    importlib.import_module(f"{__name__}.{module.name}")
