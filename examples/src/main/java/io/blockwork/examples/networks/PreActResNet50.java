package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;
import io.blockwork.ResNetVersion;

/**
 * Pre-activation ResNet-50 for ImageNet: He et al., <a
 * href="https://arxiv.org/abs/1603.05027">Identity Mappings in Deep Residual Networks</a>.
 */
@ResNet(
    blocks = {3, 4, 6, 3},
    bottleneck = true,
    version = ResNetVersion.V2)
public interface PreActResNet50 extends ImageClassifier {}
