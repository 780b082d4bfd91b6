"""answer.mjs for peers in Python: for each line on stdin, a line with the milliseconds of each step."""

import json
import sys
import time


def answer_requests(create_step):
    made = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = (request["cell"], *request["size"])
        if key not in made:
            made[key] = create_step(request["cell"], request["size"])
        times = []
        begin = time.perf_counter()
        while len(times) < request["least"] or (
            len(times) < request["most"] and (time.perf_counter() - begin) * 1e3 < request["ms"]
        ):
            before = time.perf_counter()
            made[key]()
            times.append((time.perf_counter() - before) * 1e3)
        print(json.dumps(times), flush=True)
