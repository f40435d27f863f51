package io.blockwork.graph.ops;

import java.util.List;

/** What several shape rules, and several records' constructors, have in common. */
final class Rules {
  private Rules() {}

  /** The first input, which must have so many channels. */
  static Shape channels(Op op, List<Shape> inputs, int expected) {
    Shape in = inputs.get(0);
    if (in.channels() != expected) {
      throw ShapeFault.of(
          op,
          inputs,
          "expected " + expected + " channels, got " + in.channels(),
          "an input of " + expected + " channels");
    }
    return in;
  }

  /** The shape that all inputs must have. */
  static Shape same(Op op, List<Shape> inputs) {
    Shape first = inputs.get(0);
    for (Shape input : inputs) {
      if (!input.equals(first)) {
        throw ShapeFault.of(op, inputs, "expected inputs of one shape", "all of " + first);
      }
    }
    return first;
  }

  /** The output of a window on the first input. */
  static Shape window(Op op, List<Shape> inputs, int channels, Window window) {
    Shape in = inputs.get(0);
    int height = window.outputHeight(in.height());
    int width = window.outputWidth(in.width());
    if (height < 1 || width < 1) {
      int least = window.spanHeight() - window.padding().vertical();
      int leastWidth = window.spanWidth() - window.padding().horizontal();
      throw ShapeFault.vanishing(
          op,
          inputs,
          "its window is larger than the map",
          "a map of at least " + Math.max(1, least) + " x " + Math.max(1, leastWidth));
    }
    return new Shape(channels, height, width);
  }

  /**
   * Checks a setting.
   *
   * @throws IllegalArgumentException if {@code holds} does not
   */
  static void require(boolean holds, String path, String expected, Object got) {
    if (!holds) {
      throw new IllegalArgumentException(path + ": expected " + expected + ", got " + got);
    }
  }
}
