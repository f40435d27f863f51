"""Writes ops.json: what PyTorch makes, in float64, of single layers on small pseudo-random inputs.

    python3 ops.py > ../resources/io/blockwork/engine/ops.json

Each tensor is recorded as [L2 norm, dot product with the tensor "probe", first six values].
Fill.java repeats the inputs.
"""
import json
import zlib

import torch
import torch.nn.functional as F

MASK = (1 << 64) - 1


def value(name, i):
    z = ((zlib.crc32(name.encode()) << 32) + i + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    z ^= z >> 31
    return 2 * ((z >> 11) * 2.0**-53) - 1


def fill(name, *shape):
    n = 1
    for s in shape:
        n *= s
    return torch.tensor([value(name, i) for i in range(n)], dtype=torch.float64).reshape(shape)


def figures(t):
    t = t.detach().reshape(-1)
    return [t.norm().item(), t.dot(fill("probe", t.numel())).item()] + t[:6].tolist()


def norm_state(c):
    return (fill("norm.weight", c) + 2, fill("norm.bias", c), fill("norm.running_mean", c),
            fill("norm.running_var", c) * 0.5 + 1)


def record(case, x, parameters, y):
    g = fill("outputGradient", *y.shape)
    y.backward(g)
    case["expected"]["output"] = figures(y)
    case["expected"]["inputGradient"] = figures(x.grad)
    for name, p in parameters.items():
        case["expected"][name] = figures(p.grad)
    return case


def case(name, op, shape, arguments, **more):
    return dict(name=name, op=op, input=shape, arguments=arguments, expected={}, **more)


def conv(shape, out, kernel, stride=1, padding=0, dilation=1, groups=1):
    name = f"conv {kernel}x{kernel} stride {stride} padding {padding} dilation {dilation} groups {groups} on {shape}"
    c = case(name, "conv2d", shape, [shape[1], out, kernel, stride, padding, dilation, groups])
    x = fill("input", *shape).requires_grad_()
    w = fill("layer.weight", out, shape[1] // groups, kernel, kernel).requires_grad_()
    y = F.conv2d(x, w, None, stride, padding, dilation, groups)
    weight, bias, mean, var = norm_state(out)
    z = F.batch_norm(y, mean, var, weight, bias, False, 0.1, 1e-5)
    c["expected"]["folded"] = figures(z)
    c["expected"]["foldedRelu"] = figures(z.relu())
    c["expected"]["foldedAddRelu"] = figures((z + y).relu())
    return record(c, x, {"layer.weight": w}, y)


def batch_norm(shape, relu):
    c = case(f"batch norm relu {relu} on {shape}", "batchNorm", shape, [int(relu)])
    x = fill("input", *shape).requires_grad_()
    weight, bias, mean, var = norm_state(shape[1])
    e = F.batch_norm(x, mean, var, weight, bias, False, 0.1, 1e-5)
    c["expected"]["inference"] = figures(e.relu() if relu else e)
    weight.requires_grad_()
    bias.requires_grad_()
    y = F.batch_norm(x, mean, var, weight, bias, True, 0.1, 1e-5)
    record(c, x, {"norm.weight": weight, "norm.bias": bias}, y.relu() if relu else y)
    c["expected"]["norm.running_mean"] = figures(mean)
    c["expected"]["norm.running_var"] = figures(var)
    return c


def max_pool(shape, kernel, stride, padding):
    c = case(f"max pool {kernel} stride {stride} padding {padding} on {shape}", "maxPool", shape, [kernel, stride, padding])
    # Halves: many ties.
    x = (fill("input", *shape) * 2).round().div(2).sub(2).requires_grad_()
    return record(c, x, {}, F.max_pool2d(x, kernel, stride, padding))


def avg_pool(shape, kernel, stride):
    c = case(f"average pool {kernel} stride {stride} on {shape}", "avgPool", shape, [kernel, stride, 0])
    x = fill("input", *shape).requires_grad_()
    return record(c, x, {}, F.avg_pool2d(x, kernel, stride))


def global_pool(shape):
    c = case(f"global average pool on {shape}", "globalAvgPool", shape, [])
    x = fill("input", *shape).requires_grad_()
    return record(c, x, {}, x.mean((2, 3), keepdim=True))


def linear(shape, out, activation):
    c = case(f"linear {activation} on {shape}", "linear", shape, [out], activation=activation)
    x = fill("input", *shape).requires_grad_()
    w = fill("layer.weight", out, shape[1] * shape[2] * shape[3]).requires_grad_()
    b = fill("layer.bias", out).requires_grad_()
    y = F.linear(x.flatten(1), w, b)
    y = {"NONE": lambda t: t, "RELU": torch.relu, "SIGMOID": torch.sigmoid}[activation](y)
    return record(c, x, {"layer.weight": w, "layer.bias": b}, y)


def pad_shortcut(shape, out, stride):
    c = case(f"pad shortcut to {out} stride {stride} on {shape}", "padShortcut", shape, [out, stride])
    x = fill("input", *shape).requires_grad_()
    before = (out - shape[1]) // 2
    y = F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, before, out - shape[1] - before))
    return record(c, x, {}, y)


def squeeze_excite(shape, reduced):
    c = case(f"squeeze and excite {reduced} on {shape}", "scale", shape, [reduced])
    x = fill("input", *shape).requires_grad_()
    n, ch = shape[:2]
    w1, b1 = fill("fc1.weight", reduced, ch).requires_grad_(), fill("fc1.bias", reduced).requires_grad_()
    w2, b2 = fill("fc2.weight", ch, reduced).requires_grad_(), fill("fc2.bias", ch).requires_grad_()
    gate = torch.sigmoid(F.linear(torch.relu(F.linear(x.mean((2, 3)), w1, b1)), w2, b2))
    y = x * gate.reshape(n, ch, 1, 1)
    return record(c, x, {"fc1.weight": w1, "fc1.bias": b1, "fc2.weight": w2, "fc2.bias": b2}, y)


def add(shape, relu):
    c = case(f"add relu {relu} on {shape}", "add", shape, [int(relu)])
    x = fill("input", *shape).requires_grad_()
    w = fill("layer.weight", shape[1], shape[1], 1, 1).requires_grad_()
    y = F.conv2d(x, w) + x
    return record(c, x, {"layer.weight": w}, y.relu() if relu else y)


def main():
    cases = [
        conv([1, 3, 7, 5], 4, 3, padding=1),
        conv([3, 4, 6, 9], 5, 3, stride=2, padding=1),
        conv([2, 3, 11, 14], 6, 7, stride=2, padding=3),
        conv([2, 5, 5, 4], 7, 1),
        conv([2, 4, 7, 5], 6, 1, stride=2),
        conv([2, 4, 9, 8], 3, 3, padding=2, dilation=2),
        conv([1, 2, 10, 13], 3, 3, stride=2, padding=4, dilation=4),
        conv([2, 8, 6, 5], 12, 3, padding=1, groups=4),
        conv([3, 6, 7, 7], 6, 3, stride=2, padding=1, groups=3),
        conv([2, 4, 5, 6], 8, 1, groups=2),
        conv([2, 2, 1, 1], 3, 3, padding=1),
        conv([1, 40, 56, 60], 3, 3, padding=1),
        batch_norm([2, 3, 5, 7], False), batch_norm([2, 3, 5, 7], True), batch_norm([1, 4, 6, 3], True),
        batch_norm([5, 2, 1, 1], False),
        max_pool([2, 3, 9, 8], 3, 2, 1), max_pool([1, 2, 7, 7], 3, 1, 1), max_pool([2, 2, 6, 5], 2, 2, 0),
        avg_pool([2, 3, 7, 6], 2, 2), avg_pool([1, 2, 8, 9], 3, 2),
        global_pool([2, 3, 5, 4]), global_pool([1, 1, 1, 1]),
        linear([3, 6, 1, 1], 4, "NONE"), linear([1, 2, 3, 2], 5, "RELU"), linear([2, 5, 1, 1], 3, "SIGMOID"),
        pad_shortcut([2, 3, 7, 5], 6, 2), pad_shortcut([1, 2, 4, 4], 7, 1), pad_shortcut([2, 4, 6, 6], 4, 2),
        squeeze_excite([2, 4, 5, 3], 2),
        add([2, 3, 4, 5], True), add([1, 3, 4, 5], False),
    ]
    print("[")
    print(",\n".join(json.dumps(c) for c in cases))
    print("]")


main()
