package io.blockwork.engine.depthwise;

import java.util.List;

/**
 * The filter that every channel has one of.
 *
 * @param side rows and columns
 * @param stride pixels of the input from a pixel of the output to its neighbour, in both directions
 */
public record Filter(int side, int stride) {
  /** Every component: a record's own hash costs a process milliseconds before its first use. */
  List<Object> key() {
    return List.of(side, stride);
  }

  /** How many weights a channel has. */
  int taps() {
    return side * side;
  }
}
