package io.blockwork;

/** A network that gives one logit for each class: {@code [N, C, H, W]} to {@code [N, classes]}. */
public interface ImageClassifier extends Network {
  /** Number of classes that the head tells apart. */
  default int classes() {
    return architecture().output().get(0);
  }
}
