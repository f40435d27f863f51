package io.blockwork.engine.nd4j;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Kernel;
import java.util.List;

/**
 * {@code dst} = the activation of a sum.
 *
 * @param activation applied to the sum
 * @param terms what is added; {@code dst} may be among them, since each value is read before it is
 *     written
 * @param dst the sum
 */
record Sum(Activation activation, List<Term> terms, Nd4jTensor dst) implements Kernel {
  /**
   * An input.
   *
   * @param tensor its values
   * @param factor what they are multiplied by
   */
  record Term(Nd4jTensor tensor, double factor) {}

  @Override
  public void run() {
    Elementwise.forEachRun(
        dst,
        (n, at, count, x, y) -> {
          double[] sum = new double[count];
          for (Term term : terms) {
            term.tensor().read(n, at, x, count);
            for (int i = 0; i < count; i++) {
              sum[i] += term.factor() * x[i];
            }
          }
          Activations.apply(activation, sum, count);
          dst.write(n, at, sum, count);
        });
  }
}
