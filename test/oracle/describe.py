"""Prints a .tflite as JSON, read by LiteRT's own schema classes, and may write it anew.

usage: describe.py MODEL.tflite [--repack OUT.tflite]

OUT.tflite holds the same model, laid out by the flatbuffers package for Python.
"""

import argparse
import json
import pathlib

import flatbuffers
from ai_edge_litert import schema_py_generated as schema


def names_of(enumeration):
    return {value: name for name, value in vars(enumeration).items() if not name.startswith("_")}


OPERATORS = names_of(schema.BuiltinOperator)
TYPES = names_of(schema.TensorType)


def plain(value):
    return value.tolist() if hasattr(value, "tolist") else value


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def describe_tensor(tensor, buffers):
    quantization = tensor.quantization
    data = buffers[tensor.buffer].data
    return {
        "name": text(tensor.name),
        "shape": plain(tensor.shape),
        "type": TYPES[tensor.type].lower(),
        "data": None if data is None or len(data) == 0 else bytes(data).hex(),
        "quantization": None
        if quantization is None or quantization.scale is None
        else {
            "scale": [float(scale) for scale in quantization.scale],
            "zeroPoint": [int(point) for point in quantization.zeroPoint],
            "axis": quantization.quantizedDimension,
        },
    }


def describe_operator(operator, codes):
    code = codes[operator.opcodeIndex]
    options = operator.builtinOptions
    return {
        "op": OPERATORS[max(code.builtinCode, code.deprecatedBuiltinCode)],
        "version": code.version,
        "inputs": plain(operator.inputs),
        "outputs": plain(operator.outputs),
        "options": None if options is None else {name: plain(value) for name, value in vars(options).items()},
    }


def describe(model):
    graph = model.subgraphs[0]
    return {
        "description": text(model.description),
        "version": model.version,
        "tensors": [describe_tensor(tensor, model.buffers) for tensor in graph.tensors],
        "operators": [describe_operator(operator, model.operatorCodes) for operator in graph.operators],
        "inputs": plain(graph.inputs),
        "outputs": plain(graph.outputs),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--repack", metavar="OUT")
    args = parser.parse_args()
    model = schema.ModelT.InitFromPackedBuf(pathlib.Path(args.model).read_bytes(), 0)
    if args.repack:
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        pathlib.Path(args.repack).write_bytes(builder.Output())
    print(json.dumps(describe(model)))


if __name__ == "__main__":
    main()
