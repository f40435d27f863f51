package io.blockwork.examples.training;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Shortcut;
import io.blockwork.Stem;

/** ResNet-20 with a head for five animals. */
@ResNet(
    blocks = {3, 3, 3},
    width = 16,
    stem = Stem.CIFAR,
    shortcut = Shortcut.PAD,
    input = @Input(height = 32, width = 32),
    classes = 5)
public interface AnimalNet extends ImageClassifier {}
