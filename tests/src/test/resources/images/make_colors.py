"""Writes the images in colors/, and to colors.json what PIL makes of them: tests of io.blockwork.image are held to it.

Run with PIL 9.4.0 (libjpeg-turbo 2.1.5, libtiff 4.5.0) and numpy in this folder:
    python3 make_colors.py

All pixels are the noise that make_references.py makes too. Files in "refused" are of kinds that have no fixed colours, or that
Blockwork does not read as PIL does; there a part of the message is given.
"""
import io
import json
import os
import struct
import zlib

import numpy as np
from PIL import Image, TiffImagePlugin

W, H = 13, 9


def pattern(width, height, channels):
    i = np.arange(width * height * channels, dtype=np.uint64)
    a = ((i * 2654435761) % 2**32 >> 15 & 255).astype(np.uint8).reshape(height, width, channels)
    return Image.fromarray(a[:, :, 0] if channels == 1 else a)


def encoded(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def tiff(tags, data):
    """A little-endian TIFF of one strip. Tags: number -> (type, count, value or bytes)."""
    extra = 8 + 2 + 12 * (len(tags) + 1) + 4
    start = extra + sum(len(v) + len(v) % 2 for _, _, v in tags.values() if isinstance(v, bytes) and len(v) > 4)
    entries, more = b"", b""
    for tag, (kind, count, value) in sorted({**tags, 273: (4, 1, start)}.items()):
        if isinstance(value, bytes) and len(value) > 4:
            entries += struct.pack("<HHII", tag, kind, count, extra + len(more))
            more += value + b"\0" * (len(value) % 2)
        elif isinstance(value, bytes):
            entries += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
        else:
            entries += struct.pack("<HHI", tag, kind, count) + struct.pack("<HH" if kind == 3 else "<I", *([value, 0] if kind == 3 else [value]))
    return b"II*\0" + struct.pack("<IH", 8, len(tags) + 1) + entries + b"\0\0\0\0" + more + data


def raw_tiff(bits, photometric, samples, data, **more):
    tags = {256: (4, 1, W), 257: (4, 1, H), 258: (3, samples, struct.pack(f"<{samples}H", *[bits] * samples)), 259: (3, 1, 1),
            262: (3, 1, photometric), 277: (3, 1, samples), 278: (4, 1, H), 279: (4, 1, len(data))}
    tags.update({int(key[1:]): value for key, value in more.items()})
    return tiff(tags, data)


def shorts(*values):
    return struct.pack(f"<{len(values)}H", *values)


def bmp(bits, masks, rows, compression):
    masks = b"".join(struct.pack("<I", m) for m in masks)
    data = b"".join(row + b"\0" * (-len(row) % 4) for row in rows)
    start = 14 + 40 + len(masks)
    return (b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start)
            + struct.pack("<IiiHHIIiiII", 40, W, H, 1, bits, compression, len(data), 2835, 2835, 0, 0) + masks + data)


def small_frame(**options):
    """A GIF whose picture fills a part of its screen."""
    data = bytearray(encoded(pattern(5, 4, 3).quantize(8), format="GIF", **options))
    data[6:10] = struct.pack("<HH", W, H)
    at = data.index(b"\x2c", 13 + 3 * 2 ** ((data[10] & 7) + 1))
    data[at + 1:at + 5] = struct.pack("<HH", 3, 2)
    return bytes(data)


def read():
    grey, rgb = pattern(W, H, 1), pattern(W, H, 3)
    other = grey.rotate(180)
    cmyk = Image.merge("CMYK", (*rgb.split(), other))
    rgba, la = rgb.copy(), grey.copy()
    rgba.putalpha(grey)
    la.putalpha(other)
    palette = rgb.quantize(50)
    wide = (np.asarray(rgb).astype(np.uint16) << 8 | 255 - np.asarray(rgb)).astype("<u2")
    packed = (np.arange(W * H, dtype=np.uint64) * 40503 % 65536).astype("<u2").reshape(H, W)
    files = {}
    for name, image in (("1", grey.convert("1")), ("L", grey), ("LA", la), ("P", palette), ("RGB", rgb), ("RGBA", rgba), ("CMYK", cmyk)):
        files[f"{name}.tif"] = encoded(image, format="TIFF")
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
        files[f"CMYK-{compression}.tif"] = encoded(cmyk, format="TIFF", compression=compression)
    files["jpeg-YCbCr.tif"] = encoded(pattern(32, 32, 3).convert("YCbCr"), format="TIFF", compression="jpeg", quality=95)
    files["group4.tif"] = encoded(grey.convert("1"), format="TIFF", compression="group4")
    files["white-is-zero.tif"] = raw_tiff(8, 0, 1, grey.tobytes())
    files["rgb16.tif"] = raw_tiff(16, 2, 3, wide.tobytes())
    files["premultiplied.tif"] = raw_tiff(8, 2, 4, rgba.tobytes(), _338=(3, 1, 1))
    files["rgbx.tif"] = raw_tiff(8, 2, 4, rgba.tobytes(), _338=(3, 1, 0))
    files["grey4.tif"] = raw_tiff(4, 1, 1, bytes(37 * i & 255 for i in range(7 * H)))
    for orientation in (3, 6):
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[274] = orientation
        files[f"orientation{orientation}.tif"] = encoded(rgb, format="TIFF", tiffinfo=tags)
    for name, image in (("1", grey.convert("1")), ("L", grey), ("P", palette), ("RGB", rgb), ("RGBA", rgba)):
        files[f"{name}.bmp"] = encoded(image, format="BMP")
    rows = [row.tobytes() for row in packed]
    files["555.bmp"] = bmp(16, (), rows, 0)
    files["565.bmp"] = bmp(16, (0xF800, 0x7E0, 0x1F), rows, 3)
    files["32.bmp"] = bmp(32, (), [row[:, [2, 1, 0, 3]].tobytes() for row in np.asarray(rgba)], 0)
    files["P.gif"] = encoded(palette, format="GIF")
    files["transparent.gif"] = encoded(palette, format="GIF", transparency=3)
    files["small-frame.gif"] = small_frame()
    files["small-transparent-frame.gif"] = small_frame(transparency=1)
    files["P-transparent.png"] = encoded(palette, format="PNG", transparency=3)
    files["RGB-transparent.png"] = encoded(rgb, format="PNG", transparency=rgb.getpixel((0, 0)))
    return files


def refused():
    grey, rgb = pattern(W, H, 1), pattern(W, H, 3)
    cmyk = Image.merge("CMYK", (*rgb.split(), grey))
    a, c = np.asarray(grey), np.asarray(rgb)
    return {
        "float.tif": (encoded(Image.fromarray(a.astype(np.float32) / 255), format="TIFF"), "32-bit floating-point samples"),
        "rgb-float.tif": (raw_tiff(32, 2, 3, (c / 255).astype("<f4").tobytes(), _339=(3, 3, shorts(3, 3, 3))), "32-bit floating-point samples"),
        "int32.tif": (encoded(Image.fromarray(a.astype(np.int32) * 70000), format="TIFF"), "signed samples"),
        "uint32.tif": (raw_tiff(32, 1, 1, (a.astype("<u4") << 24).tobytes()), "32-bit grey samples"),
        "int8.tif": (raw_tiff(8, 1, 1, a.tobytes(), _339=(3, 1, 2)), "signed samples"),
        "lab.tif": (encoded(Image.frombytes("LAB", (W, H), rgb.tobytes()), format="TIFF"), "CIE L*a*b* colours"),
        "cmyk16.tif": (raw_tiff(16, 5, 4, (np.asarray(cmyk).astype("<u2") * 257).tobytes()), "CMYK colours in 4 samples of 16 bits"),
        "cmyk-alpha.tif": (raw_tiff(8, 5, 5, np.dstack([np.asarray(cmyk), a]).tobytes(), _338=(3, 1, 2)), "CMYK colours in 5 samples of 8 bits"),
        "cmyk-jpeg.tif": (encoded(cmyk, format="TIFF", compression="jpeg"), "CMYK colours compressed as JPEG"),
        "ycbcr.tif": (encoded(rgb.convert("YCbCr"), format="TIFF", compression="tiff_lzw"), "YCbCr colours that are not compressed as JPEG"),
        "logluv.tif": (raw_tiff(16, 32845, 3, (c.astype("<u2")).tobytes()), "photometric interpretation 32845"),
        "image.webp": (b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0", "add com.twelvemonkeys.imageio:imageio-webp"),
        "image.ppm": (encoded(rgb, format="PPM"), "add com.twelvemonkeys.imageio:imageio-pnm"),
        "image.pgm": (encoded(grey, format="PPM"), "add com.twelvemonkeys.imageio:imageio-pnm"),
        "image.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC file, for which there is no reader"),
    }


if __name__ == "__main__":
    os.makedirs("colors", exist_ok=True)
    expected, messages = {}, {}
    for name, data in read().items():
        image = Image.open(io.BytesIO(data)).convert("RGB")
        samples = image.tobytes()
        expected[name] = {"width": image.width, "height": image.height, "crc32": zlib.crc32(samples), "first": list(samples[:6])}
        with open(f"colors/{name}", "wb") as f:
            f.write(data)
    for name, (data, message) in refused().items():
        messages[name] = message
        with open(f"colors/{name}", "wb") as f:
            f.write(data)
    with open("colors.json", "w") as f:
        json.dump({"read": expected, "refused": messages}, f, indent=1)
        f.write("\n")
