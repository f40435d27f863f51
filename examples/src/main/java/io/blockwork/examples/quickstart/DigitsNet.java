package io.blockwork.examples.quickstart;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Stem;

/** A small residual network for handwritten digits: all that has to be written. */
@ResNet(
    blocks = {2, 2},
    width = 16,
    stem = Stem.CIFAR,
    input = @Input(channels = 1, height = 8, width = 8),
    classes = 10)
public interface DigitsNet extends ImageClassifier {}
