package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Stem;

/**
 * ResNet-18 with the stem for small images, as commonly trained on CIFAR-10; the blocks are those
 * of He et al., <a href="https://arxiv.org/abs/1512.03385">Deep Residual Learning for Image
 * Recognition</a>, Table 1.
 */
@ResNet(
    blocks = {2, 2, 2, 2},
    stem = Stem.CIFAR,
    input = @Input(height = 32, width = 32),
    classes = 10)
public interface CifarResNet18 extends ImageClassifier {}
