package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.ResNetVersion;
import io.blockwork.Stem;

/**
 * Pre-activation ResNet-20 for CIFAR-10, with projection shortcuts: He et al., <a
 * href="https://arxiv.org/abs/1603.05027">Identity Mappings in Deep Residual Networks</a>.
 */
@ResNet(
    blocks = {3, 3, 3},
    width = 16,
    stem = Stem.CIFAR,
    version = ResNetVersion.V2,
    input = @Input(height = 32, width = 32),
    classes = 10)
public interface PreActResNet20 extends ImageClassifier {}
