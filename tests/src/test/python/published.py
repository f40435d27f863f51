"""Weights of a small network as somebody would publish them, and what PyTorch makes of a picture with them.

    python3 src/test/python/published.py src/test/resources

writes weights/published/tiny_birds.pth and tiny_birds.json, and weights/published/facts.tsv from torchvision's metadata
for the networks that are composed. Made with PyTorch 1.13 and torchvision 0.14.
"""
import json
import sys

import torch
import torchvision.models as models
from PIL import Image
from torch import nn
from torchvision.transforms import InterpolationMode
from torchvision.transforms._presets import ImageClassification

OUT = sys.argv[1]


class Aux(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc2 = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc2(x.mean((2, 3)))


class Birds(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.aux1 = Aux()
        self.conv2 = nn.Conv2d(8, 12, 3, padding=1)
        self.classif = nn.Linear(12, 3)

    def forward(self, x):
        x = torch.relu(self.bn(self.conv(x)))
        x = torch.relu(self.conv2(x))
        return self.classif(x.mean((2, 3)))


torch.manual_seed(7)
net = Birds()
with torch.no_grad():
    net.bn.running_mean.uniform_(-0.5, 0.5)
    net.bn.running_var.uniform_(0.5, 1.5)
    net.bn.weight.uniform_(0.5, 1.5)
    net.classif.weight.mul_(20)
net.eval()
torch.save(net.state_dict(), OUT + "/weights/published/tiny_birds.pth")

# torchvision's transform_input: ImageNet's normalisation becomes one with mean and deviation 0.5.
HALF = [0.5, 0.5, 0.5]
preset = ImageClassification(crop_size=32, resize_size=36, mean=HALF, std=HALF, interpolation=InterpolationMode.BICUBIC)
picture = preset(Image.open(OUT + "/images/flower.jpg").convert("RGB")).unsqueeze(0)
with torch.no_grad():
    scores = torch.softmax(net(picture).double(), 1)[0]
json.dump({"probabilities": scores.tolist()}, open(OUT + "/weights/published/tiny_birds.json", "w"))

NETWORKS = {
    "googlenet": models.GoogLeNet_Weights,
    "inception_v3": models.Inception_V3_Weights,
    "vgg16_bn": models.VGG16_BN_Weights,
    "squeezenet1_1": models.SqueezeNet1_1_Weights,
    "mobilenet_v2": models.MobileNet_V2_Weights,
    "mobilenet_v3_small": models.MobileNet_V3_Small_Weights,
    "efficientnet_b0": models.EfficientNet_B0_Weights,
    "regnet_y_400mf": models.RegNet_Y_400MF_Weights,
}
with open(OUT + "/weights/published/facts.tsv", "w") as facts:
    facts.write("name\turl\tresize\tcrop\tmean\tstd\tinterpolation\tparameters\n")
    for name, weights in NETWORKS.items():
        # With the auxiliary heads, which the files have.
        values = sum(p.numel() for p in models.get_model(name, init_weights=False).parameters()) \
            if name in ("googlenet", "inception_v3") else weights.DEFAULT.meta["num_params"]
        for each in weights:
            t = each.transforms()
            row = [f"{name}_{each.name}".upper(), each.url, t.resize_size[0], t.crop_size[0],
                   ",".join(map(str, t.mean)), ",".join(map(str, t.std)), t.interpolation.value, values]
            facts.write("\t".join(map(str, row)) + "\n")
