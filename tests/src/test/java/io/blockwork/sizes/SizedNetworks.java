package io.blockwork.sizes;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.Network;
import io.blockwork.Output;
import io.blockwork.ResNet;
import io.blockwork.ResidualBlock;
import io.blockwork.Stem;
import io.blockwork.With;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;
import io.blockwork.ops.Relu;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks for several sizes of images, each beside networks for one of them alone. */
final class SizedNetworks {
  private SizedNetworks() {}

  /** A value inside the network, whose shape depends on the size. */
  interface WithFeatures extends ImageClassifier {
    @Output("layer1")
    INDArray features(INDArray images);

    @Output("layer1")
    float[] plainFeatures(float[] images);
  }

  /** Of one of the families. */
  @ResNet(
      blocks = {1, 1},
      width = 8,
      stem = Stem.CIFAR,
      input =
          @Input(
              height = 16,
              width = 16,
              sizes = {8, 12}),
      classes = 3)
  interface Residual extends WithFeatures {}

  /** At 8 alone. */
  @ResNet(
      blocks = {1, 1},
      width = 8,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface Residual8 extends WithFeatures {}

  /** At 12 alone. */
  @ResNet(
      blocks = {1, 1},
      width = 8,
      stem = Stem.CIFAR,
      input = @Input(height = 12, width = 12),
      classes = 3)
  interface Residual12 extends WithFeatures {}

  /** At 16 alone. */
  @ResNet(
      blocks = {1, 1},
      width = 8,
      stem = Stem.CIFAR,
      input = @Input(height = 16, width = 16),
      classes = 3)
  interface Residual16 extends WithFeatures {}

  /** Of images that are not square, and with dropout. */
  @DenseNet(
      growth = 4,
      blocks = {2, 1},
      stem = Stem.CIFAR,
      dropout = 0.2,
      input = @Input(channels = 1, height = 8, width = 12, sizes = 16),
      classes = 3)
  interface Dense extends ImageClassifier {}

  /** At 16 x 24 alone. */
  @DenseNet(
      growth = 4,
      blocks = {2, 1},
      stem = Stem.CIFAR,
      dropout = 0.2,
      input = @Input(channels = 1, height = 16, width = 24),
      classes = 3)
  interface Dense16 extends ImageClassifier {}

  /** Without a classifier: its outputs differ in size, too. */
  @ResidualBlock(
      channels = 4,
      planes = 8,
      stride = 2,
      input = @Input(channels = 4, height = 16, width = 16, sizes = 8))
  interface Bare extends Network {}

  /** At 8 alone. */
  @ResidualBlock(
      channels = 4,
      planes = 8,
      stride = 2,
      input = @Input(channels = 4, height = 8, width = 8))
  interface Bare8 extends Network {}

  /** Composed of nodes. */
  @Model(input = @Input(height = 16, width = 16, sizes = 24))
  interface Composed extends ImageClassifier {
    @Conv(out = 8, kernel = 3, padding = 1, bias = false)
    interface stem {}

    @BatchNorm
    interface norm {}

    @Relu
    interface relu {}

    @MaxPool(kernel = 2)
    interface pool {}

    @GlobalAvgPool
    interface avgpool {}

    @Dropout(p = 0.2)
    interface dropout {}

    @Linear
    @With("out = 3")
    interface fc {}
  }

  /** At 24 alone. */
  @Model(input = @Input(height = 24, width = 24))
  interface Composed24 extends ImageClassifier {
    @Conv(out = 8, kernel = 3, padding = 1, bias = false)
    interface stem {}

    @BatchNorm
    interface norm {}

    @Relu
    interface relu {}

    @MaxPool(kernel = 2)
    interface pool {}

    @GlobalAvgPool
    interface avgpool {}

    @Dropout(p = 0.2)
    interface dropout {}

    @Linear
    @With("out = 3")
    interface fc {}
  }
}
