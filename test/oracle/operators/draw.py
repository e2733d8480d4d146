"""Draws models of one operator, or of a small chain, and what tflite-micro makes of seeded inputs.

usage: draw.py OUT --count N --seed S [--only NAME[,NAME]] [--first I]

Writes OUT/<name>.tflite, .in (whole inputs, one after the other), .out (as many outputs) and index.json. Model
number i of a seed is the same whatever the count.
"""

import argparse
import json
import pathlib

import numpy
import tflite_micro

import unweighted
import weighted
from activations import image_shape, new_input, values
from draft import TYPES, Draft

STYLES = ["all", "all", "all", "low", "high", "ends", "few"]
ARENA = 4 << 20
# What a board can serve.
MOST_INPUTS = 4


def image(d, draw, kind):
    return new_input(d, draw, kind, image_shape(draw))


def rows(d, draw, kind):
    depth = int(draw.choice([1, 2, 3, 8, 16, 64, draw.integers(1, 200)]))
    return new_input(d, draw, kind, [int(draw.choice([1, 1, 1, 2, 5])), depth])


def classes(d, draw, kind):
    count = int(draw.choice([1, 2, 3, 10, 12, draw.integers(2, 100), draw.integers(100, 1000), 511]))
    return new_input(d, draw, kind, [int(draw.choice([1, 1, 2, 4])), count])


def any_shape(d, draw, kind):
    return rows(d, draw, kind) if draw.random() < 0.3 else image(d, draw, kind)


# What each operator is drawn on.
OPERATORS = {
    "conv": (image, weighted.conv),
    "depthwise": (image, weighted.depthwise),
    "dense": (rows, weighted.dense),
    "add": (any_shape, unweighted.add),
    "mul": (any_shape, unweighted.mul),
    "average": (image, lambda d, draw, x: unweighted.pool(d, draw, x, "AVERAGE_POOL_2D")),
    "max": (image, lambda d, draw, x: unweighted.pool(d, draw, x, "MAX_POOL_2D")),
    "softmax": (classes, unweighted.softmax),
    "reshape": (image, unweighted.reshape),
    "pad": (any_shape, unweighted.pad),
    "concatenation": (any_shape, unweighted.concatenation),
}
BODY = ["conv", "depthwise", "add", "mul", "average", "max", "pad", "concatenation"]


def chain(d, draw, kind):
    """A small network: a few operators on images, then dense and softmax."""
    x = image(d, draw, kind)
    for _ in range(draw.integers(2, 6)):
        x = OPERATORS[str(draw.choice(BODY))][1](d, draw, x)
        if x is None or numpy.prod(d.shape(x)) > 20000:
            return None
    x = weighted.dense(d, draw, unweighted.reshape(d, draw, x))
    # Beyond, differences of int16 logits leave 32 bits.
    return None if x is None or d.scale(x) > 0.5 else unweighted.softmax(d, draw, x)


def drawn(name, kind, draw):
    """A model and its output tensor; draws again where quantisation would leave the legal range."""
    while True:
        d = Draft()
        if name == "chain":
            output = chain(d, draw, kind)
        else:
            make, apply = OPERATORS[name]
            output = apply(d, draw, make(d, draw, kind))
        if output is not None and d.graph.operators and len(d.graph.inputs) <= MOST_INPUTS:
            return d, output


def inputs_of(d, draw):
    """One row of bytes for each style: all graph inputs, one behind the other."""
    made = []
    for style in STYLES:
        made.append([values(draw, d.kind(i), int(numpy.prod(d.shape(i))), style) for i in d.graph.inputs])
    return made


def run(model, d, batches):
    interpreter = tflite_micro.runtime.Interpreter.from_bytes(model, arena_size=ARENA)
    outputs = []
    for parts in batches:
        for number, (index, part) in enumerate(zip(d.graph.inputs, parts)):
            interpreter.set_input(part.reshape(d.shape(index)), number)
        interpreter.invoke()
        outputs.append(interpreter.get_output(0).tobytes())
    return outputs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--count", type=int, required=True, help="models for each operator and type")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", default=",".join(f"{n}-{k}" for n in [*OPERATORS, "chain"] for k in ("int8", "int16")))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    index = []
    for only in args.only.split(","):
        name, kind = only.split("-")
        assert kind in TYPES
        for number in range(args.first, args.first + args.count):
            draw = numpy.random.Generator(numpy.random.Philox(key=[args.seed, number + (hash_of(only) << 32)]))
            d, output = drawn(name, kind, draw)
            model = d.bytes(output)
            batches = inputs_of(d, draw)
            outputs = run(model, d, batches)
            stem = f"{only}-{number}"
            (args.out / f"{stem}.tflite").write_bytes(model)
            (args.out / f"{stem}.in").write_bytes(b"".join(p.tobytes() for parts in batches for p in parts))
            (args.out / f"{stem}.out").write_bytes(b"".join(outputs))
            index.append({"name": stem, "count": len(batches), "words": "; ".join(d.words)})
    (args.out / "index.json").write_text(json.dumps(index, indent=1))
    print(json.dumps({"engine": "tflm", "version": tflite_micro.__version__, "models": len(index)}))


def hash_of(text):
    return int.from_bytes(text.encode()[:3], "little") + len(text)


if __name__ == "__main__":
    main()
