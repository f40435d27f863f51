package io.blockwork.graph.ops;

import java.util.List;

/** An operation without parameters whose output has the shape of its only input, whatever it is. */
public sealed interface SameShape extends Weightless
    permits Activate, Copy, Dropout, LocalResponseNorm, LogSoftmax, Softmax, StochasticDepth {
  @Override
  default Arity arity() {
    return Arity.ONE;
  }

  @Override
  default Shape shape(List<Shape> inputs) {
    return inputs.get(0);
  }
}
