"""A tfjs layers model (model.json + weights.bin) as a PyTorch module, for attacks by other libraries."""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F


def read_weights(folder):
    """name -> float32 array, in the layouts of tfjs (kernels [kh, kw, in, out])."""
    model = json.loads((folder / "model.json").read_text())
    weights = {}
    for group in model["weightsManifest"]:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            if entry["dtype"] != "float32":
                raise ValueError(f"{entry['name']} is {entry['dtype']}, expected float32")
            count = math.prod(entry["shape"])
            array = np.frombuffer(data, "<f4", count, offset).reshape(entry["shape"])
            weights[entry["name"]] = array.copy()
            offset += 4 * count
    return model, weights


def pad_same(x, kernel, stride):
    """TensorFlow's SAME: the odd pixel goes to the right and the bottom."""
    pads = []
    for extent, k, s in ((x.shape[3], kernel[1], stride[1]), (x.shape[2], kernel[0], stride[0])):
        total = max((math.ceil(extent / s) - 1) * s + k - extent, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads) if any(pads) else x


class TfjsNet(torch.nn.Module):
    """Walks the Keras topology; input [N, C, H, W] in [0, 1], output logits (the softmax is left out)."""

    def __init__(self, folder):
        super().__init__()
        model, weights = read_weights(pathlib.Path(folder))
        topology = model["modelTopology"]
        config = topology.get("model_config", topology)["config"]
        self.layers = config["layers"]
        self.result = config["output_layers"][0][0]
        for layer in self.layers:
            name = layer["config"]["name"]
            for role in ("kernel", "bias"):
                value = weights.get(f"{name}/{role}")
                if value is None:
                    continue
                if role == "kernel":
                    value = value.transpose(3, 2, 0, 1) if value.ndim == 4 else value.T
                parameter = torch.nn.Parameter(torch.from_numpy(np.ascontiguousarray(value)), requires_grad=False)
                self.register_parameter(f"{name}_{role}", parameter)

    def forward(self, x):
        values = {}
        for layer in self.layers:
            kind, config = layer["class_name"], layer["config"]
            name = config["name"]
            nodes = layer["inbound_nodes"]
            inputs = [values[node[0]] for node in nodes[0]] if nodes else [x]
            values[name] = self.apply_layer(kind, name, config, inputs)
        return values[self.result]

    def apply_layer(self, kind, name, config, inputs):
        x = inputs[0]
        kernel = getattr(self, f"{name}_kernel", None)
        bias = getattr(self, f"{name}_bias", None)
        if kind == "Conv2D":
            if config["padding"] == "same":
                x = pad_same(x, config["kernel_size"], config["strides"])
            y = F.conv2d(x, kernel, bias, tuple(config["strides"]))
        elif kind == "Dense":
            y = F.linear(x, kernel, bias)
        elif kind == "Add":
            y = inputs[0] + inputs[1]
        elif kind == "AveragePooling2D":
            y = F.avg_pool2d(x, tuple(config["pool_size"]), tuple(config["strides"]))
        elif kind == "Flatten":
            y = x.permute(0, 2, 3, 1).flatten(1)
        elif kind in ("InputLayer", "Softmax", "Activation", "ReLU"):
            y = x
        else:
            raise ValueError(f"layer {name} is a {kind}, which this reader does not know")
        relu = kind == "ReLU" or config.get("activation") == "relu"
        return F.relu(y) if relu else y
