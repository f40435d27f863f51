package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Model;

/**
 * MobileNet v2 with torchvision's weights for ImageNet: {@link
 * io.blockwork.examples.composed.MobileNetV2}.
 */
@Model(weights = "MOBILENET_V2_IMAGENET1K_V1")
@io.blockwork.examples.composed.MobileNetV2
public interface MobileNetV2 extends ImageClassifier {}
