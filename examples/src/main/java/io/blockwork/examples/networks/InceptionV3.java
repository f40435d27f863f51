package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;

/**
 * Inception v3 with torchvision's weights for ImageNet: {@link io.blockwork.networks.InceptionV3}.
 */
@Model(input = @Input(height = 299, width = 299), weights = "INCEPTION_V3_IMAGENET1K_V1")
@io.blockwork.networks.InceptionV3
public interface InceptionV3 extends ImageClassifier {}
