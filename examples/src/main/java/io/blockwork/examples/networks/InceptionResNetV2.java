package io.blockwork.examples.networks;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;

/**
 * Inception-ResNet v2 for timm's weights of ImageNet: {@link
 * io.blockwork.networks.InceptionResNetV2}.
 */
@Model(input = @Input(height = 299, width = 299), weights = "INCEPTION_RESNET_V2_TF_IN1K")
@io.blockwork.networks.InceptionResNetV2
public interface InceptionResNetV2 extends ImageClassifier {}
