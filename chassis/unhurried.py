"""Imported before everything else: nobody looks for cycles while modules are imported.

They make a few hundred thousand objects that stay; looking through them again and again took a
fifth of a start. Who runs has cycles looked for again: `chassis.main`, `tameng.cli`.
"""

import gc

gc.disable()
