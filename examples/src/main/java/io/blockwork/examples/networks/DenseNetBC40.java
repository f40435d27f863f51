package io.blockwork.examples.networks;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Stem;

/**
 * DenseNet-BC (L = 40, k = 12) for CIFAR-10: Huang et al., <a
 * href="https://arxiv.org/abs/1608.06993">Densely Connected Convolutional Networks</a>, section 3.
 */
@DenseNet(
    growth = 12,
    blocks = {6, 6, 6},
    stemChannels = 24,
    stem = Stem.CIFAR,
    input = @Input(height = 32, width = 32),
    classes = 10)
public interface DenseNetBC40 extends ImageClassifier {}
