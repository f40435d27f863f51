package io.blockwork.golden;

import io.blockwork.golden.Golden.Float32;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How closely each quantity of a network is compared with its reference.
 *
 * @param steps relative bounds of the losses after 1, 2 and 3 steps; infinite: not compared
 * @param smallSteps the same for the small rate
 */
record Bounds(
    Tolerance evalOutput,
    Tolerance trainOutput,
    double loss,
    double running,
    Tolerance inputGradient,
    Tolerance gradient,
    double[] steps,
    double[] smallSteps) {

  /** Their second and third small-step losses move by 7e-9 to 3e-3 when a weight moves by 2e-15. */
  private static final Set<String> CHAOTIC = Set.of("resnet101", "resnet152", "resnext101_32x8d");

  /**
   * PyTorch multiplies the gradient of a hard sigmoid by {@code 1.0f / 6.0f} in double too, which
   * is off by 3e-8 of itself; with that constant our gradients agree to 2e-13.
   */
  private static final Set<String> HARD_SIGMOID = Set.of("mobilenet_v3_small");

  /** The bounds for one network in {@code FLOAT} or {@code DOUBLE}. */
  static Bounds of(Golden golden, DataType type) {
    return type == DataType.DOUBLE ? ofDouble(golden) : ofFloat(golden);
  }

  /**
   * Outputs, loss and running statistics to 1e-10, gradients to 1e-9, losses after steps to 1e-7:
   * at least ten times what a change of the weights in their last bit does.
   */
  private static Bounds ofDouble(Golden golden) {
    String name = golden.config().get("name").textValue();
    boolean chaotic = CHAOTIC.contains(name);
    double gradient = HARD_SIGMOID.contains(name) ? 1e-7 : 1e-9;
    double skipped = chaotic ? Double.POSITIVE_INFINITY : 1e-7;
    return new Bounds(
        Tolerance.relative(1e-10),
        Tolerance.relative(1e-10),
        1e-10,
        1e-10,
        Tolerance.relative(gradient),
        Tolerance.relative(gradient),
        new double[] {1e-7, 1e-7, 1e-7},
        new double[] {1e-7, skipped, skipped});
  }

  /**
   * Ten times the deviation of PyTorch's own float32 run, which is one run and no bound, and at
   * least some roundings.
   *
   * <p>Gradients have a floor of a tenth: rounding can flip a ReLU or the winner of a max pool,
   * which changes them by 1e-3 to 1e-1 of their norm, in PyTorch's run or in ours. For the same
   * reason losses after steps are compared only where PyTorch's small-step ones stay within 1e-3.
   *
   * <p>The loss of one run may be right by chance to far more places than the outputs that it is
   * computed from: Inception v3's to 2e-6, where they are off by 6e-5. So it may be off by what
   * outputs as exact as PyTorch's allow.
   */
  private static Bounds ofFloat(Golden golden) {
    Float32 torch = golden.float32();
    boolean stable =
        DoubleStream.of(torch.smallStepLossDeviations()).allMatch(deviation -> deviation <= 1e-3);
    double[] steps = {INF, INF, INF};
    double[] smallSteps = {INF, INF, INF};
    for (int i = 0; i < 3 && stable; i++) {
      smallSteps[i] = Math.max(10 * torch.smallStepLossDeviations()[i + 1], 1e-2);
    }
    return new Bounds(
        Tolerance.absolute(
            Math.max(10 * torch.evalOutputMaxDeviation(), 2e-6 * torch.evalOutputMaxAbs())),
        Tolerance.absolute(
            Math.max(10 * torch.trainOutputMaxDeviation(), 2e-6 * torch.trainOutputMaxAbs())),
        Math.max(
            Math.max(10 * torch.lossDeviations()[0], lossOfOutputs(golden)) / golden.train().loss(),
            2e-6),
        Math.max(10 * torch.runningWorstRelative(), 2e-6),
        Tolerance.norm(Math.max(10 * torch.inputGradientRelative(), 0.1)),
        Tolerance.norm(Math.max(10 * torch.gradientWorstRelative(), 0.1)),
        steps,
        smallSteps);
  }

  /**
   * How far a cross entropy may be off when no output is off by more than PyTorch's: its gradient's
   * magnitudes, {@code softmax - target}, add up to at most 2.
   */
  private static double lossOfOutputs(Golden golden) {
    return golden.regression() ? 0 : 2 * golden.float32().trainOutputMaxDeviation();
  }

  private static final double INF = Double.POSITIVE_INFINITY;
}
