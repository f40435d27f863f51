package io.blockwork.engine.nd4j;

import io.blockwork.engine.Kernel;
import io.blockwork.engine.Layer;

/**
 * A layer that remembers nothing.
 *
 * @param compute its forward pass
 * @param gradient its backward pass
 * @param needed whether the backward pass has anything to do
 */
record SimpleLayer(Kernel compute, Kernel gradient, boolean needed) implements Layer {
  @Override
  public void forward() {
    compute.run();
  }

  @Override
  public void recompute() {
    compute.run();
  }

  @Override
  public void backward() {
    if (needed) {
      gradient.run();
    }
  }
}
