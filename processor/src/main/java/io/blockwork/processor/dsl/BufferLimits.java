package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Op;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.spec.Message;
import java.util.Locale;
import java.util.Optional;

/** What a buffer, whose index is a 32-bit number, cannot hold. */
final class BufferLimits {
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

  /** Values of one parameter: at run time its memory is addressed in bytes, by a 32-bit number. */
  private static final long MOST_WEIGHTS = Integer.MAX_VALUE / Float.BYTES;

  /** Learnable values of all operations so far: one buffer holds their gradients. */
  private long parameters;

  /**
   * What is too large of one operation more, or of all together.
   *
   * @param site where it stands
   * @param shape of its output
   */
  Optional<Fault> add(Site site, Op op, Shape shape) {
    parameters += op.learnable();
    for (Parameter parameter : op.parameters()) {
      if (parameter.length() > MOST_WEIGHTS) {
        String length = count(parameter.length());
        return Optional.of(
            Fault.of(Message.LAYER_TOO_LARGE, site, op.path(), length, count(MOST_WEIGHTS)));
      }
    }
    if (shape.elements() > MOST_ELEMENTS) {
      String elements = count(shape.elements());
      return Optional.of(
          Fault.of(
              Message.OUTPUT_TOO_LARGE, site, op.path(), shape, elements, count(MOST_ELEMENTS)));
    } else if (parameters > MOST_ELEMENTS) {
      String all = count(parameters);
      return Optional.of(
          Fault.of(Message.NETWORK_TOO_LARGE, site, op.path(), all, count(MOST_ELEMENTS)));
    }
    return Optional.empty();
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
