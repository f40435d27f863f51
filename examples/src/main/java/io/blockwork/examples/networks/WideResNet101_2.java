package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;

/**
 * Wide ResNet-101-2 for ImageNet, torchvision's deeper relative of 50-2: Zagoruyko and Komodakis,
 * <a href="https://arxiv.org/abs/1605.07146">Wide Residual Networks</a>.
 */
@ResNet(
    blocks = {3, 4, 23, 3},
    bottleneck = true,
    widthPerGroup = 128)
public interface WideResNet101_2 extends ImageClassifier {}
