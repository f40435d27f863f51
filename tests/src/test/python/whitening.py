"""Records the whitening filters of airbench94 (Keller Jordan 2024, arXiv:2404.00498, listing 1), in double.

python3 whitening.py > ../resources/training/whitening.json

The images are a formula that Java repeats: see PatchWhitening's test.
"""
import json

import torch

N, C, SIDE, KERNEL, EPS = 5, 3, 9, 2, 5e-4


def image(n):
    i = torch.arange(C * SIDE * SIDE, dtype=torch.float64)
    c, y, x = i // (SIDE * SIDE), i // SIDE % SIDE, i % SIDE
    # Single precision, as images are.
    return (torch.sin(0.7 * y + n) + 0.5 * torch.cos(1.3 * x * (c + 1)) + 0.1 * torch.sin(5.0 * i * (n + 1))).float().double()


def get_patches(x, patch_shape):
    c, (h, w) = x.shape[1], patch_shape
    return x.unfold(2, h, 1).unfold(3, w, 1).transpose(1, 3).reshape(-1, c, h, w)


def whitening(images):
    patches = get_patches(images, (KERNEL, KERNEL))
    n, c, h, w = patches.shape
    flat = patches.reshape(n, c * h * w)
    covariance = (flat.T @ flat) / n
    eigenvalues, eigenvectors = torch.linalg.eigh(covariance, UPLO="U")
    eigenvalues = eigenvalues.flip(0).view(-1, 1, 1, 1)
    eigenvectors = eigenvectors.T.reshape(c * h * w, c, h, w).flip(0)
    # Of the two signs of an eigenvector, that one whose largest value is positive.
    largest = eigenvectors.flatten(1).max(1).values
    smallest = eigenvectors.flatten(1).min(1).values
    eigenvectors = eigenvectors * torch.where(largest < -smallest, -1.0, 1.0).double().view(-1, 1, 1, 1)
    scaled = eigenvectors / torch.sqrt(eigenvalues + EPS)
    return torch.cat((scaled, -scaled))


filters = whitening(torch.stack([image(n) for n in range(N)]).reshape(N, C, SIDE, SIDE))
print(json.dumps({"images": N, "channels": C, "side": SIDE, "kernel": KERNEL, "epsilon": EPS,
                  "filters": [f.flatten().tolist() for f in filters]}))
