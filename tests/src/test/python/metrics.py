"""Writes training/metrics.json: what scikit-learn 1.6.1 says of recorded outputs and targets.

Run from src/test:  python3 python/metrics.py > resources/training/metrics.json
"""

import json
import math
import sys

import numpy as np
import sklearn
from sklearn import metrics

IMAGES, CLASSES = 40, 5


def fill(rows, columns, phase):
    n = rows * columns
    return np.array([math.sin(phase + 0.7 * i + 0.01 * i * i) for i in range(n)]).reshape(rows, columns)


logits = fill(IMAGES, CLASSES, 0.3) * 3
labels = (fill(IMAGES, CLASSES, 1.3) + 0.3 * logits > np.array([0.2, 0.9, -0.3, 1.2, 9.0])).astype(float)
ties = np.round(logits)  # many images with equal outputs
found = labels[:, :4]  # the last class has no image


def several(outputs):
    return {
        "mAP": metrics.average_precision_score(found, outputs[:, :4], average="macro"),
        "averagePrecision": metrics.average_precision_score(found, outputs[:, :4], average=None).tolist(),
        "macro F1": metrics.f1_score(labels, outputs > 0, average="macro", zero_division=0),
        "micro F1": metrics.f1_score(labels, outputs > 0, average="micro", zero_division=0),
    }


numbers = fill(IMAGES, 3, 0.3) * 5 + 2
wanted = numbers + fill(IMAGES, 3, 2.2)
wanted[:, 2] = 1.5  # always the same
json.dump(
    {
        "sklearn": sklearn.__version__,
        "labels": labels.flatten().tolist(),
        "logits": logits.flatten().tolist(),
        "several": several(logits),
        "severalTied": several(ties),
        "numbers": numbers.flatten().tolist(),
        "wanted": wanted.flatten().tolist(),
        "regression": {
            "MAE": metrics.mean_absolute_error(wanted, numbers),
            "RMSE": math.sqrt(metrics.mean_squared_error(wanted, numbers)),
            "R2": metrics.r2_score(wanted, numbers),
            "R2 of two": metrics.r2_score(wanted[:, :2], numbers[:, :2]),
        },
    },
    sys.stdout,
    indent=1,
)
print()
