package io.blockwork.benchmark;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;

/** DenseNet-121 that computes its concatenations again in the backward pass. */
@DenseNet(
    growth = 32,
    blocks = {6, 12, 24, 16},
    memoryEfficient = true)
public interface MemoryEfficientDenseNet121 extends ImageClassifier {}
