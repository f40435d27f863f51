package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Model;

/**
 * MobileNet v3 small with torchvision's weights for ImageNet: {@link
 * io.blockwork.examples.composed.MobileNetV3Small}.
 */
@Model(weights = "MOBILENET_V3_SMALL_IMAGENET1K_V1")
@io.blockwork.examples.composed.MobileNetV3Small
public interface MobileNetV3Small extends ImageClassifier {}
