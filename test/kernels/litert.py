"""Times LiteRT's own kernels (no delegate, one thread) as invoke_bench.cc times ours: the same protocol.

usage: litert.py MODEL INPUTS     for every number N on stdin a line: median and least ns of N inferences
"""

import sys
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

interpreter = Interpreter(
    model_path=sys.argv[1],
    num_threads=1,
    experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
)
interpreter.allocate_tensors()
detail = interpreter.get_input_details()[0]
inputs = np.fromfile(sys.argv[2], detail["dtype"]).reshape(-1, *detail["shape"])
for line in sys.stdin:
    times = []
    for i in range(int(line)):
        interpreter.set_tensor(detail["index"], inputs[i % len(inputs)])
        start = time.perf_counter_ns()
        interpreter.invoke()
        times.append(time.perf_counter_ns() - start)
    times.sort()
    print(times[len(times) // 2], times[0], flush=True)
