package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Shortcut;
import io.blockwork.Stem;

/**
 * ResNet-110 for CIFAR-10, with parameterless shortcuts: He et al., <a
 * href="https://arxiv.org/abs/1512.03385">Deep Residual Learning for Image Recognition</a>, section
 * 4.2.
 */
@ResNet(
    blocks = {18, 18, 18},
    width = 16,
    stem = Stem.CIFAR,
    shortcut = Shortcut.PAD,
    input = @Input(height = 32, width = 32),
    classes = 10)
public interface ResNet110 extends ImageClassifier {}
