"""Writes the images and numbers that the tests of io.blockwork.image and io.blockwork.data are held to.

Run with PIL 9.4.0 (libjpeg-turbo 2.1.5), torch 1.13 and torchvision 0.14 in this folder:
    python3 make_references.py
"""
import io
import json
import struct
import zlib

import numpy as np
import torch
from PIL import Image, ImageOps
from torchvision import transforms as T
from torchvision.transforms import functional as F

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def pattern(width, height, channels):
    """Noise that Java repeats: see Patterns.java."""
    i = np.arange(width * height * channels, dtype=np.uint64)
    a = ((i * 2654435761) % 2**32 >> 15 & 255).astype(np.uint8).reshape(height, width, channels)
    return Image.fromarray(a[:, :, 0] if channels == 1 else a)


def facts(image):
    raw = image.tobytes()
    return {"width": image.width, "height": image.height, "crc32": zlib.crc32(raw), "first": list(raw[:6])}


def crop224(name):
    image = Image.open(name).convert("RGB")
    crop = T.Compose([T.Resize(256), T.CenterCrop(224)])(image)
    crop.save(name.replace(".jpg", "-224.png"), optimize=True)
    x = F.normalize(F.to_tensor(crop), MEAN, STD)
    return {
        "decodedCrc32": zlib.crc32(image.tobytes()),
        "cropCrc32": zlib.crc32(crop.tobytes()),
        "sum": float(x.double().sum()),
        "squares": float((x.double() ** 2).sum()),
        "values": [float(x[c, y, z]) for c, y, z in ((0, 0, 0), (1, 111, 111), (2, 223, 223), (0, 17, 200))],
    }


def resizes():
    out = []
    for c in (1, 3):
        for w, h, nw, nh in ((37, 29, 16, 16), (37, 29, 64, 48), (37, 29, 37, 11), (37, 29, 12, 29),
                             (5, 3, 40, 17), (200, 150, 7, 5), (33, 65, 32, 64), (1, 1, 4, 4), (64, 64, 1, 1)):
            for name, mode in (("BILINEAR", Image.BILINEAR), ("BICUBIC", Image.BICUBIC)):
                out.append({"size": [w, h, c, nw, nh], "mode": name,
                            **facts(pattern(w, h, c).resize((nw, nh), mode))})
    return out


def shorter_sides():
    return [{"size": [w, h, s], **facts(F.resize(pattern(w, h, 3), s))}
            for w, h, s in ((37, 29, 16), (29, 37, 16), (31, 31, 20), (100, 31, 31), (53, 101, 67))]


def center_crops():
    return [{"size": [w, h, s], **facts(F.center_crop(pattern(w, h, 3), s))}
            for w, h, s in ((37, 29, 16), (38, 29, 16), (37, 29, 29), (37, 29, 32), (20, 15, 32), (21, 16, 33), (35, 39, 32))]


def colors():
    photo = Image.open("china.jpg").convert("RGB").crop((100, 100, 228, 196))
    out = []
    for kind, factors, f in (("brightness", (0, 0.3, 0.77, 1, 1.4, 2.5), F.adjust_brightness),
                             ("contrast", (0, 0.3, 0.77, 1, 1.4, 2.5), F.adjust_contrast),
                             ("saturation", (0, 0.3, 0.77, 1, 1.4, 2.5), F.adjust_saturation),
                             ("hue", (-0.5, -0.27, -0.1, 0, 0.05, 0.31, 0.5), F.adjust_hue)):
        for factor in factors:
            for source, image in (("pattern3", pattern(37, 29, 3)), ("pattern1", pattern(37, 29, 1)), ("china", photo)):
                out.append({"kind": kind, "factor": factor, "source": source, **facts(f(image, factor))})
    return out


def hue_of_all_colors():
    """Every third level of each channel, in order, as one row of pixels a red level."""
    levels = np.arange(0, 256, 3, dtype=np.uint8)
    r, g, b = np.meshgrid(levels, levels, levels, indexing="ij")
    cube = np.stack([r, g, b], -1).reshape(len(levels), -1, 3)
    return facts(F.adjust_hue(Image.fromarray(cube), 0.0))


def resized_crops():
    return [{"region": [t, l, h, w, s], **facts(F.resized_crop(pattern(60, 50, 3), t, l, h, w, [s, s]))}
            for t, l, h, w, s in ((3, 5, 20, 31, 16), (0, 0, 50, 60, 24), (10, 11, 7, 9, 32), (49, 59, 1, 1, 8))]


def padded_crops():
    out = []
    for left, top in ((0, 0), (4, 4), (8, 8), (3, 7)):
        image = F.crop(F.pad(pattern(32, 32, 3), [4, 4, 4, 4], fill=9), top, left, 32, 32)
        out.append({"at": [left, top], **facts(image)})
    return out


def batch():
    x = torch.from_numpy(np.stack([np.asarray(pattern(6, 5, 3)).transpose(2, 0, 1) + i for i in range(4)]).astype(np.float32)) / 7
    y = torch.nn.functional.one_hot(torch.tensor([2, 0, 1, 2]), 3).float()
    return x, y


def mixup(lam):
    x, y = batch()
    x, y = x * lam + x.roll(1, 0) * (1 - lam), y * lam + y.roll(1, 0) * (1 - lam)
    return {"lambda": lam, "images": x.flatten().tolist(), "labels": y.flatten().tolist()}


def cutmix(lam, r_x, r_y):
    """torchvision's references/classification/transforms.py, RandomCutmix, on given numbers."""
    x, y = batch()
    _, _, h, w = x.shape
    r = 0.5 * (1 - lam) ** 0.5
    half_w, half_h = int(r * w), int(r * h)
    x1, y1, x2, y2 = max(0, r_x - half_w), max(0, r_y - half_h), min(w, r_x + half_w), min(h, r_y + half_h)
    rolled = x.roll(1, 0)
    x[:, :, y1:y2, x1:x2] = rolled[:, :, y1:y2, x1:x2]
    stays = 1 - (x2 - x1) * (y2 - y1) / (w * h)
    y = y * stays + y.roll(1, 0) * (1 - stays)
    return {"lambda": lam, "center": [r_x, r_y], "images": x.flatten().tolist(), "labels": y.flatten().tolist()}


def segment(code, payload):
    return bytes([0xFF, code]) + struct.pack(">H", len(payload) + 2) + payload


def replace_app0(jpeg, new):
    assert jpeg[2:4] == b"\xff\xe0"
    length = struct.unpack(">H", jpeg[4:6])[0]
    return jpeg[:2] + new + jpeg[4 + length:]


def png(width, height, depth, color, rows, extra=b""):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    raw = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
            + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def adobe(transform):
    return segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform))


def lossless(image, ids):
    """A lossless JPEG (SOF3, predictor 1), which the JDK does not read; every category's code has 5 bits."""
    a = np.asarray(image).astype(int).reshape(image.height, image.width, -1)
    n = a.shape[2]
    bits = []
    for y in range(image.height):
        for x in range(image.width):
            for c in range(n):
                left = a[y, x - 1, c] if x else (a[y - 1, x, c] if y else 128)
                d = int(a[y, x, c]) - int(left)
                size = abs(d).bit_length()
                bits += [size >> i & 1 for i in range(4, -1, -1)]
                value = d if d >= 0 else d + (1 << size) - 1
                bits += [value >> i & 1 for i in range(size - 1, -1, -1)]
    bits += [1] * (-len(bits) % 8)
    scan = np.packbits(np.array(bits, np.uint8)).tobytes().replace(b"\xff", b"\xff\0")
    frame = struct.pack(">BHHB", 8, image.height, image.width, n) + b"".join(bytes([i, 0x11, 0]) for i in ids)
    table = b"\0" + bytes([0, 0, 0, 0, 17] + [0] * 11) + bytes(range(17))
    header = bytes([n]) + b"".join(bytes([i, 0]) for i in ids) + bytes([1, 0, 0])
    return (b"\xff\xd8" + segment(0xC3, frame) + segment(0xC4, table) + segment(0xDA, header) + scan + b"\xff\xd9")


def formats():
    photo = Image.open("flower.jpg").convert("RGB").crop((250, 120, 287, 149))
    files = {}

    def save(name, image, **options):
        out = io.BytesIO()
        image.save(out, **options)
        files[name] = out.getvalue()

    for sampling in (0, 1, 2):
        save(f"sampling{sampling}.jpg", photo, format="JPEG", quality=85, subsampling=sampling)
    save("progressive.jpg", photo, format="JPEG", progressive=True)
    save("grey.jpg", photo.convert("L"), format="JPEG")
    # noise in the black plate, so that CMYK to RGB has something to do
    cmyk = Image.merge("CMYK", (*photo.split(), pattern(37, 29, 1)))
    save("cmyk.jpg", cmyk, format="JPEG", quality=95)
    at = files["cmyk.jpg"].index(b"Adobe") + 11
    files["ycck.jpg"] = files["cmyk.jpg"][:at] + b"\x02" + files["cmyk.jpg"][at + 1:]
    files["no-jfif.jpg"] = replace_app0(files["sampling2.jpg"], b"")
    files["adobe-rgb.jpg"] = replace_app0(files["sampling0.jpg"], adobe(0))
    files["adobe-ycc.jpg"] = replace_app0(files["sampling2.jpg"], adobe(1))
    jfif_end = 4 + struct.unpack(">H", files["sampling0.jpg"][4:6])[0]
    files["jfif-and-adobe.jpg"] = files["sampling0.jpg"][:jfif_end] + adobe(0) + files["sampling0.jpg"][jfif_end:]
    named = bytearray(files["no-jfif.jpg"])
    frame, scan = named.index(b"\xff\xc0"), named.index(b"\xff\xda")
    for i, name in enumerate(b"RGB"):
        named[frame + 10 + 3 * i] = named[scan + 5 + 2 * i] = name
    files["ids-rgb.jpg"] = bytes(named)
    zero = bytearray(named)
    for i in range(3):
        zero[frame + 10 + 3 * i] = zero[scan + 5 + 2 * i] = i
    files["ids-012.jpg"] = bytes(zero)
    files["no-end.jpg"] = files["sampling2.jpg"][:-2]
    files["trailing.jpg"] = files["sampling2.jpg"] + b"something after the end"
    files["broken-profile.jpg"] = files["sampling2.jpg"][:2] + segment(0xE2, b"ICC_PROFILE\0\1\1nonsense") + files["sampling2.jpg"][2:]
    for o in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = o
        save(f"exif{o}.jpg", photo, format="JPEG", exif=exif.tobytes())
    for mode in ("RGB", "RGBA", "L", "LA", "P", "1"):
        image = photo
        if mode in ("RGBA", "LA"):
            image = photo.convert("RGBA")
            image.putalpha(pattern(37, 29, 1))
        save(f"{mode}.png", image.convert(mode), format="PNG")
    expected = {}
    for name, data in files.items():
        if name == "no-end.jpg":  # all pixels are there; PIL refuses it, we do not
            data = files["sampling2.jpg"]
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        expected[name] = facts(image)
    # 16 bits: the high byte, which is what PIL takes of RGB; of grey it would clip
    high = np.asarray(pattern(11, 7, 3)).astype(np.uint16)
    wide = (high << 8 | (255 - high)).astype(">u2")
    files["rgb16.png"] = png(11, 7, 16, 2, [r.tobytes() for r in wide])
    files["grey16.png"] = png(11, 7, 16, 0, [r[:, :1].tobytes() for r in wide])
    expected["rgb16.png"] = facts(Image.open(io.BytesIO(files["rgb16.png"])).convert("RGB"))
    expected["grey16.png"] = facts(Image.fromarray(high[:, :, 0].astype(np.uint8)).convert("RGB"))
    # PIL does not read lossless JPEGs either; what went in must come out
    files["lossless-grey.jpg"] = lossless(pattern(11, 7, 1), [1])
    files["lossless-rgb.jpg"] = lossless(pattern(11, 7, 3), [ord(c) for c in "RGB"])
    expected["lossless-grey.jpg"] = facts(pattern(11, 7, 1).convert("RGB"))
    expected["lossless-rgb.jpg"] = facts(pattern(11, 7, 3))
    for depth in (1, 2, 4):
        rows = [bytes((37 * x + 91 * y) & 255 for x in range((13 * depth + 7) // 8)) for y in range(9)]
        name = f"grey{depth}.png"
        files[name] = png(13, 9, depth, 0, rows)
        expected[name] = facts(Image.open(io.BytesIO(files[name])).convert("RGB"))
    for name, data in files.items():
        with open(f"formats/{name}", "wb") as f:
            f.write(data)
    return expected


if __name__ == "__main__":
    references = {
        "formats": formats(),
        "crop224": {n: crop224(n) for n in ("china.jpg", "flower.jpg")},
        "resizes": resizes(),
        "shorterSides": shorter_sides(),
        "centerCrops": center_crops(),
        "colors": colors(),
        "hueOfAllColors": hue_of_all_colors(),
        "resizedCrops": resized_crops(),
        "paddedCrops": padded_crops(),
        "mixup": [mixup(lam) for lam in (0.3, 0.0, 1.0)],
        "cutmix": [cutmix(*a) for a in ((0.5, 2, 3), (0.2, 0, 0), (0.99, 3, 3), (0.0, 5, 4))],
    }
    with open("references.json", "w") as f:
        f.write("{\n" + ",\n".join(f'"{k}": ' + (("{\n" + ",\n".join(f"  {json.dumps(a)}: {json.dumps(b)}" for a, b in v.items()) + "}") if isinstance(v, dict) else "[\n" + ",\n".join("  " + json.dumps(b) for b in v) + "]") for k, v in references.items()) + "\n}\n")
