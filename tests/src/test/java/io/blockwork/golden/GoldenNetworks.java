package io.blockwork.golden;

import io.blockwork.DenseBlock;
import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Network;
import io.blockwork.ResNet;
import io.blockwork.Stem;

/**
 * The networks of the golden figures whose numeric part is computed at another size than the
 * examples are declared for; {@link GoldenCase} names the others.
 */
final class GoldenNetworks {
  private GoldenNetworks() {}

  @ResNet(
      blocks = {2, 2, 2, 2},
      input = @Input(height = 64, width = 64))
  interface ResNet18 extends ImageClassifier {}

  @ResNet(
      blocks = {2, 2, 2, 2},
      input = @Input(channels = 1, height = 64, width = 64),
      classes = 10)
  interface ResNet18Grey extends ImageClassifier {}

  @ResNet(
      blocks = {2, 2, 2, 2},
      input = @Input(channels = 1),
      classes = 10)
  interface ResNet18GreyAt224 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 6, 3},
      input = @Input(height = 64, width = 64))
  interface ResNet34 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 6, 3},
      bottleneck = true,
      input = @Input(height = 64, width = 64))
  interface ResNet50 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 23, 3},
      bottleneck = true,
      input = @Input(height = 64, width = 64))
  interface ResNet101 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 8, 36, 3},
      bottleneck = true,
      input = @Input(height = 64, width = 64))
  interface ResNet152 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 6, 3},
      bottleneck = true,
      groups = 32,
      widthPerGroup = 4,
      input = @Input(height = 64, width = 64))
  interface ResNeXt50 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 23, 3},
      bottleneck = true,
      groups = 32,
      widthPerGroup = 8,
      input = @Input(height = 64, width = 64))
  interface ResNeXt101 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 6, 3},
      bottleneck = true,
      widthPerGroup = 128,
      input = @Input(height = 64, width = 64))
  interface WideResNet50 extends ImageClassifier {}

  @ResNet(
      blocks = {3, 4, 6, 3},
      bottleneck = true,
      squeezeExcitation = 16,
      input = @Input(height = 64, width = 64))
  interface SeResNet50 extends ImageClassifier {}

  @DenseNet(
      growth = 32,
      blocks = {6, 12, 24, 16},
      input = @Input(height = 64, width = 64))
  interface DenseNet121 extends ImageClassifier {}

  @DenseNet(
      growth = 48,
      blocks = {6, 12, 36, 24},
      stemChannels = 96,
      input = @Input(height = 64, width = 64))
  interface DenseNet161 extends ImageClassifier {}

  @DenseNet(
      growth = 32,
      blocks = {6, 12, 32, 32},
      input = @Input(height = 64, width = 64))
  interface DenseNet169 extends ImageClassifier {}

  @DenseNet(
      growth = 32,
      blocks = {6, 12, 48, 32},
      input = @Input(height = 64, width = 64))
  interface DenseNet201 extends ImageClassifier {}

  @DenseBlock(
      channels = 64,
      growth = 32,
      layers = 6,
      input = @Input(channels = 64, height = 14, width = 14))
  interface Dense64 extends Network {}

  @ResNet(
      blocks = {1, 1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface TinyResNetBasic extends ImageClassifier {}

  @ResNet(
      blocks = {1, 1},
      bottleneck = true,
      width = 4,
      groups = 2,
      widthPerGroup = 32,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface TinyResNetBottleneck extends ImageClassifier {}

  @DenseNet(
      growth = 3,
      blocks = {2, 2},
      bnSize = 2,
      stemChannels = 4,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface TinyDenseNet extends ImageClassifier {}
}
