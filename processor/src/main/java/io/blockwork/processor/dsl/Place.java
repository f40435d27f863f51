package io.blockwork.processor.dsl;

import java.util.List;
import java.util.OptionalInt;

/**
 * A node at one repetition, with what it reads.
 *
 * @param frame the body that it stands in
 * @param node the node
 * @param inputs the graph's numbers of what it reads
 * @param index the repetition; empty where nothing is repeated
 */
record Place(Frame frame, BodyNode node, List<Integer> inputs, OptionalInt index) {
  Place {
    inputs = List.copyOf(inputs);
  }

  /** The way to it from the network, for messages. */
  String way() {
    return frame.way(node.name());
  }
}
