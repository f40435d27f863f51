package io.blockwork.examples.composed;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;

/** The plain network of 20 layers for CIFAR-10: ResNet-20 without its sums. */
@Model(input = @Input(height = 32, width = 32))
@CifarNet(blocks = 3, residual = false)
public interface PlainNet20 extends ImageClassifier {}
