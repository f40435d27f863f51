package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.loss.Losses;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sharpness-aware minimisation (Foret and others, 2020): the gradients of a step are those at the
 * worst point nearby, {@code w + rho * g / |g|}, at the price of a second training pass.
 *
 * <pre>{@code
 * SharpnessAware sam = new SharpnessAware(net, 0.05);
 * ...
 * sam.train(images, Losses.of(Loss.softmaxCrossEntropy(labels))); // instead of net.train
 * optimizer.step();
 * }</pre>
 *
 * <p>Running statistics move with the first pass only. Where gradients of several batches are
 * accumulated, each batch has a worst point of its own (the paper's m-sharpness). While a pass
 * runs, other threads' {@code forward} may see the weights of the worst point.
 */
public final class SharpnessAware {
  /** What the authors' code adds to the norm. */
  private static final double EPSILON = 1e-12;

  private final Network network;
  private final double rho;

  /**
   * @param network to train
   * @param rho how far away the worst point is looked for, positive: 0.05 is usual
   * @throws IllegalArgumentException if it is not positive
   */
  public SharpnessAware(Network network, double rho) {
    Objects.requireNonNull(network, "network");
    if (!(rho > 0) || Double.isInfinite(rho)) {
      throw new IllegalArgumentException("rho: expected a positive number, got " + rho);
    }
    this.network = network;
    this.rho = rho;
  }

  /**
   * Runs both passes. The weights are as before then, bit for bit, and the gradients those of the
   * worst point; if the gradients of the first pass are not finite, they stay.
   *
   * @param images {@code [N, C, H, W]}
   * @return what the first pass gave
   * @throws IllegalArgumentException as {@link Network#train(INDArray, Losses)} does
   */
  public TrainingResult train(INDArray images, Losses losses) {
    Objects.requireNonNull(images, "images");
    TrainingResult first = keep(network.train(images, losses));
    INDArray gradients = network.gradients().flat();
    double norm = gradients.norm2Number().doubleValue();
    if (!Double.isFinite(norm)) {
      return first;
    }
    Parameters parameters = network.parameters();
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray weights = parameters.flat();
      Map<String, INDArray> statistics = statistics(parameters);
      Parameters.Part trained = Segment.trained(network);
      parameters.write(
          trained,
          memory ->
              Nd4j.getBlasWrapper()
                  .axpy(Double.valueOf(rho / (norm + EPSILON)), gradients, memory.flat()));
      try {
        network.train(images, losses);
      } finally {
        parameters.write(
            trained,
            memory -> {
              memory.flat().assign(weights);
              statistics.forEach((name, values) -> memory.view(name).assign(values));
            });
      }
    }
    return first;
  }

  /** The second pass writes over the outputs. */
  private static TrainingResult keep(TrainingResult first) {
    return new TrainingResult(
        first.loss(),
        first.output().dup(),
        first.auxiliary(),
        first.auxiliaryOutputs().stream().map(INDArray::dup).toList(),
        first.inputGradient());
  }

  private static Map<String, INDArray> statistics(Parameters parameters) {
    Map<String, INDArray> statistics = new LinkedHashMap<>();
    for (ParameterInfo info : parameters.entries()) {
      if (!info.kind().learnable()) {
        statistics.put(info.name(), parameters.get(info.name()));
      }
    }
    return statistics;
  }
}
