"""Writes allowed/*.pth: what torch.load(weights_only=True) accepts beside tensors, in every format.

    cd ../resources/weights/allowed && python3 ../../../python/weights_only.py

Made with PyTorch 1.13, whose own weights_only accepts less; the list is that of PyTorch 2.11's
torch/_weights_only_unpickler.py, with frozensets and the factories of default dictionaries.
"""
import collections

import torch


def checkpoint():
    sd = collections.OrderedDict()
    sd["weight"] = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    sd["bias"] = torch.nn.Parameter(torch.tensor([0.5, -1.5]))
    deep = {"leaf": 7}
    for i in range(30): deep = {"d": deep}
    d = collections.defaultdict(list); d["a"].append(1)
    od = collections.OrderedDict([("z", 1), ("a", 2)])
    r = []; r.append((r,))
    return {"state_dict": sd, "epoch": 3, "big": 1 << 3000, "counter": collections.Counter("abca"), "default": d,
      "defaults": [collections.defaultdict(t) for t in (int, dict, float, str, bool, tuple)], "ordered": od,
      "bytes": b"\x00\xff", "bytearray": bytearray(b"ab\xff"), "size": sd["weight"].shape, "empty_size": torch.Size([]),
      "device": torch.device("cuda:1"), "dtype": torch.float64, "dtypes": [torch.complex64, torch.quint8, torch.bool],
      "layout": torch.strided, "set": {1, 2}, "frozen": frozenset([1, 2]), "complex": 1 + 2j, "none": None, "text": "\u00e9\U0001f600" * 3, "keys": {None: 1, (1, "a"): 2, 2.5: 3, True: 4, b"k": 5, torch.float16: 6},
      "deep": deep, "tuple": (1, (2, "x")), "cycle": r, "long text": "x" * 300,
      "complex tensor": torch.tensor([1 + 2j]), "sparse": torch.eye(3).to_sparse(), "quantised": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8),
      "expanded": torch.ones(1).expand(5), "attribute": None}
for p in (2, 3, 4, 5):
    c = checkpoint()
    torch.save(c, f"protocol{p}-zip.pth", pickle_protocol=p)
    torch.save(c, f"protocol{p}-legacy.pth", pickle_protocol=p, _use_new_zipfile_serialization=False)
t = collections.OrderedDict(w=torch.tensor([1., 2.]))
s = collections.OrderedDict(w=torch.tensor([3., 4.]))
torch.save({"epoch": 1, "optimizer": {"state": {0: {"exp_avg": torch.zeros(2), "exp_avg_sq": torch.zeros(2)}}}, "student": s, "teacher": t, "model_ema": t}, "several.pth")
torch.save({"ema": {"module": s, "decay": 0.9}, "again": s, "optimizer": {"state": {0: {"step": 1}}}}, "one-twice.pth")
