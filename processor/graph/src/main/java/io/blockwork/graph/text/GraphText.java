package io.blockwork.graph.text;

import io.blockwork.graph.Graph;

/**
 * A graph as a text of lines, from which the same graph is read again.
 *
 * <pre>{@code
 * blockwork graph 2
 * node Input shape=3,32,32
 * block parent=0 path=layer1 prefix=layer1. title="2 blocks"
 * node Sum block=1 inputs=0,0 path=layer1.add factors=1,0.5 activation=RELU,0,0
 * output name=output node=1 kind=MAIN weight=1
 * modules
 * }</pre>
 *
 * <p>Nodes are numbered in their order from 0, blocks from 1 (0 is the network). The fields of an
 * operation are the components of its record, without those that are false, none or empty. The text
 * is ASCII, and depends on the graph alone. The number in the first line is the version of this
 * form.
 */
public final class GraphText {
  /** How the text begins, with its version. */
  static final String HEADER = "blockwork graph 2";

  private GraphText() {}

  /** The text of a graph. */
  public static String write(Graph graph) {
    return new GraphWriter().write(graph);
  }

  /**
   * The graph of a text.
   *
   * @throws GraphTextException if the text is none of this version, or its graph is not sound
   */
  public static Graph read(String text) {
    return new GraphReader().read(text);
  }
}
