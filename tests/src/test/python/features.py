"""Writes features.json: the value of every module of small networks, as torchvision extracts it.

    python3 features.py > ../resources/io/blockwork/features/features.json

Computed in float64 with the values of the formula in GoldenFormula. Each value is recorded as
[shape, L2 norm, dot product with the tensor "probe.input", first six values]. The names are those of
torchvision's get_graph_node_names, and all modules'; for a module, as in create_feature_extractor,
the value is that of the last node within.
"""
import json
import math
import zlib

import torch
from torchvision.models import densenet, resnet
from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names

MASK = (1 << 64) - 1


def uniform(name, i):
    z = ((zlib.crc32(name.encode()) << 32) + i + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    z ^= z >> 31
    return (z >> 11) * 2.0**-53


def fill(name, shape):
    n = math.prod(shape)
    u = torch.tensor([uniform(name, i) for i in range(n)], dtype=torch.float64).reshape(shape)
    leaf = name.rsplit(".", 1)[-1]
    if leaf == "input":
        return (2 * u - 1) * math.sqrt(3)
    if leaf == "weight" and len(shape) > 1:
        return (2 * u - 1) * math.sqrt(3 / (n // shape[0]))
    if leaf in ("weight", "running_var"):
        return 0.75 + 0.5 * u
    return 0.2 * (u - 0.5)


def figures(t, probe):
    flat = t.detach().reshape(-1)
    return [list(t.shape), flat.norm().item(), flat.dot(probe[: flat.numel()]).item(), flat[:6].tolist()]


def network(model, shape, probe):
    model = model.double().eval()
    state = model.state_dict()
    for name, t in state.items():
        if not name.endswith("num_batches_tracked"):
            t.copy_(fill(name, t.shape))
    nodes = get_graph_node_names(model)[1]
    modules = [name for name, _ in model.named_modules() if name]
    names = list(dict.fromkeys(nodes[1:] + [m for m in modules if any(n.startswith(m + ".") or n == m for n in nodes)]))
    # A name may not be asked for together with one that holds it: one by one.
    values = {}
    with torch.no_grad():
        x = fill("input", shape)
        for name in names:
            values[name] = figures(create_feature_extractor(model, [name])(x)[name], probe)
    return {"input": shape, "values": values}


def main():
    torch.set_num_threads(1)
    probe = fill("probe.input", (80000,))
    print(json.dumps({
        "ResNet": network(
            resnet.ResNet(resnet.Bottleneck, [1, 2, 1, 1], num_classes=10), (2, 3, 48, 40), probe),
        "BasicResNet": network(
            resnet.ResNet(resnet.BasicBlock, [1, 1, 1, 2], num_classes=10), (2, 3, 40, 48), probe),
        "DenseNet": network(
            densenet.DenseNet(growth_rate=8, block_config=(2, 3, 2), num_init_features=16,
                              bn_size=2, num_classes=10), (2, 3, 48, 40), probe),
        "Block": network(resnet.Bottleneck(32, 16, 2, torch.nn.Sequential(
            torch.nn.Conv2d(32, 64, 1, 2, bias=False), torch.nn.BatchNorm2d(64))),
            (2, 32, 9, 8), probe),
    }, indent=None, separators=(",", ":")).replace(']],"', ']],\n"'))


main()
