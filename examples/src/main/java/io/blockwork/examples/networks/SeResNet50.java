package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;

/**
 * SE-ResNet-50 for ImageNet, with a reduction ratio of 16: Hu et al., <a
 * href="https://arxiv.org/abs/1709.01507">Squeeze-and-Excitation Networks</a>, Table 1.
 */
@ResNet(
    blocks = {3, 4, 6, 3},
    bottleneck = true,
    squeezeExcitation = 16)
public interface SeResNet50 extends ImageClassifier {}
