"""Operators without weights, drawn: sums, products, pools, SOFTMAX, and those that move elements."""

import numpy

from activations import activation, activation_scale, new_input, new_output, values
from weighted import options, told, windows


def like(d, draw, x, shape):
    """A new tensor on the grid of `x`."""
    return d.tensor(d.kind(x), shape, d.scale(x), d.zero_point(x))


def other_operand(d, draw, x):
    """A second operand: another input, a constant, or `x` itself; of the same shape or to be broadcast."""
    shape, kind = d.shape(x), d.kind(x)
    if draw.random() < 0.1:
        return x
    if draw.random() < 0.3:
        shape = [extent if draw.random() < 0.5 else 1 for extent in shape]
        shape = shape[draw.integers(0, len(shape)) :]
    if draw.random() < 0.6:
        return new_input(d, draw, kind, shape)
    scale = d.scale(x) * 10 ** draw.uniform(-1, 1)
    zero = 0 if kind == "int16" else int(draw.integers(-128, 128))
    return d.tensor(kind, shape, scale, zero, values(draw, kind, int(numpy.prod(shape)), "all"))


def arithmetic(d, draw, x, name, version, table, scale_of):
    y = other_operand(d, draw, x)
    fused, words = activation(draw)
    operands = [x, y] if draw.random() < 0.7 or len(d.shape(y)) < len(d.shape(x)) else [y, x]
    scale = activation_scale(draw, fused, scale_of(d.scale(x), d.scale(y)))
    output = new_output(d, draw, d.kind(x), d.shape(x), scale)
    fields = {"fusedActivationFunction": fused}
    if name == "ADD":
        fields["potScaleInt16"] = False
    d.operator(name, version, operands, [output], (table, fields), words)
    return output


def add(d, draw, x):
    return arithmetic(d, draw, x, "ADD", 2, "AddOptions", lambda a, b: max(a, b) * 10 ** draw.uniform(-0.5, 0.6))


def mul(d, draw, x):
    spread = 100 if d.kind(x) == "int8" else 25000
    return arithmetic(d, draw, x, "MUL", 2, "MulOptions", lambda a, b: a * b * spread * 10 ** draw.uniform(-1, 0.5))


def pool(d, draw, x, name):
    batch, _, _, depth = d.shape(x)
    while True:
        same, h, w = windows(d, draw, x)
        if h[2] == w[2] == 1:
            break
    if not same and draw.random() < 0.3:
        _, height, width, _ = d.shape(x)
        h, w = (height, 1, 1, 1), (width, 1, 1, 1)
    fused, words = activation(draw)
    output = like(d, draw, x, [batch, h[3], w[3], depth])
    fields = options(same, h, w, fused, filterHeight=h[0], filterWidth=w[0])
    for missing in ("dilationHFactor", "dilationWFactor"):
        del fields[missing]
    d.operator(name, 2, [x], [output], ("Pool2DOptions", fields), f"{told(same, h, w)} {words}")
    return output


def softmax(d, draw, x):
    # Of more classes, sums of exponentials leave the oracle's range, and it ends itself.
    many = d.shape(x)[-1] > 511
    out = "int16" if d.kind(x) == "int16" or many or draw.random() < 0.2 else "int8"
    if out == "int8":
        output = d.tensor("int8", d.shape(x), 1 / 256, -128)
    elif d.kind(x) == "int8":
        output = d.tensor("int16", d.shape(x), 1 / 65536, -32768)
    else:
        output = d.tensor("int16", d.shape(x), 1 / 32768, 0)
    beta = float(draw.choice([1.0, 1.0, 1.0, 0.5, 2.0]))
    d.operator("SOFTMAX", 2, [x], [output], ("SoftmaxOptions", {"beta": beta}), f"beta {beta} to {out}")
    return output


def reshape(d, draw, x):
    count = int(numpy.prod(d.shape(x)[1:]))
    shape = [d.shape(x)[0], count]
    target = d.tensor("int32", [2], None, 0, shape)
    output = like(d, draw, x, shape)
    d.operator("RESHAPE", 1, [x, target], [output], ("ReshapeOptions", {"newShape": shape}))
    return output


def pad(d, draw, x):
    shape = d.shape(x)
    amounts = draw.integers(0, 4, [len(shape), 2])
    if len(shape) == 4 and draw.random() < 0.7:
        amounts[[0, 3]] = 0
    paddings = d.tensor("int32", [len(shape), 2], None, 0, amounts)
    output = like(d, draw, x, (numpy.array(shape) + amounts.sum(axis=1)).tolist())
    if draw.random() < 0.7:
        d.operator("PAD", 2, [x, paddings], [output], ("PadOptions", {}), f"{amounts.tolist()}")
        return output
    value = d.tensor(d.kind(x), [1], d.scale(x), d.zero_point(x), values(draw, d.kind(x), 1, "all"))
    d.operator("PADV2", 2, [x, paddings, value], [output], ("PadV2Options", {}), f"{amounts.tolist()}")
    return output


def concatenation(d, draw, x):
    shape = d.shape(x)
    axis = int(draw.integers(0, len(shape)))
    parts = [x]
    for _ in range(draw.integers(1, 4)):
        part = list(shape)
        part[axis] = int(draw.integers(1, 9))
        parts.append(d.input(like(d, draw, x, part)))
    total = list(shape)
    total[axis] = sum(d.shape(part)[axis] for part in parts)
    output = like(d, draw, x, total)
    told_axis = axis if draw.random() < 0.5 else axis - len(shape)
    fields = {"axis": told_axis, "fusedActivationFunction": 0}
    d.operator("CONCATENATION", 2, parts, [output], ("ConcatenationOptions", fields), f"axis {told_axis}")
    return output
