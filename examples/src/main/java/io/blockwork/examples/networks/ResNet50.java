package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;

/**
 * ResNet-50 for ImageNet: He et al., <a href="https://arxiv.org/abs/1512.03385">Deep Residual
 * Learning for Image Recognition</a>, Table 1. The stride of a bottleneck stands in its 3x3
 * convolution, as in torchvision ("v1.5").
 */
@ResNet(
    blocks = {3, 4, 6, 3},
    bottleneck = true)
public interface ResNet50 extends ImageClassifier {}
