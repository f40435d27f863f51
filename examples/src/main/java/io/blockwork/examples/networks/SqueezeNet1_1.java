package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Model;
import io.blockwork.examples.composed.SqueezeNet;

/** SqueezeNet 1.1 with torchvision's weights for ImageNet. */
@Model(weights = "SQUEEZENET1_1_IMAGENET1K_V1")
@SqueezeNet
public interface SqueezeNet1_1 extends ImageClassifier {}
