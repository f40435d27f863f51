package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;

/**
 * ResNeXt-50 32x4d for ImageNet: Xie et al., <a href="https://arxiv.org/abs/1611.05431">Aggregated
 * Residual Transformations for Deep Neural Networks</a>, Table 1.
 */
@ResNet(
    blocks = {3, 4, 6, 3},
    bottleneck = true,
    groups = 32,
    widthPerGroup = 4)
public interface ResNeXt50_32x4d extends ImageClassifier {}
