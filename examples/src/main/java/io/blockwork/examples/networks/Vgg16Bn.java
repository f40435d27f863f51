package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Model;
import io.blockwork.examples.composed.Vgg16;

/** VGG-16 with batch norms and torchvision's weights for ImageNet. */
@Model(weights = "VGG16_BN_IMAGENET1K_V1")
@Vgg16
public interface Vgg16Bn extends ImageClassifier {}
