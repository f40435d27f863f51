package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Model;

/**
 * RegNetY-400MF with torchvision's weights for ImageNet: {@link
 * io.blockwork.examples.composed.RegNetY400MF}.
 */
@Model(weights = "REGNET_Y_400MF_IMAGENET1K_V1")
@io.blockwork.examples.composed.RegNetY400MF
public interface RegNetY400MF extends ImageClassifier {}
