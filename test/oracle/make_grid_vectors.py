"""Writes test/vectors/grid.json: float32 values and the grid integers TensorFlow Lite rounds them to.

The integers come from LiteRT's reference QUANTIZE kernel, in a one-operator model that the flatbuffers
package and LiteRT's own schema classes build; numpy makes the inputs. Run with the oracles' Python.
"""

import json
import pathlib
from importlib.metadata import version

import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

FILE = pathlib.Path(__file__).resolve().parent.parent / "vectors" / "grid.json"
ORIGIN = f"LiteRT {version('ai-edge-litert')}, reference QUANTIZE kernel; inputs by numpy {numpy.__version__}"
TYPES = {
    "int8": (schema.TensorType.INT8, numpy.int8),
    "uint8": (schema.TensorType.UINT8, numpy.uint8),
    "int16": (schema.TensorType.INT16, numpy.int16),
}


def tensor(name, count, kind, quantization=None):
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer, made.quantization = name, [count], kind, 0, quantization
    return made


def quantize_model(count, kind, scale, zero_point):
    quantization = schema.QuantizationParametersT()
    quantization.scale, quantization.zeroPoint = [scale], [zero_point]
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0], [1]
    graph = schema.SubGraphT()
    graph.tensors = [tensor("x", count, schema.TensorType.FLOAT32), tensor("q", count, kind, quantization)]
    graph.inputs, graph.outputs, graph.operators = [0], [1], [operator]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.QUANTIZE
    code.version = 1
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [code], [graph], [schema.BufferT()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def quantized(x, kind, scale, zero_point):
    model = quantize_model(len(x), TYPES[kind][0], scale, zero_point)
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    q = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    assert q.dtype == TYPES[kind][1]
    return q


def case(name, x, kind, scale, zero_point):
    x = numpy.asarray(x, dtype="<f4")
    scale = float(numpy.float32(scale))
    q = quantized(x, kind, scale, zero_point)
    return {
        "name": name,
        "origin": ORIGIN,
        "grid": {"type": kind, "scale": scale, "zero_point": zero_point},
        "input_hex": x.tobytes().hex(),
        "expect": [{"ok": q.astype(q.dtype.newbyteorder("<")).tobytes().hex()}],
    }


def around(values):
    """Each value with its float32 neighbours."""
    values = numpy.asarray(values, dtype=numpy.float32)
    below = numpy.nextafter(values, numpy.float32(-numpy.inf))
    above = numpy.nextafter(values, numpy.float32(numpy.inf))
    return numpy.stack([below, values, above], axis=1).reshape(-1)


def main():
    draw = numpy.random.Generator(numpy.random.Philox(7))
    pixels = numpy.arange(256, dtype=numpy.float32) / numpy.float32(255)
    halves = (numpy.arange(-3, 258, dtype=numpy.float32) + numpy.float32(0.5)) / numpy.float32(255)
    ties = numpy.arange(-140, 141, dtype=numpy.float32) / numpy.float32(8)
    uniform = draw.random(400, dtype=numpy.float32)
    cases = [
        case("pixels over 255 land on their own integer", pixels, "int8", 1 / 255, -128),
        case("half a step off, and neighbours", around(halves), "int8", 1 / 255, -128),
        case("exact ties go away from zero", around(ties), "int8", 0.25, 3),
        case("uniform", uniform, "int8", 1 / 255, -128),
        case("uniform beyond both ends", uniform * 3 - 1, "int8", 1 / 255, -128),
        case("uniform on an odd scale", uniform * 12 - 4, "int8", 0.0469135, -37),
        case("uniform, uint8", uniform * 1.5 - 0.25, "uint8", 1 / 255, 0),
        case("exact ties, uint8", around(ties), "uint8", 0.25, 66),
        case("uniform, int16", uniform * 2.5 - 1.25, "int16", 1 / 32767, 0),
        case("zero, its negative and the smallest numbers", [0.0, -0.0, 1e-45, -1e-45, 1e-38], "int8", 1 / 255, -128),
        case("far outside", [1e4, -1e4, 300.0, -300.0], "int8", 1 / 255, -128),
    ]
    lines = ",\n".join(f"    {json.dumps(item)}" for item in cases)
    FILE.write_text(f'{{\n  "layer": "grid",\n  "cases": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    main()
