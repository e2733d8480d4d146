"""A .tflite under construction, through LiteRT's own schema classes."""

import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema

TYPES = {
    "int8": (schema.TensorType.INT8, numpy.int8),
    "int16": (schema.TensorType.INT16, numpy.int16),
    "int32": (schema.TensorType.INT32, numpy.int32),
    "int64": (schema.TensorType.INT64, numpy.int64),
}


class AlignedBuilder(flatbuffers.Builder):
    """Lays constants at multiples of 16, as TFLite's own writer does."""

    def CreateNumpyVector(self, x):
        if x.dtype != numpy.uint8:
            return super().CreateNumpyVector(x)
        return self.CreateByteVector(x.tobytes())

    def CreateByteVector(self, x):
        self.StartVector(1, len(x), 16)
        self.head = self.Head() - len(x)
        self.Bytes[self.Head() : self.Head() + len(x)] = x
        return self.EndVector()


class Draft:
    def __init__(self):
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self.codes, self.buffers = [], [schema.BufferT()]
        self.words = []

    def tensor(self, kind, shape, scales=None, zero_point=0, data=None, axis=0):
        """Adds a tensor; with `data` a constant. Returns its index."""
        made = schema.TensorT()
        made.name, made.shape, made.type, made.buffer = f"t{len(self.graph.tensors)}", list(shape), TYPES[kind][0], 0
        if scales is not None:
            scales = numpy.atleast_1d(numpy.asarray(scales, dtype=numpy.float32))
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = scales
            made.quantization.zeroPoint = numpy.full(len(scales), zero_point, dtype=numpy.int64)
            made.quantization.quantizedDimension = axis
        if data is not None:
            values = numpy.asarray(data, dtype=TYPES[kind][1])
            assert values.size == numpy.prod(shape), (values.size, shape)
            buffer = schema.BufferT()
            buffer.data = numpy.frombuffer(values.tobytes(), dtype=numpy.uint8)
            made.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.graph.tensors.append(made)
        return len(self.graph.tensors) - 1

    def operator(self, name, version, inputs, outputs, options=None, words=""):
        """Adds an operator; `options` is (name of its table, its fields), `words` tells of it in a failure."""
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, name)
        code.version = version
        made = schema.OperatorT()
        made.opcodeIndex, made.inputs, made.outputs = len(self.codes), list(inputs), list(outputs)
        if options is not None:
            table, fields = options
            made.builtinOptionsType = getattr(schema.BuiltinOptions, table)
            made.builtinOptions = getattr(schema, f"{table}T")()
            for field, value in fields.items():
                assert hasattr(made.builtinOptions, field), field
                setattr(made.builtinOptions, field, value)
        self.codes.append(code)
        self.graph.operators.append(made)
        shapes = " ".join("x".join(map(str, self.shape(i))) for i in (*inputs, *outputs))
        self.words.append(f"{name} [{shapes}] {words}".strip())

    def input(self, index):
        self.graph.inputs.append(index)
        return index

    def shape(self, index):
        return [int(extent) for extent in self.graph.tensors[index].shape]

    def kind(self, index):
        return next(name for name, (code, _) in TYPES.items() if code == self.graph.tensors[index].type)

    def scale(self, index):
        return float(self.graph.tensors[index].quantization.scale[0])

    def zero_point(self, index):
        return int(self.graph.tensors[index].quantization.zeroPoint[0])

    def bytes(self, output):
        self.graph.outputs = [output]
        model = schema.ModelT()
        model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, self.codes, [self.graph], self.buffers
        builder = AlignedBuilder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
