package io.blockwork.graph;

/**
 * A result of a network.
 *
 * @param name its name: {@code output} for the main one, the module's path for the others
 * @param node the node whose value it is
 * @param kind what it is for
 * @param weight of its loss beside that of the main output, which has weight 1; 0 if it has none
 */
public record Output(String name, int node, Kind kind, double weight) {
  /** What a result is for. */
  public enum Kind {
    /** The network's result. */
    MAIN,
    /** The result of an auxiliary head, in training only. */
    AUXILIARY,
    /** A value inside the network that somebody wants to see, in inference only. */
    FEATURE
  }

  /** The name of the main output. */
  public static final String MAIN = "output";

  /** The network's result. */
  public static Output main(int node) {
    return new Output(MAIN, node, Kind.MAIN, 1);
  }

  /** The result of an auxiliary head. */
  public static Output auxiliary(String name, int node, double weight) {
    return new Output(name, node, Kind.AUXILIARY, weight);
  }

  /** A value inside the network. */
  public static Output feature(String name, int node) {
    return new Output(name, node, Kind.FEATURE, 0);
  }

  /** The same result, computed by another node. */
  public Output at(int node) {
    return new Output(name, node, kind, weight);
  }
}
