package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Model;

/**
 * EfficientNet-B0 with torchvision's weights for ImageNet: {@link
 * io.blockwork.examples.composed.EfficientNetB0}.
 */
@Model(weights = "EFFICIENTNET_B0_IMAGENET1K_V1")
@io.blockwork.examples.composed.EfficientNetB0
public interface EfficientNetB0 extends ImageClassifier {}
