package io.blockwork.properties;

import java.util.List;

/**
 * A random network: its annotation, and what the papers' definitions say of it, counted
 * independently of the processor.
 */
interface NetworkModel {
  /** The annotation as source. */
  String annotation();

  /** Whether the network ends in a classifier. */
  boolean classifier();

  /** Shape of one image. */
  List<Integer> input();

  /** Shape of the result of one image. */
  List<Integer> output();

  /** Number of learnable values. */
  long parameters();

  /** A source file that declares the network as the interface {@code sample.Net}. */
  default String source() {
    return """
        package sample;

        import io.blockwork.*;

        %s
        public interface Net extends %s {}
        """
        .formatted(annotation(), classifier() ? "ImageClassifier" : "Network");
  }

  /** An {@code @Input} as source. */
  static String input(List<Integer> shape) {
    return "@Input(channels = %d, height = %d, width = %d)"
        .formatted(shape.get(0), shape.get(1), shape.get(2));
  }
}
