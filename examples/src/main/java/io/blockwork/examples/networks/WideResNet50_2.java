package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;

/**
 * Wide ResNet-50-2 for ImageNet, whose 3x3 convolutions are twice as wide: Zagoruyko and Komodakis,
 * <a href="https://arxiv.org/abs/1605.07146">Wide Residual Networks</a>, section 3.4.
 */
@ResNet(
    blocks = {3, 4, 6, 3},
    bottleneck = true,
    widthPerGroup = 128)
public interface WideResNet50_2 extends ImageClassifier {}
