package io.blockwork.examples.composed;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;

/** The plain network of 56 layers for CIFAR-10: ResNet-56 without its sums. */
@Model(input = @Input(height = 32, width = 32))
@CifarNet(blocks = 9, residual = false)
public interface PlainNet56 extends ImageClassifier {}
