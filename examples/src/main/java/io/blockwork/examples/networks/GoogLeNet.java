package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Model;

/** GoogLeNet with torchvision's weights for ImageNet: {@link io.blockwork.networks.GoogLeNet}. */
@Model(weights = "GOOGLENET_IMAGENET1K_V1")
@io.blockwork.networks.GoogLeNet
public interface GoogLeNet extends ImageClassifier {}
