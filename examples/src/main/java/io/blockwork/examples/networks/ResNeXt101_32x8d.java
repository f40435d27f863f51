package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;

/**
 * ResNeXt-101 32x8d for ImageNet, torchvision's larger relative of 32x4d: Xie et al., <a
 * href="https://arxiv.org/abs/1611.05431">Aggregated Residual Transformations for Deep Neural
 * Networks</a>.
 */
@ResNet(
    blocks = {3, 4, 23, 3},
    bottleneck = true,
    groups = 32,
    widthPerGroup = 8)
public interface ResNeXt101_32x8d extends ImageClassifier {}
