"""Writes data/shard-0.tar and data/shard-1.tar as WebDataset's TarWriter would: with Python's tarfile, in pax and GNU format.

Run from src/test:  python3 python/shards.py resources/data
"""

import io
import pickle
import sys
import tarfile

from PIL import Image


def png(value):
    out = io.BytesIO()
    Image.new("RGB", (3, 2), (value, value, value)).save(out, "png")
    return out.getvalue()


def write(path, form, samples):
    with tarfile.open(path, "w", format=form) as tar:
        for key, members in samples:
            for kind, content in members:
                info = tarfile.TarInfo(key + "." + kind)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))


folder = sys.argv[1]
long = "a" * 90 + "/" + "b" * 90
write(
    folder + "/shard-0.tar",
    tarfile.PAX_FORMAT,
    [
        ("train/000000", [("png", png(10)), ("cls", b"1")]),
        ("train/000001", [("json", b"{}"), ("cls", b"0\n"), ("png", png(20)), ("pyd", pickle.dumps([1, 2]))]),
        (long + "\u00e9", [("png", png(30)), ("cls", b"2")]),
    ],
)
write(
    folder + "/shard-1.tar",
    tarfile.GNU_FORMAT,
    [
        ("noimage", [("cls", b"1"), ("txt", b"nothing to see")]),
        (long, [("cls", b"1"), ("input.png", png(40))]),
        ("./nolabel", [("png", png(50))]),
    ],
)
