"""Writes training/auxiliary.json: what PyTorch makes of a network with an auxiliary head.

Run from src/test:  python3 python/auxiliary.py > resources/training/auxiliary.json
The network is TwoHeads in the tests of io.blockwork.train.
"""

import json
import math

import torch
from torch import nn
from torch.nn.functional import cross_entropy

torch.set_default_dtype(torch.float64)


def fill(shape, phase):
    n = math.prod(shape)
    return torch.tensor([math.sin(phase + 0.7 * i) for i in range(n)]).reshape(shape)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        return self.fc(x.mean((2, 3)))


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.aux1 = Head()
        self.conv2 = nn.Conv2d(16, 16, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16)
        self.fc = nn.Linear(16, 3)
        with torch.no_grad():
            for i, parameter in enumerate(self.parameters()):
                parameter.copy_(fill(parameter.shape, i) * 0.5)

    def forward(self, x):
        trunk = self.bn1(self.conv1(x)).relu()
        return self.fc(self.bn2(self.conv2(trunk)).relu().mean((2, 3))), self.aux1(trunk)


def step(target, smoothing, weight):
    net = TwoHeads()
    images = fill((4, 1, 8, 8), 3).requires_grad_()
    main, aux = net(images)
    losses = [cross_entropy(output, target, label_smoothing=smoothing) for output in (main, aux)]
    (losses[0] + weight * losses[1]).backward()
    return {
        "loss": float(losses[0]),
        "auxiliary": float(losses[1]),
        "output": main.flatten().tolist(),
        "auxiliaryOutput": aux.flatten().tolist(),
        "inputGradient": images.grad.flatten().tolist(),
        "gradients": {n: p.grad.flatten().tolist() for n, p in net.named_parameters()},
    }


soft = torch.softmax(fill((4, 3), 2.0), 1)
print(json.dumps({
    "torch": torch.__version__,
    "smoothed": step(torch.tensor([0, 2, 1, 0]), 0.1, 0.3),
    "probabilities": step(soft, 0.0, 0.4),
    "mainOnly": step(torch.tensor([0, 2, 1, 0]), 0.1, 0.0),
    "targets": soft.flatten().tolist(),
}))
