package io.blockwork.cuda;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Stem;

/** Networks that only a GPU computes in a moment. */
final class CheckNetworks {
  private CheckNetworks() {}

  @ResNet(
      blocks = {3, 4, 6, 3},
      bottleneck = true)
  interface ResNet50 extends ImageClassifier {}

  @DenseNet(
      growth = 32,
      blocks = {6, 12, 24, 16})
  interface DenseNet121 extends ImageClassifier {}

  /** With projections, as the figures of PyTorch's that stand beside it. */
  @ResNet(
      blocks = {3, 3, 3},
      width = 16,
      stem = Stem.CIFAR,
      input = @Input(height = 32, width = 32),
      classes = 10)
  interface CifarResNet20 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 6, 3},
      bottleneck = true,
      input = @Input(height = 64, width = 64))
  interface SmallResNet50 extends ImageClassifier {}

  @DenseNet(
      growth = 32,
      blocks = {6, 12, 24, 16},
      input = @Input(height = 64, width = 64))
  interface SmallDenseNet121 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 6, 3},
      bottleneck = true,
      groups = 32,
      widthPerGroup = 4,
      input = @Input(height = 64, width = 64))
  interface SmallResNeXt50 extends ImageClassifier {}
}
