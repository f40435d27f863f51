"""Writes training/muon.json: steps of Muon, with SGD or AdamW for what is no matrix.

Muon is written here from Keller Jordan's code (github.com/KellerJordan/Muon, muon.py, 2024), but in double precision
and not in bfloat16: momentum by lerp, Nesterov, five Newton-Schulz iterations, the scale by rows and columns.

Run from src/test:  python3 python/muon.py > resources/training/muon.json
"""

import json
import math
import sys

import torch

torch.set_default_dtype(torch.float64)

# A layer of more rows than columns, one of fewer, and the head.
SHAPES = {"conv1.weight": (8, 1, 2, 2), "bn1.weight": (8,), "conv2.weight": (3, 8, 2, 1), "fc.weight": (4, 3), "fc.bias": (4,)}


def fill(shape, phase):
    n = math.prod(shape)
    return torch.tensor([math.sin(phase + 0.7 * i + 0.01 * i * i) for i in range(n)]).reshape(shape)


def zeropower_via_newtonschulz5(G, steps):
    a, b, c = (3.4445, -4.7750, 2.0315)
    X = G
    if G.size(-2) > G.size(-1):
        X = X.mT
    X = X / (X.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        A = X @ X.mT
        B = b * A + c * A @ A
        X = a * X + B @ X
    if G.size(-2) > G.size(-1):
        X = X.mT
    return X


def muon_update(grad, momentum, beta):
    momentum.lerp_(grad, 1 - beta)
    update = grad.lerp(momentum, beta)
    if update.ndim == 4:
        update = update.view(len(update), -1)
    update = zeropower_via_newtonschulz5(update, steps=5)
    update = update * max(1, update.size(-2) / update.size(-1)) ** 0.5
    return update


def steps(left, make_others, decay=0.0, rates=(1.0,) * 6):
    weights = {name: torch.nn.Parameter(fill(shape, 0.1 + k)) for k, (name, shape) in enumerate(SHAPES.items())}
    own = [name for name in weights if weights[name].ndim > 1 and name not in left]
    momenta = {name: torch.zeros_like(weights[name]) for name in own}
    others = make_others([w for name, w in weights.items() if name not in own])
    first = [group["lr"] for group in others.param_groups]
    result = []
    for step, rate in enumerate(rates):
        for k, (name, w) in enumerate(weights.items()):
            w.grad = fill(w.shape, 1.0 + step + 2 * k) * 0.01
        for group, lr in zip(others.param_groups, first):
            group["lr"] = lr * rate
        with torch.no_grad():
            for name in own:
                w = weights[name]
                update = muon_update(w.grad, momenta[name], beta=0.95)
                w.mul_(1 - 0.02 * rate * decay)
                w.add_(update.reshape(w.shape), alpha=-0.02 * rate)
        others.step()
        result.append(torch.cat([w.detach().flatten() for w in weights.values()]).tolist())
    return result


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=3e-3)


json.dump(
    {
        "torch": torch.__version__,
        "steps": {
            "sgd": steps([], sgd),
            "headByAdam": steps(["fc.weight"], adam),
            "decayAndSchedule": steps(["conv1.weight", "fc.weight"], sgd, 0.1, (1.0, 0.9, 0.7, 0.4, 0.2, 0.05)),
        },
    },
    sys.stdout,
    indent=1,
)
print()
