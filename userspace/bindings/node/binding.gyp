# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
{
  "targets": [
    {
      "target_name": "varta",
      "sources": ["addon.c"],
      # For 32-bit processors.
      "defines": ["_FILE_OFFSET_BITS=64", "_TIME_BITS=64"],
      # The first in a published package, the others in the source tree.
      "include_dirs": ["include", "../../libvarta", "../../../module/include/uapi"],
    }
  ]
}
