"""Writes initial.tsv: mean, deviation and largest magnitude of every tensor of new networks.

    python3 initial.py > ../resources/initial/initial.tsv

Torchvision's constructors make the networks, with torchvision 0.14 and torch 1.13. timm's Inception-ResNet v2 sets no
initial values of its own (timm/models/inception_resnet_v2.py), so that its tensors are made by torch's modules of the
shapes that the golden figures list.

A line is the network, the tensor, the number of its values, their mean, their deviation (of the population) and the
largest magnitude.
"""
import json
import os

import torch
import torchvision

NAMES = ["resnet18", "resnet50", "resnext50_32x4d", "densenet121", "googlenet", "inception_v3", "vgg16_bn",
         "squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "regnet_y_400mf"]
GOLDEN = os.path.join(os.path.dirname(__file__), "..", "resources", "golden", "inception_resnet_v2.json")


def print_line(network, name, tensor):
    values = tensor.detach().double().reshape(-1)
    mean = values.mean().item()
    deviation = values.std(unbiased=False).item()
    print("%s\t%s\t%d\t%.6g\t%.6g\t%.6g" % (network, name, values.numel(), mean, deviation, values.abs().max().item()))


def torchvisions(network):
    options = {"init_weights": True} if network in ("googlenet", "inception_v3") else {}
    return getattr(torchvision.models, network)(weights=None, **options)


def timms():
    """Torch's own initial values, module by module: a convolution or linear layer has a weight, maybe with a bias."""
    shapes = dict((name, shape) for name, shape in json.load(open(GOLDEN))["state"])
    for name, shape in shapes.items():
        if not name.endswith(".weight"):
            continue
        module = name[:-len(".weight")]
        bias = module + ".bias" in shapes
        if len(shape) == 4:
            made = torch.nn.Conv2d(shape[1], shape[0], (shape[2], shape[3]), bias=bias)
        elif len(shape) == 2:
            made = torch.nn.Linear(shape[1], shape[0])
        else:
            made = torch.nn.BatchNorm2d(shape[0])
        for part, tensor in made.state_dict().items():
            assert list(tensor.shape) == shapes[module + "." + part], module
            yield module + "." + part, tensor


if __name__ == "__main__":
    torch.manual_seed(0)
    for each in NAMES:
        for key, value in torchvisions(each).state_dict().items():
            print_line(each, key, value)
    for key, value in timms():
        print_line("inception_resnet_v2", key, value)
