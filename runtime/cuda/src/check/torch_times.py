"""What PyTorch takes for what check.sh measures, on the same machine.

usage: torch_times.py SECONDS WORK...   works: i1 i32 i256 (ResNet-50), d1 d32 d256 (DenseNet-121), t256 (training step of
ResNet-50), c128 (training step of CIFAR's ResNet-20, bfloat16); a c in front compiles: ci1, ...
"""
import statistics
import sys
import time

BEGIN = time.time()
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

LIMIT = float(sys.argv[1])
DEVICE = torch.device("cuda")
torch.backends.cudnn.benchmark = True


def milliseconds(run, warm, times):
    for _ in range(warm):
        run()
    torch.cuda.synchronize()
    found = []
    for _ in range(times):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        run()
        end.record()
        end.synchronize()
        found.append(begin.elapsed_time(end))
    return statistics.median(found)


def recorded(run):
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


class Block(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Identity()
        if stride != 1:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x), inplace=True)


def resnet20():
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    channels = 16
    for width in (16, 32, 64):
        for block in range(3):
            layers.append(Block(channels, width, 2 if width > 16 and block == 0 else 1))
            channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def forms(name, run, times, compiled):
    text = f">> PYTORCH {name}: eager {milliseconds(run, 3, times):.3f} ms"
    try:
        text += f", CUDA graph {milliseconds(recorded(run), 3, times):.3f} ms"
    except Exception as e:
        text += f", no CUDA graph ({str(e)[:80]})"
    if compiled is not None:
        try:
            text += f", compiled {milliseconds(compiled, 5, times):.3f} ms"
        except Exception as e:
            text += f", not compiled ({str(e)[:80]})"
    print(text, flush=True)


def inference(name, model, batch, times, compiles):
    network = model().to(DEVICE, torch.bfloat16, memory_format=torch.channels_last).eval()
    images = torch.randn(batch, 3, 224, 224, device=DEVICE, dtype=torch.bfloat16).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        forms(f"{name} bf16 inference batch {batch}", lambda: network(images), times, None)
    if compiles:
        import torch._inductor.config as config

        config.freezing = True
        with torch.no_grad():
            made = torch.compile(network, mode="reduce-overhead")
            made(images)
            print(f">> PYTORCH {name} bf16 inference batch {batch}: compiled {milliseconds(lambda: made(images), 5, times):.3f} ms", flush=True)


def training(name, network, batch, side, classes, times):
    network = network.to(DEVICE, torch.bfloat16, memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.02, momentum=0.9, weight_decay=1e-4, foreach=True)
    images = torch.randn(batch, 3, side, side, device=DEVICE, dtype=torch.bfloat16).to(memory_format=torch.channels_last)
    labels = torch.arange(batch, device=DEVICE) % classes

    def passes():
        optimizer.zero_grad(set_to_none=False)
        F.cross_entropy(network(images).float(), labels).backward()

    def step():
        passes()
        optimizer.step()

    forms(f"{name} bf16 forward and backward batch {batch}", passes, times, None)
    forms(f"{name} bf16 training step batch {batch}", step, times, None)


def work(what):
    compiles = what[0] == "c" and what[1] in "id"
    kind = what[1:] if compiles else what
    batch = int(kind[1:])
    if kind[0] == "i":
        inference("resnet50", torchvision.models.resnet50, batch, 25, compiles)
    elif kind[0] == "d":
        inference("densenet121", torchvision.models.densenet121, batch, 15, compiles)
    elif kind[0] == "t":
        training("resnet50", torchvision.models.resnet50(), batch, 224, 1000, 6)
    else:
        training("resnet20", resnet20(), batch, 32, 10, 30)


print(f"PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}, {torch.cuda.get_device_name(0)}, imported in {time.time() - BEGIN:.1f} s", flush=True)
for each in sys.argv[2:]:
    if time.time() - BEGIN > LIMIT:
        print(f"!! no time left for {each}", flush=True)
        continue
    begin = time.time()
    try:
        work(each)
    except Exception as e:
        print(f"!! PYTORCH {each}: {type(e).__name__}: {str(e)[:200]}", flush=True)
    torch.cuda.empty_cache()
