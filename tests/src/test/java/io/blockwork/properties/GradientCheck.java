package io.blockwork.properties;

import static java.util.Objects.requireNonNull;

import io.blockwork.Network;
import io.blockwork.TrainingResult;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.ParameterInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Compares gradients with central differences of the training loss, one random direction for each
 * tensor.
 *
 * <p>The loss has kinks where a ReLU or a max pool changes its mind. A step that crosses one gives
 * a wrong difference quotient, so that a direction passes if any of several step sizes agrees: the
 * smaller the step, the fewer kinks it crosses, and the more rounding it suffers.
 */
final class GradientCheck {
  private static final int MOST_TENSORS = 10;
  private static final double[] STEPS = {1e-5, 1e-6, 1e-7, 1e-8};
  private static final double RELATIVE = 1e-5;

  /**
   * What the quotient of a loss near 1 loses to rounding. The smallest step, which loses more, is
   * for norms over a few nearly equal values, whose gradients are large and whose kinks lie close.
   */
  private static final double ROUNDING = 1e-8;

  private final Supplier<Network> networks;
  private final Map<String, INDArray> weights;
  private final INDArray images;
  private final Loss loss;
  private final Random random;

  /**
   * A check of one network.
   *
   * @param networks makes the network anew for each evaluation, so that dropout draws the same mask
   */
  GradientCheck(
      Supplier<Network> networks,
      Map<String, INDArray> weights,
      INDArray images,
      Loss loss,
      Random random) {
    this.networks = networks;
    this.weights = weights;
    this.images = images;
    this.loss = loss;
    this.random = random;
  }

  /** The tensors whose gradient disagrees, with the figures; empty if all is well. */
  List<String> failures() {
    Map<String, INDArray> gradients = new TreeMap<>();
    INDArray imageGradient;
    try (Network network = networks.get()) {
      fill(network, Map.of());
      TrainingResult result = network.trainWithInputGradient(images, loss);
      imageGradient = result.inputGradient().orElseThrow();
      for (ParameterInfo info : network.parameters().entries()) {
        if (info.kind().learnable()) {
          gradients.put(info.name(), network.gradients().get(info.name()).dup());
        }
      }
    }
    List<Map.Entry<String, INDArray>> sample = new ArrayList<>(gradients.entrySet());
    Collections.shuffle(sample, random);
    List<String> failures = new ArrayList<>();
    for (var entry : sample.subList(0, Math.min(MOST_TENSORS, sample.size()))) {
      check(entry.getKey(), entry.getValue(), direction(entry.getValue()), failures);
    }
    check("input", imageGradient, direction(imageGradient), failures);
    return failures;
  }

  private void check(String name, INDArray gradient, INDArray direction, List<String> failures) {
    double expected = gradient.mul(direction).sumNumber().doubleValue();
    double allowed = RELATIVE * gradient.norm2Number().doubleValue() + ROUNDING;
    double closest = Double.NaN;
    for (double step : STEPS) {
      double above = loss(name, direction.mul(step));
      double below = loss(name, direction.mul(-step));
      double quotient = (above - below) / (2 * step);
      if (Math.abs(quotient - expected) <= allowed) {
        return;
      }
      if (!(Math.abs(closest - expected) <= Math.abs(quotient - expected))) {
        closest = quotient;
      }
    }
    failures.add(
        "%s: gradient %.9g along a random direction, difference quotient %.9g, allowed %.1e"
            .formatted(name, expected, closest, allowed));
  }

  private double loss(String name, INDArray change) {
    try (Network network = networks.get()) {
      if (name.equals("input")) {
        fill(network, Map.of());
        return network.train(images.add(change), loss).loss();
      }
      fill(network, Map.of(name, requireNonNull(weights.get(name)).add(change)));
      return network.train(images, loss).loss();
    }
  }

  private void fill(Network network, Map<String, INDArray> changed) {
    weights.forEach(
        (name, values) -> network.parameters().set(name, changed.getOrDefault(name, values)));
  }

  private INDArray direction(INDArray like) {
    return normal(random, like.shape());
  }

  /** Independent normal values. */
  static INDArray normal(Random random, long... shape) {
    double[] values = random.doubles(length(shape)).map(u -> random.nextGaussian()).toArray();
    return Nd4j.createFromArray(values).castTo(DataType.DOUBLE).reshape('c', shape);
  }

  private static long length(long... shape) {
    long length = 1;
    for (long side : shape) {
      length *= side;
    }
    return length;
  }
}
