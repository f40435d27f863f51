package io.blockwork.cuda;

import io.blockwork.Auxiliary;
import io.blockwork.DenseNet;
import io.blockwork.From;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.ResNet;
import io.blockwork.Shortcut;
import io.blockwork.Stem;
import io.blockwork.ops.Conv;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.Relu;

/** Networks that the emulator computes in a moment. */
final class TestNetworks {
  private TestNetworks() {}

  @ResNet(
      blocks = {1, 1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface TinyResNetBasic extends ImageClassifier {}

  @SuppressWarnings("blockwork.small-input")
  @ResNet(
      blocks = {1, 1},
      width = 8,
      bottleneck = true,
      input = @Input(height = 32, width = 32),
      classes = 5)
  interface Bottlenecks extends ImageClassifier {}

  @ResNet(
      blocks = {1, 1},
      width = 8,
      stem = Stem.CIFAR,
      shortcut = Shortcut.PAD,
      squeezeExcitation = 4,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface Excited extends ImageClassifier {}

  @DenseNet(
      growth = 4,
      blocks = {2, 2},
      stem = Stem.CIFAR,
      dropout = 0.2,
      input = @Input(channels = 1, height = 8, width = 8),
      classes = 3)
  interface Dropping extends ImageClassifier {}

  @Model(input = @Input(height = 8, width = 8))
  interface WithAuxiliary extends ImageClassifier {
    @Conv(out = 4, kernel = 3, padding = 1)
    interface conv {}

    @Relu
    interface relu {}

    @GlobalAvgPool
    interface pool {}

    @Linear(out = 3)
    @Auxiliary(weight = 0.3)
    interface aux {}

    @Linear(out = 3)
    @From(pool.class)
    interface fc {}
  }

  @ResNet(
      blocks = {3, 3, 3},
      width = 16,
      stem = Stem.CIFAR,
      shortcut = Shortcut.PAD,
      input = @Input(height = 32, width = 32),
      classes = 10)
  interface ResNet20 extends ImageClassifier {}
}
