package io.blockwork.examples.networks;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;

/**
 * DenseNet-161 for ImageNet: Huang et al., <a href="https://arxiv.org/abs/1608.06993">Densely
 * Connected Convolutional Networks</a>, as torchvision has it.
 */
@DenseNet(
    growth = 48,
    blocks = {6, 12, 36, 24},
    stemChannels = 96)
public interface DenseNet161 extends ImageClassifier {}
