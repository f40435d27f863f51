package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.examples.composed.EfficientNetB0;
import io.blockwork.examples.composed.MobileNetV2;
import io.blockwork.examples.composed.RegNetY400MF;
import io.blockwork.networks.GoogLeNet;
import io.blockwork.networks.InceptionV3;

/** Blocks that are whole networks, as networks. */
final class ComposedSubjects {
  private ComposedSubjects() {}

  @Model
  @GoogLeNet
  interface Google extends ImageClassifier {}

  @Model(input = @Input(height = 299, width = 299))
  @InceptionV3
  interface Inception extends ImageClassifier {}

  @Model
  @MobileNetV2
  interface Mobile extends ImageClassifier {}

  @Model
  @EfficientNetB0
  interface Efficient extends ImageClassifier {}

  @Model
  @RegNetY400MF
  interface RegNet extends ImageClassifier {}
}
