"""Quantisation of activations, drawn."""

import numpy
from ai_edge_litert import schema_py_generated as schema

KINDS = schema.ActivationFunctionType


def activation(draw):
    name = str(draw.choice(["NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"]))
    return getattr(KINDS, name), name


def activation_scale(draw, fused, scale):
    """Half of the limited activations clamp within the grid, wherever the sums lie."""
    if fused in (KINDS.RELU6, KINDS.RELU_N1_TO_1) and draw.random() < 0.5:
        return 6 / draw.uniform(60, 300)
    return scale


def zero_point(draw, kind):
    """Both ends, and all between; 0 for int16."""
    if kind != "int8":
        return 0
    return int(draw.choice([-128, 127, 0, draw.integers(-128, 128), draw.integers(-128, 128)]))


def new_output(d, draw, kind, shape, scale):
    return d.tensor(kind, shape, scale, zero_point(draw, kind))


def new_input(d, draw, kind, shape):
    """A graph input."""
    scale = 10 ** draw.uniform(-2.5, -0.5) / (1 if kind == "int8" else 256)
    return d.input(d.tensor(kind, shape, scale, zero_point(draw, kind)))


def image_shape(draw):
    size = lambda most: int(1 if draw.random() < 0.1 else draw.integers(1, most))
    depth = int(draw.choice([1, 2, 3, 4, 5, 8, 16, draw.integers(1, 34)]))
    return [int(draw.choice([1, 1, 1, 2])), size(13), size(13), depth]


def values(draw, kind, count, style):
    """Values of an input: all of the grid, one end, both, few."""
    low, high = numpy.iinfo(kind).min, numpy.iinfo(kind).max
    if style == "low":
        drawn = numpy.full(count, low)
    elif style == "high":
        drawn = numpy.full(count, high)
    elif style == "ends":
        drawn = draw.choice([low, high], count)
    elif style == "few":
        drawn = numpy.where(draw.random(count) < 0.1, draw.integers(low, high + 1, count), 0)
    else:
        drawn = draw.integers(low, high + 1, count)
    return drawn.astype(kind)
