"""Imported before everything else: nobody looks for cycles while modules are imported.

They make a few hundred thousand objects that stay; looking through them again and again took a
fifth of a start. Who has imported all of it says so: `imported`.
"""

import gc

gc.disable()


def imported() -> None:
    """Have cycles looked for again, but not among what was imported: that stays."""
    gc.freeze()
    gc.enable()
