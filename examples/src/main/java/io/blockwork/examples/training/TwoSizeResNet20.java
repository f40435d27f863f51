package io.blockwork.examples.training;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Shortcut;
import io.blockwork.Stem;

/**
 * {@link io.blockwork.examples.networks.ResNet20}, compiled for images of 28 x 28 pixels too, with
 * the same parameters: it trains on small images, and is tested on those of its own size.
 */
@ResNet(
    blocks = {3, 3, 3},
    width = 16,
    stem = Stem.CIFAR,
    shortcut = Shortcut.PAD,
    input = @Input(height = 32, width = 32, sizes = 28),
    classes = 10)
public interface TwoSizeResNet20 extends ImageClassifier {}
