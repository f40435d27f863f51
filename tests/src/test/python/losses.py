"""Writes training/losses.json: losses and gradients that PyTorch, torchvision and timm compute.

The focal loss of a softmax is written here from Lin and others (2017), and the distillation from Hinton, Vinyals
and Dean (2015); PyTorch differentiates both.

Run from src/test:  python3 python/losses.py TIMM > resources/training/losses.json
where TIMM is a folder made by:  pip install --no-deps --target TIMM timm==1.0.29
"""

import importlib
import json
import math
import sys
import types

import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

torch.set_default_dtype(torch.float64)

package = types.ModuleType("timm_loss")
package.__path__ = [sys.argv[1] + "/timm/loss"]
sys.modules["timm_loss"] = package
BinaryCrossEntropy = importlib.import_module("timm_loss.binary_cross_entropy").BinaryCrossEntropy


def fill(shape, phase):
    n = math.prod(shape)
    return torch.tensor([math.sin(phase + 0.7 * i) for i in range(n)]).reshape(shape)


CLASSES = torch.tensor([1, 0, 4, 2])
SOFT = torch.softmax(fill((4, 5), 2.0) * 2, 1)
SEVERAL = (fill((4, 5), 1.3) > 0).double()
TEACHER = fill((4, 5), 4.0) * 2
NUMBERS = fill((4, 5), 0.9) * 3
WEIGHTS = torch.tensor([1.0, 2.0, 0.5, 3.0, 0.25])


def case(loss):
    logits = fill((4, 5), 0.3).mul(3).requires_grad_()
    value = loss(logits)
    value.backward()
    return {"loss": float(value), "gradient": logits.grad.flatten().tolist()}


def focal(logits, target, gamma):
    log_p = F.log_softmax(logits, 1)
    return -(target * (1 - log_p.exp()) ** gamma * log_p).sum(1).mean()


def distill(logits, temperature, weight):
    soft = F.kl_div(
        F.log_softmax(logits / temperature, 1), F.softmax(TEACHER / temperature, 1), reduction="batchmean"
    )
    return (1 - weight) * F.cross_entropy(logits, CLASSES, label_smoothing=0.1) + weight * temperature**2 * soft


one_hot = F.one_hot(CLASSES, 5).double()
cases = {
    "bce": case(lambda x: F.binary_cross_entropy_with_logits(x, SEVERAL)),
    "bceSmoothed": case(lambda x: BinaryCrossEntropy(0.1)(x, CLASSES)),
    "bceMixed": case(lambda x: BinaryCrossEntropy(0.0)(x, SOFT)),
    "bceThreshold": case(lambda x: BinaryCrossEntropy(0.1, target_threshold=0.2)(x, CLASSES)),
    "bceMixedThreshold": case(lambda x: BinaryCrossEntropy(0.0, target_threshold=0.2)(x, SOFT)),
    "bceSummed": case(lambda x: BinaryCrossEntropy(0.1, sum_classes=True)(x, CLASSES)),
    "focal": case(lambda x: focal(x, one_hot, 2.0)),
    "focalSoft": case(lambda x: focal(x, SOFT, 0.5)),
    "focalPlain": case(lambda x: F.cross_entropy(x, CLASSES)),
    "sigmoidFocal": case(lambda x: sigmoid_focal_loss(x, SEVERAL, 0.25, 2.0, "mean")),
    "sigmoidFocalSoft": case(lambda x: sigmoid_focal_loss(x, SOFT, -1, 1.5, "mean")),
    "distilled": case(lambda x: distill(x, 4.0, 0.7)),
    "squared": case(lambda x: F.mse_loss(x, NUMBERS)),
    "absolute": case(lambda x: F.l1_loss(x, NUMBERS)),
    "huber": case(lambda x: F.huber_loss(x, NUMBERS)),
    "huberWide": case(lambda x: F.huber_loss(x, NUMBERS, delta=2.5)),
    "weighted": case(lambda x: F.cross_entropy(x, CLASSES, WEIGHTS)),
    "weightedSmoothed": case(lambda x: F.cross_entropy(x, CLASSES, WEIGHTS, label_smoothing=0.2)),
    "weightedSoft": case(lambda x: F.cross_entropy(x, SOFT, WEIGHTS, label_smoothing=0.1)),
}

json.dump(
    {
        "torch": torch.__version__,
        "timm": "1.0.29",
        "soft": SOFT.flatten().tolist(),
        "several": SEVERAL.flatten().tolist(),
        "teacher": TEACHER.flatten().tolist(),
        "numbers": NUMBERS.flatten().tolist(),
        "weights": WEIGHTS.tolist(),
        "cases": cases,
    },
    sys.stdout,
    indent=1,
)
print()
