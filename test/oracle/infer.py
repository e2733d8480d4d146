"""Runs a .tflite on inputs in a stock interpreter and writes the raw output bytes.

usage: infer.py MODEL.tflite IN.bin OUT.bin [--engine tflm|litert-ref|litert]

IN.bin holds whole inputs, one after the other, in the model's own type; OUT.bin gets as many outputs.
Prints one line of JSON: engine, version, count and the seconds it took.
"""

import argparse
import json
import sys
import time

import numpy


def open_tflm(path):
    import tflite_micro

    interpreter = tflite_micro.runtime.Interpreter.from_file(path, arena_size=16 * 1024 * 1024)

    def run(values):
        interpreter.set_input(values, 0)
        interpreter.invoke()
        return interpreter.get_output(0)

    return tflite_micro.__version__, interpreter.get_input_details(0), run


def open_litert(path, resolver):
    from importlib.metadata import version

    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_path=path, num_threads=1, experimental_op_resolver_type=getattr(OpResolverType, resolver)
    )
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()[0]
    output = interpreter.get_output_details()[0]["index"]

    def run(values):
        interpreter.set_tensor(details["index"], values)
        interpreter.invoke()
        return interpreter.get_tensor(output)

    return version("ai-edge-litert"), details, run


ENGINES = {
    "tflm": open_tflm,
    "litert-ref": lambda path: open_litert(path, "BUILTIN_REF"),
    "litert": lambda path: open_litert(path, "AUTO"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("inputs")
    parser.add_argument("outputs")
    parser.add_argument("--engine", choices=ENGINES, default="tflm")
    args = parser.parse_args()

    version, details, run = ENGINES[args.engine](args.model)
    shape = tuple(int(extent) for extent in details["shape"])
    values = numpy.fromfile(args.inputs, dtype=details["dtype"])
    size = int(numpy.prod(shape))
    if size == 0 or values.size == 0 or values.size % size != 0:
        sys.exit(f"{args.inputs} has {values.size} values, expected a multiple of {size} for input shape {shape}")
    batches = values.reshape((-1,) + shape)

    begin = time.monotonic()
    with open(args.outputs, "wb") as file:
        for batch in batches:
            file.write(run(batch).tobytes())
    summary = {"engine": args.engine, "version": version, "count": len(batches)}
    print(json.dumps({**summary, "seconds": round(time.monotonic() - begin, 3)}))


if __name__ == "__main__":
    main()
