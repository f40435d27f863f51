"""Exports torchvision's networks with random weights for the peers. Argument: the folder for the files.

Each network becomes NAME.onnx for ONNX Runtime and these TorchScript files for DJL: NAME.pt (traced), NAME.frozen.pt
(batch norms folded), NAME.frozen-nhwc.pt (frozen, channels-last) and NAME.bf16.pt (the same in bfloat16); of networks that are compared with
ONNX Runtime alone only the first is written. A file gets its name only when it is complete.
"""
import os
import sys

import torch
import torchvision


class ChannelsLast(torch.nn.Module):
    """The network with channels-last weights in a data type; takes and gives contiguous single precision."""

    def __init__(self, net, dtype):
        super().__init__()
        self.net = net.to(dtype=dtype, memory_format=torch.channels_last)
        self.dtype = dtype

    def forward(self, images):
        return self.net(images.to(self.dtype).contiguous(memory_format=torch.channels_last)).float()


def export(name, folder, size=224, scripts=True, **options):
    torch.manual_seed(0)
    net = getattr(torchvision.models, name)(weights=None, **options).eval()
    images = torch.rand(1, 3, size, size)

    def write(suffix, save):
        path = os.path.join(folder, name + suffix)
        save(path + ".part")
        os.replace(path + ".part", path)

    any_batch = {"images": {0: "n"}, "scores": {0: "n"}}
    write(".onnx", lambda path: torch.onnx.export(
        net, images, path, opset_version=13, input_names=["images"], output_names=["scores"], dynamic_axes=any_batch))
    if not scripts:
        return
    with torch.no_grad():
        traced = torch.jit.trace(net, images)
        write(".pt", traced.save)
        write(".frozen.pt", torch.jit.freeze(traced).save)
        for suffix, dtype in [(".frozen-nhwc.pt", torch.float32), (".bf16.pt", torch.bfloat16)]:
            traced = torch.jit.trace(ChannelsLast(net, dtype).eval(), images, check_trace=False)
            write(suffix, torch.jit.freeze(traced).save)


if __name__ == "__main__":
    for network in ["resnet18", "resnet50", "densenet121", "resnext50_32x4d"]:
        export(network, sys.argv[1])
    # Random weights of another kind would take a minute to draw.
    export("googlenet", sys.argv[1], scripts=False, init_weights=False)
    export("inception_v3", sys.argv[1], size=299, scripts=False, init_weights=False)
    for network in ["mobilenet_v2", "efficientnet_b0", "regnet_y_400mf"]:
        export(network, sys.argv[1], scripts=False)
