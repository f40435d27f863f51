"""Writes ops.json: what PyTorch makes, in float64, of single layers on small pseudo-random inputs.

    python3 ops.py > ../resources/io/blockwork/engine/ops.json

Each tensor is recorded as [L2 norm, dot product with the tensor "probe", first six values], and under
"bfloat16" the L2 norm of PyTorch's own error when it computes the same in bfloat16. Fill.java repeats
the inputs. Written with PyTorch 1.13.
"""
import json
import zlib

import torch
import torch.nn.functional as F

MASK = (1 << 64) - 1
TYPE = torch.float64


def value(name, i):
    z = ((zlib.crc32(name.encode()) << 32) + i + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    z ^= z >> 31
    return 2 * ((z >> 11) * 2.0**-53) - 1


def exact(name, *shape):
    n = 1
    for s in shape:
        n *= s
    return torch.tensor([value(name, i) for i in range(n)], dtype=torch.float64).reshape(shape)


def fill(name, *shape):
    return exact(name, *shape).to(TYPE)


def kept(t):
    return t.detach().reshape(-1).double()


def figures(t):
    values = [t.norm().item(), t.dot(exact("probe", t.numel())).item()] + t[:6].tolist()
    return [float("%.15g" % v) for v in values]


def leaf(name, *shape):
    return fill(name, *shape).requires_grad_()


def norm_state(c):
    return (fill("norm.weight", c) + 2, fill("norm.bias", c), fill("norm.running_mean", c),
            fill("norm.running_var", c) * 0.5 + 1)


def record(case, x, parameters, y):
    g = fill("outputGradient", *y.shape)
    y.backward(g)
    case["expected"]["output"] = kept(y)
    case["expected"]["inputGradient"] = kept(x.grad)
    case["expected"]["addedGradient"] = kept(x + x.grad)
    for name, p in parameters.items():
        case["expected"][name] = kept(p.grad)
    return case


def case(name, op, shape, arguments, **more):
    return dict(name=f"{name} on {shape}", op=op, input=shape, arguments=arguments, expected={}, **more)


def in_float(function):
    """PyTorch 1.13 has no kernel for bfloat16: the one for float, and its result rounded."""
    return lambda x, *more, **named: function(x.float() if TYPE == torch.bfloat16 else x, *more, **named).to(TYPE)


def two(n):
    return list(n) if isinstance(n, tuple) else [n, n]


def four(n):
    """Top, left, bottom, right."""
    n = two(n)
    return n if len(n) == 4 else n + n


def padded(x, sides, value=0.0):
    top, left, bottom, right = sides
    return F.pad(x, (left, right, top, bottom), value=value)


ACTIVATIONS = {
    "none": lambda x: x, "relu": F.relu, "relu6": in_float(F.relu6), "leakyRelu": F.leaky_relu, "elu": F.elu, "selu": F.selu,
    "sigmoid": torch.sigmoid, "hardSigmoid": lambda x: in_float(F.relu6)(x + 3) / 6,  # F.hardsigmoid has a derivative of float precision
     "silu": F.silu, "hardSwish": F.hardswish, "mish": in_float(F.mish),
    "gelu": F.gelu, "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "tanh": torch.tanh, "softplus": F.softplus,
    "clip": in_float(F.hardtanh),
}


def activate(text, x):
    name, *constants = text.split()
    return ACTIVATIONS[name](x, *map(float, constants))


def conv_arguments(c, out, kernel, stride, padding, dilation, groups, bias):
    return [c, out] + two(kernel) + two(stride) + four(padding) + two(dilation) + [groups, int(bias)]


def convolve(x, w, b, stride, padding, dilation, groups):
    return F.conv2d(padded(x, four(padding)), w, b, tuple(two(stride)), 0, tuple(two(dilation)), groups)


def conv(shape, out, kernel, stride=1, padding=0, dilation=1, groups=1, bias=False):
    settings = "".join(f" {n} {v}" for n, v, d in [("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1),
                                                   ("groups", groups, 1), ("bias", bias, False)] if v != d)
    c = case(f"conv {kernel}{settings}", "conv2d", shape,
             conv_arguments(shape[1], out, kernel, stride, padding, dilation, groups, bias))
    x = leaf("input", *shape)
    parameters = {"layer.weight": leaf("layer.weight", out, shape[1] // groups, *two(kernel))}
    if bias:
        parameters["layer.bias"] = leaf("layer.bias", out)
    y = convolve(x, parameters["layer.weight"], parameters.get("layer.bias"), stride, padding, dilation, groups)
    weight, offset, mean, var = norm_state(out)
    z = F.batch_norm(y, mean, var, weight, offset, False, 0.1, 1e-5)
    c["expected"]["folded"] = kept(z)
    c["expected"]["foldedRelu"] = kept(z.relu())
    c["expected"]["foldedAddRelu"] = kept((z + y).relu())
    return record(c, x, parameters, y)


def conv_then(shape, out, activation, factor=0.5, eps=1e-3):
    c = case(f"conv 3, norm, times {factor}, residual, {activation}", "convThen", shape,
             conv_arguments(shape[1], out, 3, 1, 1, 1, 1, True), activation=activation, reals=[factor, eps])
    x = fill("input", *shape)
    y = F.conv2d(x, fill("layer.weight", out, shape[1], 3, 3), fill("layer.bias", out), 1, 1)
    weight, offset, mean, var = norm_state(out)
    z = F.batch_norm(y, mean, var, weight, offset, False, 0.1, eps)
    c["expected"]["inference"] = kept(activate(activation, factor * z + y))
    return c


def batch_norm(shape, relu, eps=1e-5, momentum=0.1):
    c = case(f"batch norm relu {relu} eps {eps} momentum {momentum}", "batchNorm", shape, [int(relu)], reals=[eps, momentum])
    x = leaf("input", *shape)
    weight, bias, mean, var = norm_state(shape[1])
    e = F.batch_norm(x, mean, var, weight, bias, False, momentum, eps)
    c["expected"]["inference"] = kept(e.relu() if relu else e)
    weight.requires_grad_()
    bias.requires_grad_()
    y = F.batch_norm(x, mean, var, weight, bias, True, momentum, eps)
    record(c, x, {"norm.weight": weight, "norm.bias": bias}, y.relu() if relu else y)
    c["expected"]["norm.running_mean"] = kept(mean)
    c["expected"]["norm.running_var"] = kept(var)
    return c


def ties(shape):
    # Halves: many ties, and all below the zeros of a wrongly padded window.
    return (exact("input", *shape) * 2).round().div(2).sub(2).to(TYPE).requires_grad_()


def pool_case(kind, op, shape, kernel, stride, padding, ceil, count):
    name = f"{kind} pool {kernel} stride {stride} padding {padding}{' ceil' * ceil}{' counting padding' * count}"
    return case(name, op, shape, two(kernel) + two(stride) + four(padding) + [int(ceil), int(count)])


def max_pool(shape, kernel, stride, padding=0, ceil=False):
    x = ties(shape)
    if len(two(padding)) == 4:
        y = F.max_pool2d(padded(x, padding, -float("inf")), kernel, stride, 0, 1, ceil)
    else:
        y = F.max_pool2d(x, kernel, stride, padding, 1, ceil)
    return record(pool_case("max", "maxPool", shape, kernel, stride, padding, ceil, False), x, {}, y)


def avg_pool(shape, kernel, stride, padding=0, ceil=False, count=False):
    x = leaf("input", *shape)
    if len(two(padding)) == 4:
        sums = F.avg_pool2d(padded(x, padding), kernel, stride)
        seen = F.avg_pool2d(padded(torch.ones_like(x), padding), kernel, stride)
        y = sums if count else sums / seen
    else:
        y = F.avg_pool2d(x, kernel, stride, padding, ceil, count)
    return record(pool_case("average", "avgPool", shape, kernel, stride, padding, ceil, count), x, {}, y)


def adaptive(shape, h, w, largest):
    x = ties(shape) if largest else leaf("input", *shape)
    y = (F.adaptive_max_pool2d if largest else F.adaptive_avg_pool2d)(x, (h, w))
    kind = "Max" if largest else "Avg"
    return record(case(f"adaptive {kind} pool to {h} x {w}", f"adaptive{kind}Pool", shape, [h, w]), x, {}, y)


def global_pool(shape, largest=False):
    x = ties(shape) if largest else leaf("input", *shape)
    y = F.adaptive_max_pool2d(x, 1) if largest else x.mean((2, 3), keepdim=True)
    kind = "Max" if largest else "Avg"
    return record(case(f"global {kind} pool", f"global{kind}Pool", shape, []), x, {}, y)


def linear(shape, out, activation="none", bias=True, places=False):
    c = case(f"linear {activation}{'' if bias else ' without bias'}{' on places' * places}", "linear", shape,
             [out, int(bias), int(places)], activation=activation)
    x = leaf("input", *shape)
    parameters = {"layer.weight": leaf("layer.weight", out, shape[1] if places else shape[1] * shape[2] * shape[3])}
    if bias:
        parameters["layer.bias"] = leaf("layer.bias", out)
    w, b = parameters["layer.weight"], parameters.get("layer.bias")
    y = F.linear(x.permute(0, 2, 3, 1), w, b).permute(0, 3, 1, 2) if places else F.linear(x.flatten(1), w, b)
    return record(c, x, parameters, activate(activation, y).contiguous())


def pad_shortcut(shape, out, stride):
    c = case(f"pad shortcut to {out} stride {stride}", "padShortcut", shape, [out, stride])
    x = leaf("input", *shape)
    before = (out - shape[1]) // 2
    y = F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, before, out - shape[1] - before))
    return record(c, x, {}, y)


def squeeze_excite(shape, reduced):
    c = case(f"squeeze and excite {reduced}", "scale", shape, [reduced])
    x = leaf("input", *shape)
    n, ch = shape[:2]
    w1, b1 = leaf("fc1.weight", reduced, ch), leaf("fc1.bias", reduced)
    w2, b2 = leaf("fc2.weight", ch, reduced), leaf("fc2.bias", ch)
    gate = torch.sigmoid(F.linear(torch.relu(F.linear(x.mean((2, 3)), w1, b1)), w2, b2))
    y = x * gate.reshape(n, ch, 1, 1)
    return record(c, x, {"fc1.weight": w1, "fc1.bias": b1, "fc2.weight": w2, "fc2.bias": b2}, y)


def add(shape, relu):
    c = case(f"add relu {relu}", "add", shape, [int(relu)])
    x = leaf("input", *shape)
    w = leaf("layer.weight", shape[1], shape[1], 1, 1)
    y = F.conv2d(x, w) + x
    return record(c, x, {"layer.weight": w}, y.relu() if relu else y)


def total(shape, relu, factors):
    c = case(f"sum of {factors} relu {relu}", "sum", shape, [int(relu)], reals=factors)
    x = leaf("input", *shape)
    w = leaf("layer.weight", shape[1], shape[1], 1, 1)
    y = factors[0] * F.conv2d(x, w) + sum(f * x for f in factors[1:])
    return record(c, x, {"layer.weight": w}, y.relu() if relu else y)


def multiply(shape):
    c = case("multiply", "multiply", shape, [])
    x = leaf("input", *shape)
    w = leaf("layer.weight", shape[1], shape[1], 1, 1)
    return record(c, x, {"layer.weight": w}, F.conv2d(x, w) * x)


def square(shape):
    x = leaf("input", *shape)
    return record(case("square", "square", shape, []), x, {}, x * x)


def activation(shape, text):
    x = (fill("input", *shape) * 4).requires_grad_()
    return record(case(f"activation {text}", "activation", shape, [], activation=text), x, {}, activate(text, x))


def affine(shape, scale, shift, rank):
    """scale, shift: 0 none, 1 constant, 2 learned."""
    c = case(f"affine {scale} {shift} of rank {rank}", "affine", shape, [scale, shift, rank])
    x = leaf("input", *shape)
    size = [shape[1]] + [1] * (rank - 1)
    parameters = {}
    y = x
    for name, kind in [("scale", scale), ("shift", shift)]:
        if kind:
            p = fill("layer." + name, *size).requires_grad_(kind == 2)
            if kind == 2:
                parameters["layer." + name] = p
            p = p.reshape(1, -1, 1, 1)
            y = y * p if name == "scale" else y + p
    return record(c, x, parameters, y)


def prelu(shape, slopes):
    c = case(f"prelu of {slopes}", "prelu", shape, [slopes])
    x = leaf("input", *shape)
    w = leaf("layer.weight", slopes)
    return record(c, x, {"layer.weight": w}, F.prelu(x, w))


def image_norm(kind, shape, groups, eps, learned):
    c = case(f"{kind} norm groups {groups} eps {eps} affine {learned}", kind + "Norm", shape, [groups, int(learned)], reals=[eps])
    x = leaf("input", *shape)
    parameters = {n: leaf(n, shape[1]) for n in ["layer.weight", "layer.bias"]} if learned else {}
    w, b = parameters.get("layer.weight"), parameters.get("layer.bias")
    if kind == "layer":
        y = F.layer_norm(x.permute(0, 2, 3, 1), [shape[1]], w, b, eps).permute(0, 3, 1, 2).contiguous()
    else:
        y = F.group_norm(x, groups, w, b, eps)
    return record(c, x, parameters, y)


def response_norm(shape, size, alpha, beta, k):
    c = case(f"local response norm {size} {alpha} {beta} {k}", "localResponseNorm", shape, [size], reals=[alpha, beta, k])
    x = leaf("input", *shape)
    return record(c, x, {}, in_float(F.local_response_norm)(x, size, alpha, beta, k))


def shuffle(shape, groups):
    x = leaf("input", *shape)
    n, ch, h, w = shape
    y = x.view(n, groups, ch // groups, h, w).transpose(1, 2).reshape(n, ch, h, w)
    return record(case(f"channel shuffle {groups}", "channelShuffle", shape, [groups]), x, {}, y)


def moved(name, op, shape, arguments, function):
    x = leaf("input", *shape)
    return record(case(name, op, shape, arguments), x, {}, function(x))


def softmax(shape, log=False):
    x = (fill("input", *shape) * 4).requires_grad_()
    c = case("log softmax", "logSoftmax", shape, []) if log else case("softmax", "softmax", shape, [])
    return record(c, x, {}, x.log_softmax(1) if log else x.softmax(1))


def zero_pad(shape, sides):
    return moved(f"zero pad {sides}", "zeroPad", shape, list(sides), lambda x: padded(x, sides))


def flatten(shape):
    return moved("flatten", "flatten", shape, [], lambda x: x.flatten(1))


def cases():
    functions = ["relu", "relu6", "leakyRelu 0.2", "elu 0.7", "selu", "sigmoid", "hardSigmoid", "silu", "hardSwish", "mish",
                 "gelu", "geluTanh", "tanh", "softplus 1 20", "softplus 2 1", "clip -0.5 1.5"]
    return [
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
        conv([2, 2, 1, 1], 3, 3, padding=1), conv([2, 5, 4, 1], 5, (3, 1), stride=(1, 2), padding=(0, 1)), conv([2, 5, 3, 4], 6, 1, padding=1),
        conv([1, 40, 56, 60], 3, 3, padding=1),
        conv([2, 5, 6, 9], 4, (1, 7), padding=(0, 3)),
        conv([2, 5, 9, 6], 4, (7, 1), padding=(3, 0), bias=True),
        conv([2, 3, 8, 9], 4, (3, 2), stride=(2, 1), padding=(0, 1, 2, 0), dilation=(1, 2), bias=True),
        conv([2, 6, 7, 5], 6, 3, padding=1, groups=6),
        conv([1, 5, 9, 8], 5, 5, stride=2, padding=2, groups=5, bias=True),
        conv([2, 3, 5, 4], 6, 3, padding=1, groups=3, bias=True),
        conv([2, 16, 5, 4], 32, (1, 3), padding=(0, 1), bias=True),
        conv([2, 32, 6, 5], 32, 5, stride=2, padding=2, groups=32, bias=True),
        conv([2, 16, 6, 5], 16, 3, padding=(1, 0, 0, 1), groups=16),
        *[conv_then([2, 3, 4, 5], 6, f) for f in functions],
        conv_then([2, 16, 4, 3], 16, "silu", 0.17), conv_then([2, 16, 4, 3], 16, "selu"),
        batch_norm([2, 3, 5, 7], False), batch_norm([2, 3, 5, 7], True), batch_norm([1, 4, 6, 3], True),
        batch_norm([5, 2, 1, 1], False), batch_norm([2, 5, 3, 4], True, 1e-3, 0.01), batch_norm([2, 16, 3, 4], False, 0.1, 0.5),
        max_pool([2, 3, 9, 8], 3, 2, 1), max_pool([1, 2, 7, 7], 3, 1, 1), max_pool([2, 2, 6, 5], 2, 2, 0),
        max_pool([2, 3, 8, 7], 3, 2, 0, True), max_pool([1, 2, 6, 5], 3, 2, 1, True), max_pool([2, 3, 7, 6], (3, 2), (1, 2), (1, 0)),
        max_pool([2, 3, 6, 7], 3, 2, (0, 0, 1, 1)), max_pool([2, 16, 6, 7], 3, 2, 0, True), max_pool([1, 2, 3, 3], 2, 1, 1),
        avg_pool([2, 3, 7, 6], 2, 2), avg_pool([1, 2, 8, 9], 3, 2), avg_pool([2, 3, 7, 6], 3, 1, 1), avg_pool([2, 3, 7, 6], 3, 1, 1, False, True),
        avg_pool([2, 3, 8, 7], 3, 2, 1, True), avg_pool([2, 3, 8, 7], 3, 2, 1, True, True), avg_pool([2, 2, 6, 7], (2, 3), (2, 1), (0, 1)),
        avg_pool([2, 3, 7, 6], 3, 2, (1, 0, 0, 2)), avg_pool([2, 16, 8, 7], 3, 2, 1, True, True), avg_pool([2, 16, 5, 4], 3, 1, 1),
        avg_pool([1, 3, 6, 6], 3, 2, 0, True, True),
        adaptive([2, 3, 7, 5], 3, 2, False), adaptive([2, 3, 6, 4], 3, 2, False), adaptive([2, 2, 5, 4], 7, 6, False), adaptive([2, 16, 7, 6], 3, 4, False),
        adaptive([2, 3, 7, 5], 3, 2, True), adaptive([2, 3, 6, 4], 3, 2, True), adaptive([1, 16, 5, 4], 3, 3, True),
        global_pool([2, 3, 5, 4]), global_pool([1, 1, 1, 1]), global_pool([2, 3, 5, 4], True), global_pool([2, 16, 3, 4], True),
        linear([3, 6, 1, 1], 4), linear([1, 2, 3, 2], 5, "relu"), linear([2, 5, 1, 1], 3, "sigmoid"), linear([2, 5, 1, 1], 3, bias=False),
        linear([2, 3, 2, 2], 4, "hardSigmoid", False), linear([2, 5, 3, 4], 7, places=True), linear([2, 5, 3, 4], 7, "relu", places=True),
        linear([2, 16, 3, 4], 32, "tanh", False, True), linear([2, 5, 1, 1], 3, "selu"),
        pad_shortcut([2, 3, 7, 5], 6, 2), pad_shortcut([1, 2, 4, 4], 7, 1), pad_shortcut([2, 4, 6, 6], 4, 2),
        squeeze_excite([2, 4, 5, 3], 2), squeeze_excite([2, 16, 3, 3], 4),
        add([2, 3, 4, 5], True), add([1, 3, 4, 5], False),
        total([2, 3, 4, 5], True, [0.17, 1]), total([2, 3, 4, 5], False, [1, 0.5, -2]), total([2, 16, 3, 4], True, [1, 1, 1]),
        multiply([2, 3, 4, 5]), multiply([2, 16, 3, 4]), square([2, 3, 4, 5]),
        *[activation([2, 3, 4, 5], f) for f in functions + ["leakyRelu -0.3", "elu -0.5", "hardSigmoid"]],
        activation([2, 16, 3, 4], "selu"), activation([2, 16, 3, 4], "softplus 2 1"), activation([2, 16, 3, 4], "hardSigmoid"),
        affine([2, 3, 4, 5], 1, 1, 1), affine([2, 3, 4, 5], 2, 2, 1), affine([2, 3, 4, 5], 2, 0, 3), affine([2, 3, 4, 5], 0, 2, 1),
        affine([2, 16, 3, 4], 2, 2, 3),
        prelu([2, 3, 4, 5], 3), prelu([2, 3, 4, 5], 1), prelu([2, 16, 3, 4], 16), prelu([2, 1, 4, 5], 1),
        image_norm("layer", [2, 5, 4, 3], 1, 1e-6, True), image_norm("layer", [2, 5, 4, 3], 1, 1e-5, False), image_norm("layer", [2, 16, 3, 4], 1, 0.1, True),
        image_norm("group", [2, 6, 4, 3], 2, 1e-5, True), image_norm("group", [2, 6, 4, 3], 6, 0.1, False), image_norm("group", [2, 5, 4, 3], 1, 1e-5, True),
        image_norm("group", [2, 32, 3, 4], 4, 1e-5, True),
        response_norm([2, 7, 4, 3], 5, 0.5, 0.75, 1), response_norm([2, 5, 4, 3], 4, 0.3, 0.5, 2), response_norm([2, 16, 3, 4], 3, 0.5, 0.75, 1),
        response_norm([2, 2, 3, 3], 5, 1e-4, 0.75, 1),
        shuffle([2, 6, 4, 3], 2), shuffle([2, 6, 4, 3], 3), shuffle([2, 32, 3, 4], 4),
        softmax([2, 5, 4, 3]), softmax([2, 16, 3, 4]), softmax([3, 7, 1, 1]),
        softmax([2, 5, 4, 3], True), softmax([2, 16, 3, 4], True), softmax([3, 7, 1, 1], True),
        moved("copy", "copy", [2, 3, 4, 5], [], lambda x: x * 1), moved("copy", "copy", [2, 16, 3, 4], [], lambda x: x * 1),
        flatten([2, 3, 4, 5]), flatten([2, 16, 3, 4]), flatten([2, 5, 1, 1]),
        zero_pad([2, 3, 4, 5], (1, 0, 2, 3)), zero_pad([2, 16, 3, 4], (0, 1, 1, 0)),
    ]


def main():
    global TYPE
    right = cases()
    TYPE = torch.bfloat16
    rough = cases()
    TYPE = torch.float64
    for c, r in zip(right, rough):
        c["bfloat16"] = {n: float("%.3g" % (r["expected"][n] - t).norm().item()) for n, t in c["expected"].items()}
        c["expected"] = {n: figures(t) for n, t in c["expected"].items()}
    print("[")
    print(",\n".join(json.dumps(c) for c in right))
    print("]")


main()
