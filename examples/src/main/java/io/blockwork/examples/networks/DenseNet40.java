package io.blockwork.examples.networks;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Stem;

/**
 * The plain DenseNet (L = 40, k = 12) for CIFAR-10, without 1x1 bottlenecks and compression: Huang
 * et al., <a href="https://arxiv.org/abs/1608.06993">Densely Connected Convolutional Networks</a>,
 * Table 2.
 */
@DenseNet(
    growth = 12,
    blocks = {12, 12, 12},
    bnSize = 0,
    compression = 1,
    stemChannels = 16,
    stem = Stem.CIFAR,
    input = @Input(height = 32, width = 32),
    classes = 10)
public interface DenseNet40 extends ImageClassifier {}
