"""Exports torchvision's networks, with the golden formula's weights, and writes what PyTorch computes in double.

python3 onnx_export.py FOLDER OPSET[,OPSET...] NETWORK...: writes FOLDER/NETWORK.OPSET.onnx and FOLDER/NETWORK.json, a list
of one row of outputs an image, and prints the networks that the exporter does not take in an opset.
"""

import json
import math
import pathlib
import sys
import warnings
import zlib

import numpy as np
import torch
import torchvision

warnings.filterwarnings("ignore")
torch.set_num_threads(2)

# Images that are small, where a network takes them (VGG's pool to 7 x 7 is exported for maps of that size alone), and gains
# that keep deep networks' values apart.
SIZES = {"inception_v3": 139, "googlenet": 64, "squeezenet1_1": 65, "vgg11": 224}
GAINS = {"efficientnet_b0": 2.25, "mobilenet_v2": 1.5, "mobilenet_v3_small": 1.5, "mobilenet_v3_large": 1.75, "inception_v3": 1.75, "vgg11": 2.0, "squeezenet1_1": 2.0}
OPTIONS = {
    "googlenet": {"aux_logits": True, "transform_input": True},
    "inception_v3": {"aux_logits": True, "transform_input": True},
}


def uniform(name, n):
    """splitmix64 of the name's check sum and the index, as in the golden figures."""
    with np.errstate(over="ignore"):
        z = (np.uint64(zlib.crc32(name.encode())) << np.uint64(32)) + np.arange(n, dtype=np.uint64)
        z = z + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def value(name, shape, gain=1.0):
    u = uniform(name, math.prod(shape))
    leaf = name.rsplit(".", 1)[-1]
    if leaf == "input":
        v = (2 * u - 1) * math.sqrt(3.0)
    elif leaf == "weight" and len(shape) > 1:
        v = (2 * u - 1) * math.sqrt(3.0 * gain / math.prod(shape[1:]))
    elif leaf in ("weight", "running_var"):
        v = 0.75 + 0.5 * u
    else:
        v = 0.2 * (u - 0.5)
    return torch.from_numpy(v.reshape(shape))


def network(name):
    options = OPTIONS.get(name, {})
    if options:
        options = dict(options, init_weights=False)
    net = getattr(torchvision.models, name)(weights=None, num_classes=1000, **options)
    with torch.no_grad():
        for key, tensor in list(net.named_parameters()) + list(net.named_buffers()):
            if tensor.dim() > 0:
                tensor.copy_(value(key, tuple(tensor.shape), GAINS.get(name, 1.0)))
    return net.eval()


folder = pathlib.Path(sys.argv[1])
opsets = [int(opset) for opset in sys.argv[2].split(",")]
for name in sys.argv[3:]:
    net = network(name)
    size = SIZES.get(name, 64)
    images = value("input", (2, 3, size, size))
    for opset in opsets:
        try:
            torch.onnx.export(
                net,
                images.float(),
                str(folder / f"{name}.{opset}.onnx"),
                opset_version=opset,
                input_names=["input"],
                output_names=["output"],
                dynamic_axes={"input": {0: "N"}, "output": {0: "N"}},
            )
        except Exception as error:
            print(f"not exported: {name} {opset} {str(error).splitlines()[0]}")
    with torch.no_grad():
        output = net.double()(images)
    (folder / f"{name}.json").write_text(json.dumps(output.tolist()))
    print(f"{name}: {float(output.abs().max()):.3g} {float((output[0] - output[1]).abs().max()):.3g}")
