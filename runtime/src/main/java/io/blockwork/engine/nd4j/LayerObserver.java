package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;

/** Sees each layer of a training pass when it is bound. */
@FunctionalInterface
interface LayerObserver {
  /**
   * What to bind in place of the layer.
   *
   * @param output what it writes
   */
  Layer bound(String path, Nd4jTensor output, Layer layer);
}
