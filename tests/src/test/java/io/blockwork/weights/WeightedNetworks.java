package io.blockwork.weights;

import io.blockwork.DenseNet;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ResNet;
import io.blockwork.Shortcut;
import io.blockwork.Stem;

/** Networks that the weight files of the tests belong to. */
final class WeightedNetworks {
  private WeightedNetworks() {}

  /** The network of the files {@code tiny-resnet*}. */
  @ResNet(
      blocks = {1, 1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 3)
  interface TinyResNet extends ImageClassifier {}

  /** The same with another number of classes. */
  @ResNet(
      blocks = {1, 1},
      width = 4,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 10)
  interface TinyResNetOfTen extends ImageClassifier {}

  /** The CIFAR ResNet-20 of He et al. 2015, section 4.2. */
  @ResNet(
      blocks = {3, 3, 3},
      width = 16,
      stem = Stem.CIFAR,
      shortcut = Shortcut.PAD,
      input = @Input(height = 32, width = 32),
      classes = 10)
  interface CifarResNet20 extends ImageClassifier {}

  /** torchvision's DenseNet-121, whose published file has old names. */
  @SuppressWarnings("blockwork.small-input") // Only its parameters matter.
  @DenseNet(
      growth = 32,
      blocks = {6, 12, 24, 16},
      input = @Input(height = 32, width = 32))
  interface DenseNet121 extends ImageClassifier {}
}
