"""Writes images/augmentations.json: what torchvision's augmentations make of some images.

Each case is an image (a crop of one of the photographs, or a made one), an operation with a magnitude, and the
SHA-256 of the resulting samples. The tables of magnitudes are those of the classes themselves.

Run from src/test:  python3 python/augmentations.py > resources/images/augmentations.json
"""

import hashlib
import json
import sys

import numpy
import PIL
import torch
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode, autoaugment

NAMES = {
    "Identity": "IDENTITY",
    "ShearX": "SHEAR_X",
    "ShearY": "SHEAR_Y",
    "TranslateX": "TRANSLATE_X",
    "TranslateY": "TRANSLATE_Y",
    "Rotate": "ROTATE",
    "Brightness": "BRIGHTNESS",
    "Color": "COLOR",
    "Contrast": "CONTRAST",
    "Sharpness": "SHARPNESS",
    "Posterize": "POSTERIZE",
    "Solarize": "SOLARIZE",
    "AutoContrast": "AUTO_CONTRAST",
    "Equalize": "EQUALIZE",
    "Invert": "INVERT",
}


def made(width, height, channels):
    """Samples that Java can make too: a congruential sequence in 64 bits, its upper bits."""
    state, samples = width * 31 + height, []
    for _ in range(width * height * channels):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        samples.append(40 + (state >> 57))
    array = numpy.array(samples, dtype=numpy.uint8).reshape(height, width, channels)
    return Image.fromarray(array if channels == 3 else array[:, :, 0])


IMAGES = {
    "photograph": Image.open("resources/images/china-224.png").convert("RGB"),
    "tile": Image.open("resources/images/flower-224.png").convert("RGB").crop((60, 60, 92, 92)),
    "noise": made(37, 23, 3),
    "grey": made(20, 31, 1),
    "narrow": made(2, 5, 3),
    "even": Image.new("RGB", (6, 4), (7, 7, 200)),
}


def digest(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


def spaces():
    """The tables of magnitudes, for an image of 300 x 200 pixels."""
    size = (200, 300)
    tables = {
        "trivial": autoaugment.TrivialAugmentWide()._augmentation_space(31),
        "rand": autoaugment.RandAugment()._augmentation_space(31, size),
        "auto": autoaugment.AutoAugment()._augmentation_space(10, size),
        "mix": autoaugment.AugMix()._augmentation_space(10, size),
    }
    return {
        name: {
            NAMES[op]: {"signed": signed, "values": values.tolist() if values.ndim else []}
            for op, (values, signed) in table.items()
        }
        for name, table in tables.items()
    }


def operations():
    space = autoaugment.TrivialAugmentWide()._augmentation_space(31)
    space["Invert"] = (torch.tensor(0.0), False)
    cases = []
    for image_name, image in IMAGES.items():
        for op, (values, signed) in space.items():
            chosen = [float(values[i]) for i in (0, 1, 4, 11, 17, 24, 30)] if values.ndim else [0.0]
            for magnitude in chosen:
                for sign in (1, -1) if signed and magnitude else (1,):
                    for mode in ("NEAREST", "BILINEAR"):
                        moves = op.startswith(("Shear", "Translate", "Rotate"))
                        if mode == "BILINEAR" and not moves:
                            continue
                        for fill in (None, 127) if moves and magnitude == chosen[-1] else (None,):
                            result = autoaugment._apply_op(
                                image,
                                op,
                                sign * magnitude,
                                getattr(InterpolationMode, mode),
                                None if fill is None else [fill] * len(image.getbands()),
                            )
                            cases.append(
                                [image_name, NAMES[op], sign * magnitude, mode, fill or 0, digest(result)]
                            )
    for degrees in (-90.0, 90.0, 180.0, 270.0, 360.0, 45.0, 720.5):
        for image_name in ("tile", "noise"):
            result = torchvision.transforms.functional.rotate(IMAGES[image_name], degrees)
            cases.append([image_name, "ROTATE", degrees, "NEAREST", 0, digest(result)])
    return cases


def mixes():
    """AugMix with given parameters: its operations on PIL images, and the mixing as AugMix.forward has it.

    (The class itself turns a PIL image into a tensor first, on which other kernels work than on PIL images. Where images
    of one colour are mixed, the last bit of a weight decides between neighbours: the photograph's weights are exact.)
    """
    to_tensor = torchvision.transforms.functional.pil_to_tensor
    parameters = [
        ("tile", [0.375, 0.625], [0.5, 0.25, 0.25], [[("Rotate", 9.0)], [("Posterize", 5.0), ("ShearX", -0.2)], [("Color", 0.5)]]),
        ("noise", [0.7, 0.3], [0.1, 0.9], [[("Equalize", 0.0), ("TranslateY", 4.0)], [("Solarize", 170.0)] * 2]),
        ("grey", [0.0, 1.0], [1.0], [[("AutoContrast", 0.0), ("Sharpness", -0.6), ("Brightness", 0.3)]]),
        ("photograph", [0.25, 0.75], [0.25, 0.25, 0.5], [[("Contrast", -0.27)], [("Rotate", -15.0)], [("TranslateX", 20.0)]]),
    ]
    cases = []
    for image_name, m, shares, chains in parameters:
        image = IMAGES[image_name]
        batch = to_tensor(image)
        m = torch.tensor(m)
        combined_weights = torch.tensor(shares) * m[1]
        mix = m[0] * batch
        for weight, chain in zip(combined_weights, chains):
            aug = image
            for op, magnitude in chain:
                aug = autoaugment._apply_op(aug, op, magnitude, InterpolationMode.BILINEAR, None)
            mix.add_(weight * to_tensor(aug))
        result = mix.to(dtype=batch.dtype).permute(1, 2, 0).contiguous()
        cases.append(
            {
                "image": image_name,
                "augmented": float(m[1]),
                "shares": shares,
                "chains": [[[NAMES[op], magnitude] for op, magnitude in chain] for chain in chains],
                "digest": hashlib.sha256(result.numpy().tobytes()).hexdigest(),
            }
        )
    return cases


def policies():
    return {
        policy.name: [
            [[NAMES[op], p, 0 if bin is None else bin] for op, p, bin in pair]
            for pair in autoaugment.AutoAugment(policy).policies
        ]
        for policy in autoaugment.AutoAugmentPolicy
    }


json.dump(
    {
        "pillow": PIL.__version__,
        "torchvision": torchvision.__version__,
        "magnitudes": spaces(),
        "policies": policies(),
        "cases": operations(),
        "mixes": mixes(),
    },
    sys.stdout,
)
print()
