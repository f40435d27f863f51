package io.blockwork.processor.dsl;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.StateDict;
import io.blockwork.graph.ops.ConstantAffine;
import io.blockwork.graph.ops.Parameter;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.published.PretrainedWeights.Pictures;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares a network with the one that published weights were trained for. */
public final class PublishedMatch {
  private PublishedMatch() {}

  /**
   * A parameter that keeps the weights from being loaded.
   *
   * @param parameter its name
   * @param ours its shape in the network, or {@code missing}
   * @param theirs its shape in the weights, or {@code missing}
   */
  public record Difference(String parameter, String ours, String theirs) {}

  /**
   * The first parameter that differs.
   *
   * @param heads modules of the network whose parameters may have other shapes: they keep their
   *     initial values then
   * @param leftOut modules that the weights may have, and the network has not
   */
  public static Optional<Difference> difference(
      Graph ours, Graph theirs, List<String> heads, List<String> leftOut) {
    Map<String, String> own = shapes(ours);
    Map<String, String> other = shapes(theirs);
    for (Map.Entry<String, String> entry : own.entrySet()) {
      String there = other.getOrDefault(entry.getKey(), "missing");
      if (!within(heads, entry.getKey()) && !entry.getValue().equals(there)) {
        return Optional.of(new Difference(entry.getKey(), entry.getValue(), there));
      }
    }
    for (Map.Entry<String, String> entry : other.entrySet()) {
      if (!own.containsKey(entry.getKey()) && !within(leftOut, entry.getKey())) {
        return Optional.of(new Difference(entry.getKey(), "missing", entry.getValue()));
      }
    }
    return Optional.empty();
  }

  private static boolean within(List<String> modules, String parameter) {
    return modules.stream().anyMatch(module -> parameter.startsWith(module + "."));
  }

  private static Map<String, String> shapes(Graph graph) {
    Map<String, String> shapes = new LinkedHashMap<>();
    StateDict.learnable(graph).forEach(p -> shapes.put(p.name(), p.shape().toString()));
    return shapes;
  }

  /** The number of learnable values that weights for a network have. */
  public static long parameters(Graph graph) {
    return StateDict.learnable(graph).stream().mapToLong(Parameter::length).sum();
  }

  /**
   * The weights as they are for a network that scales and shifts its images, where the one that
   * they were trained for does not, or the other way round: what is left of the normalisation.
   */
  static PretrainedWeights normalizedBy(Graph ours, Graph theirs, PretrainedWeights weights) {
    Optional<ConstantAffine> own = affine(ours);
    Optional<ConstantAffine> other = affine(theirs);
    if (own.equals(other)) {
      return weights;
    }
    Pictures before = weights.pictures();
    List<Double> mean = new ArrayList<>();
    List<Double> std = new ArrayList<>();
    for (int c = 0; c < before.mean().size(); c++) {
      var channel = new Channel(exact(before.mean().get(c)), exact(before.std().get(c)));
      if (other.isPresent()) {
        channel = channel.after(other.get(), c);
      }
      if (own.isPresent()) {
        channel = channel.before(own.get(), c);
      }
      mean.add(channel.mean().doubleValue());
      std.add(channel.std().doubleValue());
    }
    return std.stream().allMatch(s -> s > 0) ? weights.normalization(mean, std) : weights;
  }

  /** Decimals as they are written, so that 0.5 of 0.458 is 0.229. */
  private static BigDecimal exact(double value) {
    return new BigDecimal(String.valueOf(value));
  }

  /** What is done to a channel: {@code (x - mean) / std}. */
  private record Channel(BigDecimal mean, BigDecimal std) {
    /** This, and then the operation. */
    Channel after(ConstantAffine affine, int channel) {
      BigDecimal scale = exact(affine.scale().get(channel));
      BigDecimal shift = exact(affine.shift().get(channel));
      BigDecimal rest = std.divide(scale, MathContext.DECIMAL32);
      return new Channel(mean.subtract(shift.multiply(rest)), rest);
    }

    /** What is this after the operation has been done. */
    Channel before(ConstantAffine affine, int channel) {
      BigDecimal scale = exact(affine.scale().get(channel));
      BigDecimal shift = exact(affine.shift().get(channel));
      return new Channel(mean.add(std.multiply(shift)), std.multiply(scale));
    }
  }

  /** The operation that alone reads the images, if it scales and shifts three channels. */
  private static Optional<ConstantAffine> affine(Graph graph) {
    List<Node> readers = graph.consumers().get(0);
    return readers.size() == 1
        ? readers
            .get(0)
            .op()
            .constantAffine()
            .filter(affine -> affine.scale().size() == 3)
            .filter(affine -> affine.scale().stream().allMatch(s -> s > 0))
        : Optional.empty();
  }
}
