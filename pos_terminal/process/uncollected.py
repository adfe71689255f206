"""Python looks for no garbage from here on, until `loaded` (pos_terminal/process/loading.py).

Import this before anything else; `__main__` alone does, which says when all is loaded.
"""

import gc

gc.disable()
