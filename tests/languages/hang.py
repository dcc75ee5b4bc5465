# SPDX-License-Identifier: GPL-2.0-only
import time
import varta

agent = varta.Agent("hangs", threshold=4)
for _ in range(3):
    agent.beat()
    time.sleep(0.1)
while True:
    pass
