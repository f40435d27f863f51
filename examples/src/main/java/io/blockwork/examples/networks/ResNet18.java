package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;

/**
 * ResNet-18 for ImageNet: He et al., <a href="https://arxiv.org/abs/1512.03385">Deep Residual
 * Learning for Image Recognition</a>, Table 1.
 */
@ResNet(blocks = {2, 2, 2, 2})
public interface ResNet18 extends ImageClassifier {}
