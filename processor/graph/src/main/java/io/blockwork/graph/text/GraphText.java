package io.blockwork.graph.text;

import io.blockwork.graph.Graph;

/**
 * A graph as a text of lines, from which the same graph is read again.
 *
 * <pre>{@code
 * blockwork graph 1
 * node Input shape=3,32,32
 * block parent=0 path=layer1 prefix=layer1. title="2 blocks"
 * node Conv2d block=1 from=0 path=layer1.conv in=3 out=16 window=3,3,1,1,1,1,1,1,1,1,0
 * output name=output node=1 kind=MAIN weight=1
 * modules layer1.conv
 * }</pre>
 *
 * <p>Nodes are numbered in their order from 0, blocks from 1 (0 is the network). A field that holds
 * what is usual for the operation is left out. The text is ASCII, and depends on the graph alone.
 * The number in the first line is the version of this form.
 */
public final class GraphText {
  /** How the text begins, with its version. */
  static final String HEADER = "blockwork graph 1";

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
