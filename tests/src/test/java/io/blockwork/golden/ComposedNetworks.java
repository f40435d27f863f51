package io.blockwork.golden;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.examples.composed.EfficientNetB0;
import io.blockwork.examples.composed.MobileNetV2;
import io.blockwork.examples.composed.MobileNetV3Small;
import io.blockwork.examples.composed.RegNetY400MF;
import io.blockwork.examples.composed.SqueezeNet;
import io.blockwork.examples.composed.Vgg16;
import io.blockwork.networks.GoogLeNet;
import io.blockwork.networks.InceptionResNetV2;
import io.blockwork.networks.InceptionV3;

/** The networks of the golden figures that are composed, at the size of the numeric part. */
final class ComposedNetworks {
  private ComposedNetworks() {}

  @Model(input = @Input(height = 96, width = 96), weights = "GOOGLENET_IMAGENET1K_V1")
  @GoogLeNet(dropout = 0, auxDropout = 0)
  interface GoogLeNet96 extends ImageClassifier {}

  @Model(input = @Input(height = 299, width = 299), weights = "INCEPTION_V3_IMAGENET1K_V1")
  @InceptionV3(dropout = 0)
  interface InceptionV3At299 extends ImageClassifier {}

  @Model(input = @Input(height = 107, width = 107), weights = "INCEPTION_V3_IMAGENET1K_V1")
  @InceptionV3(dropout = 0, aux = false)
  interface InceptionV3WithoutAux extends ImageClassifier {}

  @Model(input = @Input(height = 107, width = 107), weights = "INCEPTION_RESNET_V2_TF_IN1K")
  @InceptionResNetV2
  interface InceptionResNet extends ImageClassifier {}

  @Model(input = @Input(height = 64, width = 64), weights = "VGG16_BN_IMAGENET1K_V1")
  @Vgg16(dropout = 0)
  interface Vgg extends ImageClassifier {}

  @Model(input = @Input(height = 68, width = 68), weights = "SQUEEZENET1_1_IMAGENET1K_V1")
  @SqueezeNet(dropout = 0)
  interface Squeeze extends ImageClassifier {}

  @Model(input = @Input(height = 64, width = 64), weights = "MOBILENET_V2_IMAGENET1K_V2")
  @MobileNetV2(dropout = 0)
  interface MobileV2 extends ImageClassifier {}

  @Model(input = @Input(height = 64, width = 64), weights = "MOBILENET_V3_SMALL_IMAGENET1K_V1")
  @MobileNetV3Small(dropout = 0)
  interface MobileV3 extends ImageClassifier {}

  @Model(input = @Input(height = 64, width = 64), weights = "EFFICIENTNET_B0_IMAGENET1K_V1")
  @EfficientNetB0(dropout = 0, stochasticDepth = 0)
  interface Efficient extends ImageClassifier {}

  @Model(input = @Input(height = 64, width = 64), weights = "REGNET_Y_400MF_IMAGENET1K_V2")
  @RegNetY400MF
  interface RegNet extends ImageClassifier {}
}
