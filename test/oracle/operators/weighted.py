"""Operators with weights, drawn: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED; int8 and int16x8."""

import numpy

from activations import activation, activation_scale, new_output
from draft import Draft

# Standard deviation of an activation drawn over its whole grid.
SPREAD = {"int8": 74.0, "int16": 18918.0}


def weight_scales(draw, channels, per_channel):
    """Spread over an order of magnitude, with nearly dead channels among them."""
    base = 10 ** draw.uniform(-3, -1)
    if not per_channel:
        return numpy.float32([base])
    scales = base * 10 ** draw.uniform(-1, 0, channels)
    return numpy.float32(numpy.where(draw.random(channels) < 0.05, scales * 1e-8, scales))


def weights_of(draw, shape):
    style = draw.integers(6)
    if style == 0:
        return draw.choice([-127, 127], shape)
    if style == 1:
        return numpy.full(shape, draw.choice([-127, 127]))
    if style == 2:
        return draw.integers(-3, 4, shape)
    return draw.integers(-127, 128, shape)


def most_of_bias(kind, size, multipliers):
    """How large a bias may be for sums, before and after scaling, to stay in the range of TFLite's arithmetic."""
    _, shift = numpy.frexp(multipliers)
    if kind == "int8":
        return 2.0 ** (31 - numpy.maximum(0, shift + 1)) - 1 - size * 255
    return numpy.minimum(2.0**46, 2.0 ** (29 - shift)) - size * float(1 << 15)


def add_weighted(d: Draft, draw, x, weights, axis, per_channel, out_shape):
    """Adds weights, bias and output. Returns (weights, bias or None, output, activation, words).

    The output's grid covers about what the sums spread over; biases stay where sums fit 32 bits, as converters
    see to for int8.
    """
    kind = d.kind(x)
    channels = weights.shape[axis]
    scales = weight_scales(draw, channels, per_channel)
    flat = numpy.moveaxis(weights, axis, 0).reshape(channels, -1).astype(numpy.int64)
    size = numpy.abs(flat).sum(axis=1)
    spread = SPREAD[kind] * numpy.sqrt((flat**2).sum(axis=1)) + 1
    real = numpy.median(spread * d.scale(x) * scales)
    out_scale = real * 10 ** draw.uniform(-0.3, 0.7) / SPREAD[kind]
    fused, words = activation(draw)
    out_scale = activation_scale(draw, fused, out_scale)
    # Limits of activations fit 32 bits; multipliers for int16 go to 2^7.
    floor = max(1e-7, float(scales.max()) * d.scale(x) / 64 if kind == "int16" else 0)
    output = new_output(d, draw, kind, out_shape, max(out_scale, floor))

    most = most_of_bias(kind, size, d.scale(x) * scales.astype(float) / d.scale(output))
    if numpy.any(most <= 0):
        return None
    near = numpy.minimum(spread.astype(numpy.int64) * 2, most.astype(numpy.int64))
    reach_of_bias = numpy.where(draw.random(channels) < 0.05, most.astype(numpy.int64), near)
    bias = draw.integers(-reach_of_bias, reach_of_bias + 1)
    w = d.tensor("int8", weights.shape, scales, 0, weights, axis)
    b = None
    if draw.random() < 0.8:
        b = d.tensor("int32" if kind == "int8" else "int64", [channels], numpy.float32(d.scale(x)) * scales, 0, bias)
    return w, b, output, fused, f"{words} {'per channel' if per_channel else 'per tensor'}"


def window(draw, extent, same):
    """(kernel, stride, dilation, output) along one axis; None where a window does not fit."""
    kernel = int(draw.choice([1, 3, 3, 3, 2, 4, 5]))
    stride = int(draw.choice([1, 1, 1, 2, 2, 3]))
    dilation = int(draw.choice([1, 1, 1, 1, 2, 3]))
    reach = (kernel - 1) * dilation + 1
    output = -(-extent // stride) if same else (extent - reach) // stride + 1
    return (kernel, stride, dilation, output) if output > 0 and (same or extent >= reach) else None


def windows(d, draw, x):
    while True:
        same = bool(draw.random() < 0.6)
        found = [window(draw, extent, same) for extent in d.shape(x)[1:3]]
        if None not in found:
            return same, *found


def options(same, h, w, fused, **more):
    return {
        "padding": 0 if same else 1,
        "strideH": h[1],
        "strideW": w[1],
        "dilationHFactor": h[2],
        "dilationWFactor": w[2],
        "fusedActivationFunction": fused,
        **more,
    }


def told(same, h, w):
    return f"{'SAME' if same else 'VALID'} kernel {h[0]}x{w[0]} stride {h[1]}x{w[1]} dilation {h[2]}x{w[2]}"


def conv(d, draw, x):
    batch, _, _, depth = d.shape(x)
    same, h, w = windows(d, draw, x)
    channels = int(draw.choice([1, 2, 3, 4, 8, 16, 17, draw.integers(1, 40)]))
    weights = weights_of(draw, [channels, h[0], w[0], depth])
    added = add_weighted(d, draw, x, weights, 0, draw.random() < 0.8, [batch, h[3], w[3], channels])
    if added is None:
        return None
    filters, bias, output, fused, words = added
    inputs = [x, filters] if bias is None else [x, filters, bias]
    fields = options(same, h, w, fused)
    d.operator("CONV_2D", 3, inputs, [output], ("Conv2DOptions", fields), f"{told(same, h, w)} {words}")
    return output


def depthwise(d, draw, x):
    batch, _, _, depth = d.shape(x)
    same, h, w = windows(d, draw, x)
    multiplier = int(draw.choice([1, 1, 1, 2, 3, 8]))
    weights = weights_of(draw, [1, h[0], w[0], depth * multiplier])
    added = add_weighted(d, draw, x, weights, 3, draw.random() < 0.8, [batch, h[3], w[3], depth * multiplier])
    if added is None:
        return None
    filters, bias, output, fused, words = added
    inputs = [x, filters] if bias is None else [x, filters, bias]
    fields = options(same, h, w, fused, depthMultiplier=multiplier)
    words = f"{told(same, h, w)} multiplier {multiplier} {words}"
    d.operator("DEPTHWISE_CONV_2D", 3, inputs, [output], ("DepthwiseConv2DOptions", fields), words)
    return output


def dense(d, draw, x):
    shape = d.shape(x)
    depth = shape[-1] if len(shape) == 2 else int(numpy.prod(shape[1:]))
    units = int(draw.choice([1, 2, 10, 12, 16, draw.integers(1, 60)]))
    weights = weights_of(draw, [units, depth])
    added = add_weighted(d, draw, x, weights, 0, draw.random() < 0.5, [shape[0], units])
    if added is None:
        return None
    filters, bias, output, fused, words = added
    inputs = [x, filters] if bias is None else [x, filters, bias]
    fields = {"fusedActivationFunction": fused}
    d.operator("FULLY_CONNECTED", 4, inputs, [output], ("FullyConnectedOptions", fields), words)
    return output
