package io.blockwork.spark.example;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Shortcut;
import io.blockwork.Stem;

/** ResNet-20 for CIFAR-10: He et al., Deep Residual Learning for Image Recognition, section 4.2. */
@ResNet(
    blocks = {3, 3, 3},
    width = 16,
    stem = Stem.CIFAR,
    shortcut = Shortcut.PAD,
    input = @Input(height = 32, width = 32),
    classes = 10)
public interface CifarNet extends ImageClassifier {}
