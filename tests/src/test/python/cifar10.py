"""Trains CIFAR-10's ResNet-20 by the recipe of the example cifar10, for comparison.

    python3 cifar10.py FOLDER SEED [EPOCHS]

FOLDER has train/CLASS/*.jpg and test/CLASS/*.jpg of 32x32 pixels. Prints a line for each epoch.
"""
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


class Block(nn.Module):
    def __init__(self, inplanes, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.stride, self.missing = stride, planes - inplanes

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        before = self.missing // 2
        shortcut = x[:, :, :: self.stride, :: self.stride]
        shortcut = F.pad(shortcut, (0, 0, 0, 0, before, self.missing - before))
        return F.relu(y + shortcut)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        blocks, inplanes = [], 16
        for planes in (16, 32, 64):
            for i in range(3):
                blocks.append(Block(inplanes, planes, 2 if i == 0 and planes > 16 else 1))
                inplanes = planes
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(64, 10)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.blocks(F.relu(self.bn1(self.conv1(x))))
        return self.fc(x.mean((2, 3)))


def load(folder):
    images, labels = [], []
    for label, name in enumerate(sorted(p.name for p in folder.iterdir())):
        for file in sorted((folder / name).iterdir()):
            images.append(np.asarray(Image.open(file).convert("RGB")))
            labels.append(label)
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2), torch.tensor(labels)


def augment(images):
    n = len(images)
    padded = F.pad(images, (4, 4, 4, 4))
    result = torch.empty_like(images)
    for i in range(n):
        y, x = torch.randint(0, 9, (2,)).tolist()
        crop = padded[i, :, y : y + 32, x : x + 32]
        result[i] = crop.flip(2) if torch.rand(()) < 0.5 else crop
    return result


def normalised(images):
    return (images.float() / 255 - MEAN) / STD


def main():
    root, seed = Path(sys.argv[1]), int(sys.argv[2])
    epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 15
    torch.manual_seed(seed)
    images, labels = load(root / "train")
    tests, test_labels = load(root / "test")
    net = ResNet20()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for epoch in range(epochs):
        net.train()
        begin = time.time()
        total = 0.0
        for part in torch.randperm(len(images)).split(128):
            loss = F.cross_entropy(net(normalised(augment(images[part]))), labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(part)
        schedule.step()
        seconds = time.time() - begin
        net.eval()
        with torch.no_grad():
            logits = torch.cat([net(normalised(t)) for t in tests.split(200)])
        right = (logits.argmax(1) == test_labels).float().mean().item()
        print(
            f"epoch {epoch + 1}: training loss {total / len(images):.4f}, "
            f"test top-1 {100 * right:.2f} %; {len(images) / seconds:.0f} images/s",
            flush=True,
        )


main()
