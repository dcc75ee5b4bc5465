# SPDX-License-Identifier: GPL-2.0-only
#
# The examples in the documentation of the Python module.

import doctest
import importlib
import sys

failed = 0
for name in ("varta", "varta._mapped", "varta._netlink", "varta.agent", "varta.events", "varta.frame"):
    result = doctest.testmod(importlib.import_module(name))
    print(name, result)
    failed += result.failed
sys.exit(failed > 0)
