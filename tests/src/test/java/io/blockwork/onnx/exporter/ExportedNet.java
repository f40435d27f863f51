package io.blockwork.onnx.exporter;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Stem;

/** A small residual network. */
@ResNet(
    blocks = {1, 1},
    width = 8,
    stem = Stem.CIFAR,
    input = @Input(height = 16, width = 16),
    classes = 5)
interface ExportedNet extends ImageClassifier {}
