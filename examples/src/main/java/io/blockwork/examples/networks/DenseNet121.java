package io.blockwork.examples.networks;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;

/**
 * DenseNet-121 for ImageNet: Huang et al., <a href="https://arxiv.org/abs/1608.06993">Densely
 * Connected Convolutional Networks</a>, Table 1.
 */
@DenseNet(
    growth = 32,
    blocks = {6, 12, 24, 16})
public interface DenseNet121 extends ImageClassifier {}
