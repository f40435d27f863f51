package io.blockwork.processor.spec;

import java.util.List;
import java.util.Map;

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

  /**
   * The members that decide how many parameters there are, each with the value of an ordinary
   * network; the first is the first to blame.
   */
  Map<String, Integer> sizes();

  /** The value of one of {@link #sizes}; of an array, its largest element. */
  int size(String member);

  /** The same network with another value for one of {@link #sizes}; an array is cut to it. */
  Spec with(String member, int value);

  /** The same network for other images. */
  Spec with(InputSpec input);
}
