package io.blockwork.processor.transforms;

import io.blockwork.processor.graph.Graph;

/** The order of the graph transforms. */
public final class Transforms {
  private Transforms() {}

  /** The graph as inference runs it. */
  public static Graph forInference(Graph graph) {
    Graph fused = PoolBeforeConv.apply(DropDropout.apply(FuseActivations.apply(graph)));
    return FuseResidualAdd.apply(FoldBatchNorm.apply(fused));
  }

  /** The graph as training runs it. */
  public static Graph forTraining(Graph graph) {
    return PoolBeforeConv.apply(FuseActivations.apply(graph));
  }
}
