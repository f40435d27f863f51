package io.blockwork.engine.onednn;

import io.blockwork.engine.Layer;

/** A layer that does nothing: something else does its work, or its name is all that is asked. */
final class NoLayer implements Layer {
  @Override
  public void forward() {
    // Nothing to do.
  }

  @Override
  public void backward() {
    // Nothing to do.
  }

  @Override
  public void recompute() {
    // Nothing to do.
  }
}
