package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * Batch normalisation, as torch's {@code BatchNorm2d}: by the batch's statistics in training, by
 * the running ones in inference.
 *
 * @param path module name
 * @param channels channels
 * @param eps what is added to the variance
 * @param momentum the share of the new batch in the running statistics, as torch counts it
 * @param fromZero whether its scale starts at zero, not at one
 * @param recompute whether the backward pass computes its output again instead of keeping it
 * @param activation what ends it; in training ReLU or nothing
 */
public record BatchNorm2d(
    String path,
    int channels,
    double eps,
    double momentum,
    boolean fromZero,
    boolean recompute,
    Activation activation)
    implements Op {
  /** torch's epsilon. */
  public static final double EPS = 1e-5;

  /** torch's momentum. */
  public static final double MOMENTUM = 0.1;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if there are no channels, or eps or momentum is none
   */
  public BatchNorm2d {
    Rules.require(channels > 0, path, "positive channels", channels);
    Rules.require(eps >= 0, path, "an eps of at least 0", eps);
    Rules.require(momentum >= 0 && momentum <= 1, path, "a momentum from 0 to 1", momentum);
  }

  /** A batch norm with torch's settings, whose scale starts at one and whose output is kept. */
  public static BatchNorm2d of(String path, int channels) {
    return new BatchNorm2d(path, channels, EPS, MOMENTUM, false, false, Activation.NONE);
  }

  /** The same with another epsilon. */
  public BatchNorm2d eps(double eps) {
    return new BatchNorm2d(path, channels, eps, momentum, fromZero, recompute, activation);
  }

  /** The same with another momentum. */
  public BatchNorm2d momentum(double momentum) {
    return new BatchNorm2d(path, channels, eps, momentum, fromZero, recompute, activation);
  }

  /** The same with a scale that starts at zero, or not. */
  public BatchNorm2d fromZero(boolean fromZero) {
    return new BatchNorm2d(path, channels, eps, momentum, fromZero, recompute, activation);
  }

  /** The same with an output that is computed again, or not. */
  public BatchNorm2d recompute(boolean recompute) {
    return new BatchNorm2d(path, channels, eps, momentum, fromZero, recompute, activation);
  }

  /** The same ending in {@code activation}. */
  public BatchNorm2d ending(Activation activation) {
    return new BatchNorm2d(path, channels, eps, momentum, fromZero, recompute, activation);
  }

  @Override
  public String type() {
    return "BatchNorm2d";
  }

  @Override
  public Role role() {
    return Role.NORM;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    return Description.of("norm", activation.words());
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return Rules.channels(this, inputs, channels);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        Parameter.scale(path, fromZero ? Initial.ZEROS : Initial.ONES, channels),
        Parameter.bias(path, Initial.ZEROS, channels),
        new Parameter(
            path + ".running_mean", Parameter.Kind.RUNNING_MEAN, List.of(channels), Initial.ZEROS),
        new Parameter(
            path + ".running_var", Parameter.Kind.RUNNING_VAR, List.of(channels), Initial.ONES),
        new Parameter(
            path + ".num_batches_tracked",
            Parameter.Kind.NUM_BATCHES_TRACKED,
            List.of(),
            Initial.ZEROS));
  }

  @Override
  public long macs(List<Shape> inputs, Shape output) {
    return 0;
  }

  @Override
  public Reads backwardReads() {
    return activation.isNone() ? Reads.INPUTS : Reads.INPUTS_AND_OUTPUT;
  }

  @Override
  public boolean overwrites(int input) {
    return true;
  }

  @Override
  public GradientUse gradientUse() {
    return activation.isNone() ? GradientUse.OVERWRITES : GradientUse.DESTROYS_AND_OVERWRITES;
  }

  @Override
  public boolean batchStatistics() {
    return true;
  }

  @Override
  public boolean foldsNorm() {
    return false;
  }

  @Override
  public int weightGroups() {
    return 1;
  }

  @Override
  public Optional<ConstantAffine> constantAffine() {
    return Optional.empty();
  }

  @Override
  public Call bind(Binding binding) {
    boolean torch = eps == EPS && (momentum == MOMENTUM || !binding.training());
    if (torch && (activation.isNone() || activation.isRelu())) {
      return binding.through(activation.isNone() ? "batchNorm" : "batchNormRelu");
    }
    Code norm =
        Code.call("Norm", "norm")
            .thenIf(eps != EPS, "eps", eps)
            .thenIf(momentum != MOMENTUM && binding.training(), "momentum", momentum);
    return binding.training()
        ? binding.through("batchNorm", norm, activation.isRelu())
        : binding.through("batchNorm", norm, activation.code());
  }

  @Override
  public Call declare(Shape output) {
    return Call.of(
        fromZero ? "batchNormFromZero" : "batchNorm",
        output.channels(),
        output.height(),
        output.width());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.batchNorm2d(this);
  }
}
