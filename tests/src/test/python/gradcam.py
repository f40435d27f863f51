"""Writes training/gradcam.json: Grad-CAM and saliency of the published CIFAR ResNet-20, by PyTorch in double.

The maps are those of the class that the network answers, for the first five test photographs of each class.

Run from src/test:  python3 python/gradcam.py DATA > resources/training/gradcam.json
where DATA has resnet20-12fca82f.th and cifar10-jpg.tar.
"""

import io
import json
import sys
import tarfile

import numpy
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

torch.set_default_dtype(torch.float64)


class Block(nn.Module):
    def __init__(self, inside, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.pad = stride != 1 or inside != planes

    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.pad:
            quarter = self.conv1.out_channels // 4
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, quarter, quarter))
        return F.relu(out + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        self.maps = {}
        x = F.relu(self.bn1(self.conv1(x)))
        for name in ("layer1", "layer2", "layer3"):
            x = getattr(self, name)(x)
            self.maps[name] = x
        return self.linear(x.mean((2, 3)))


data = sys.argv[1]
state = torch.load(data + "/resnet20-12fca82f.th", map_location="cpu")["state_dict"]
net = ResNet20()
net.load_state_dict({name.replace("module.", ""): value.double() for name, value in state.items()})
net.eval()

names, pictures, counts = [], [], {}
with tarfile.open(data + "/cifar10-jpg.tar") as tar:
    for member in tar:
        parts = member.name.split("/")
        if parts[0] == "test" and member.name.endswith(".jpg") and counts.get(parts[1], 0) < 5:
            counts[parts[1]] = counts.get(parts[1], 0) + 1
            names.append(member.name)
            pictures.append(numpy.asarray(Image.open(io.BytesIO(tar.extractfile(member).read())).convert("RGB")))

x = torch.from_numpy(numpy.stack(pictures)).permute(0, 3, 1, 2).double() / 255
x = (x - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
x.requires_grad_()
logits = net(x)
answers = logits.argmax(1)
score = logits.gather(1, answers[:, None]).sum()
gradients = torch.autograd.grad(score, [net.maps["layer2"], net.maps["layer3"], x])


def cam(values, gradient):
    return F.relu((gradient.mean((2, 3), keepdim=True) * values).sum(1))


def numbers(tensor):
    return [[float("%.9g" % v) for v in image.flatten().tolist()] for image in tensor]


json.dump(
    {
        "torch": torch.__version__,
        "images": names,
        "answers": answers.tolist(),
        "layer2": numbers(cam(net.maps["layer2"], gradients[0])[:5]),
        "layer3": numbers(cam(net.maps["layer3"], gradients[1])),
        "saliency": numbers(gradients[2].abs().amax(1)[:3]),
    },
    sys.stdout,
)
print()
