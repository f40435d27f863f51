"""Writes training/torch.json: what PyTorch's schedulers, optimizers, clipping, smoothing and averaging do.

Run from src/test:  python3 python/training.py > resources/training/torch.json
"""

import json
import math

import torch
from torch.optim import lr_scheduler as lr
from torch.optim.swa_utils import AveragedModel

torch.set_default_dtype(torch.float64)


def rates(make, count, base=0.1):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    scheduler = make(optimizer)
    values = []
    for _ in range(count):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def warm(optimizer, epochs, first, main):
    return lr.SequentialLR(
        optimizer, [lr.LinearLR(optimizer, first, total_iters=epochs), main], [epochs]
    )


schedules = {
    "step": rates(lambda o: lr.StepLR(o, 3, 0.5), 12),
    "multiStep": rates(lambda o: lr.MultiStepLR(o, [4, 9], 0.1), 12),
    "cosine": rates(lambda o: lr.CosineAnnealingLR(o, 12), 12),
    "cosineTo": rates(lambda o: lr.CosineAnnealingLR(o, 12, eta_min=0.01), 12),
    "oneCycle": rates(lambda o: lr.OneCycleLR(o, 0.1, total_steps=60), 60),
    "warmCosine": rates(lambda o: warm(o, 3, 0.01, lr.CosineAnnealingLR(o, 9)), 12),
    "warmStep": rates(lambda o: warm(o, 2, 0.1, lr.StepLR(o, 4, 0.1)), 12),
}


def fill(shape, phase):
    n = math.prod(shape)
    return torch.tensor([math.sin(phase + 0.7 * i) for i in range(n)]).reshape(shape)


class Net(torch.nn.Module):
    """A weight that decays and a bias that may not; gradients are given, not computed."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(fill((3, 4), 0.1))
        self.bias = torch.nn.Parameter(fill((3,), 0.5))


def steps(make, exempt, clip=None, count=5):
    net = Net()
    decay = make.keywords.pop("weight_decay", 0.0)
    groups = [
        {"params": [net.weight], "weight_decay": decay},
        {"params": [net.bias], "weight_decay": 0.0 if exempt else decay},
    ]
    optimizer = make(groups)
    average = AveragedModel(net, avg_fn=lambda mean, value, count: 0.9 * mean + 0.1 * value)
    result = []
    for step in range(count):
        net.weight.grad = fill((3, 4), 1.0 + step) * 0.01
        net.bias.grad = fill((3,), 2.0 + step) * 0.01
        norm = None
        if clip:
            norm = float(torch.nn.utils.clip_grad_norm_(net.parameters(), clip))
        optimizer.step()
        average.update_parameters(net)
        flat = torch.cat([net.weight.flatten(), net.bias]).tolist()
        mean = torch.cat([average.module.weight.flatten(), average.module.bias]).tolist()
        result.append({"parameters": flat, "average": mean, "norm": norm})
    return result


class Make:
    def __init__(self, kind, **keywords):
        self.kind, self.keywords = kind, keywords

    def __call__(self, groups):
        return self.kind(groups, **self.keywords)


optimizers = {
    "sgd": steps(Make(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=1e-2), False),
    "sgdExempt": steps(Make(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=1e-2), True),
    "adam": steps(Make(torch.optim.Adam, lr=0.01, weight_decay=1e-2), False),
    "adamw": steps(Make(torch.optim.AdamW, lr=0.01, weight_decay=0.1), False),
    "adamwExempt": steps(Make(torch.optim.AdamW, lr=0.01, weight_decay=0.1), True),
    "clipped": steps(Make(torch.optim.SGD, lr=0.1, momentum=0.9), False, clip=0.02),
}


def smoothed(target, smoothing):
    logits = fill((4, 5), 0.3).mul(3).requires_grad_()
    loss = torch.nn.functional.cross_entropy(logits, target, label_smoothing=smoothing)
    loss.backward()
    return {"loss": float(loss), "gradient": logits.grad.flatten().tolist()}


soft = torch.softmax(fill((4, 5), 2.0), 1)
losses = {
    "classes": smoothed(torch.tensor([1, 0, 4, 2]), 0.1),
    "probabilities": smoothed(soft, 0.2),
}

print(json.dumps({
    "torch": torch.__version__,
    "schedules": schedules,
    "optimizers": optimizers,
    "losses": losses,
    "probabilities": soft.flatten().tolist(),
}, indent=1))
