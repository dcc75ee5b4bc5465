# SPDX-License-Identifier: GPL-2.0-only
#
# An agent with asyncio that also prints the events about itself. Each line of its input
# blocks the event loop for that many seconds.
#
# Usage: asyncio-agent.py NAME THRESHOLD_SECONDS

import asyncio
import sys
import time

import varta


async def print_events(name):
    with varta.Events() as events:
        print("listening", flush=True)
        async for event in events:
            if event.agent and event.agent.name == name:
                print(event.kind.name.lower(), flush=True)


async def main(name, threshold):
    loop = asyncio.get_running_loop()
    with varta.Agent(name, threshold=float(threshold)) as agent:
        tasks = [agent.task(), loop.create_task(print_events(name))]
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            time.sleep(float(line))
        for task in tasks:
            task.cancel()


asyncio.run(main(*sys.argv[1:]))
