package io.blockwork.processor.spec;

import java.util.List;

/** One architecture annotation, read. */
public sealed interface Spec permits ResNetSpec, DenseNetSpec, ResidualBlockSpec, DenseBlockSpec {
  /** The shape of one image. */
  InputSpec input();

  /**
   * Everything that is wrong with the values, each tied to the value at fault; empty if a network
   * can be built.
   */
  List<Problem> problems();

  /**
   * Whether the network ends in a classifier, so that its interface extends {@code
   * ImageClassifier}.
   */
  boolean classifier();
}
