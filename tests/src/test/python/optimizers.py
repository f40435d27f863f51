"""Writes training/optimizers.json: steps of Nesterov's momentum, parameter groups, LARS, LAMB, Lookahead and SAM,
warm restarts and reductions on a plateau.

LARS and LAMB are timm's, whose two files are loaded alone (the rest of timm wants a newer torch). Lookahead and SAM
are written here from their papers, over torch's SGD: torch has neither.

Run from src/test:  python3 python/optimizers.py TIMM > resources/training/optimizers.json
where TIMM is a folder made by:  pip install --no-deps --target TIMM timm==1.0.29
"""

import importlib
import json
import math
import sys
import types

import torch
from torch.optim import lr_scheduler as lr

torch.set_default_dtype(torch.float64)

package = types.ModuleType("timm_optim")
package.__path__ = [sys.argv[1] + "/timm/optim"]
sys.modules["timm_optim"] = package
Lars = importlib.import_module("timm_optim.lars").Lars
Lamb = importlib.import_module("timm_optim.lamb").Lamb


def fill(shape, phase):
    n = math.prod(shape)
    return torch.tensor([math.sin(phase + 0.7 * i) for i in range(n)]).reshape(shape)


class Net(torch.nn.Module):
    """A weight and a bias; gradients are given, not computed."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(fill((3, 4), 0.1))
        self.bias = torch.nn.Parameter(fill((3,), 0.5))

    def flat(self):
        return torch.cat([self.weight.flatten(), self.bias]).tolist()


def steps(make, weight={}, bias={}, after=lambda net, step: None, count=6):
    net = Net()
    optimizer = make([{"params": [net.weight], **weight}, {"params": [net.bias], **bias}])
    result = []
    for step in range(count):
        net.weight.grad = fill((3, 4), 1.0 + step) * 0.01
        net.bias.grad = fill((3,), 2.0 + step) * 0.01
        optimizer.step()
        after(net, step + 1)
        result.append(net.flat())
    return result


def sgd(**keywords):
    return lambda groups: torch.optim.SGD(groups, **{"lr": 0.1, "momentum": 0.9, **keywords})


class Slow:
    """Algorithm 1 of Zhang and others (2019): phi += alpha * (theta - phi), theta = phi, every k steps."""

    def __init__(self, k, alpha):
        self.k, self.alpha = k, alpha
        start = Net()
        self.phi = [p.detach().clone() for p in start.parameters()]

    def __call__(self, net, step):
        if step % self.k == 0:
            with torch.no_grad():
                for phi, theta in zip(self.phi, net.parameters()):
                    phi += self.alpha * (theta - phi)
                    theta.copy_(phi)


def sharpness_aware(rho, count=6):
    """Equations 2 and 3 of Foret and others (2020) with p = 2, on the loss sum(p ** 4) / 4."""
    net = Net()
    optimizer = sgd()(net.parameters())
    result = []

    def backward():
        optimizer.zero_grad()
        sum((p**4).sum() / 4 for p in net.parameters()).backward()

    for _ in range(count):
        backward()
        norm = torch.sqrt(sum((p.grad**2).sum() for p in net.parameters()))
        with torch.no_grad():
            moves = [p.grad * (rho / (norm + 1e-12)) for p in net.parameters()]
            for p, move in zip(net.parameters(), moves):
                p.add_(move)
        backward()
        with torch.no_grad():
            for p, move in zip(net.parameters(), moves):
                p.sub_(move)
        optimizer.step()
        result.append(net.flat())
    return result


def restarts(first, multiplier, least):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = lr.CosineAnnealingWarmRestarts(optimizer, first, multiplier, least)
    rates = []
    for _ in range(16):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


# A loss that falls, stays, falls by less than the threshold, jumps, and falls again.
VALUES = [2.0, 1.5, 1.5, 1.49999, 1.6, 1.7, 1.2, 1.3, 1.3, 1.3, 1.3, 1.3, 1.3, 1.1, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2]


def plateau(mode, **keywords):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = lr.ReduceLROnPlateau(optimizer, mode, **keywords)
    rates = [1.0]
    for value in VALUES:
        scheduler.step(value if mode == "min" else 1 / value)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


json.dump(
    {
        "torch": torch.__version__,
        "timm": "1.0.29",
        "optimizers": {
            "nesterov": steps(sgd(nesterov=True, weight_decay=1e-2)),
            "groups": steps(sgd(), {"weight_decay": 1e-2}, {"lr": 0.05, "weight_decay": 3e-2}),
            "adamwGroups": steps(
                lambda g: torch.optim.AdamW(g, lr=0.01), {"weight_decay": 0.1}, {"lr": 0.03, "weight_decay": 0.2}
            ),
            "lars": steps(
                lambda g: Lars(g, lr=2.0, momentum=0.9, weight_decay=1e-2, trust_coeff=0.02, always_adapt=True)
            ),
            "larsExempt": steps(
                lambda g: Lars(g, lr=2.0, momentum=0.9, weight_decay=1e-2), {}, {"weight_decay": 0.0}
            ),
            "lamb": steps(lambda g: Lamb(g, lr=0.05, weight_decay=0.1, max_grad_norm=None)),
            "lambExempt": steps(
                lambda g: Lamb(g, lr=0.05, weight_decay=0.1, max_grad_norm=None), {}, {"weight_decay": 0.0}
            ),
            "lookahead": steps(sgd(), after=Slow(2, 0.4)),
            "sharpnessAware": sharpness_aware(0.5),
        },
        "schedules": {
            "warmRestarts": restarts(3, 2, 0.01),
            "equalRestarts": restarts(5, 1, 0.0),
        },
        "plateaus": {
            "values": VALUES,
            "loss": plateau("min", factor=0.5, patience=1),
            "cooling": plateau("min", factor=0.1, patience=0, threshold=0.05, cooldown=2, min_lr=0.005),
            "top1": plateau("max", factor=0.2, patience=2),
        },
    },
    sys.stdout,
    indent=1,
)
print()
