package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * ReLU with a learned slope for negative values, one for all channels or one a channel (He et al.
 * 2015, section 2.1).
 *
 * @param path module name
 * @param slopes 1, or the number of channels
 * @param initial what the slopes start with
 */
public record PRelu(String path, int slopes, double initial) implements Op {
  /** torch's initial slope. */
  public static final double INITIAL = 0.25;

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public PRelu {
    Rules.require(slopes > 0, path, "a positive number of slopes", slopes);
  }

  /** With torch's initial slope. */
  public static PRelu of(String path, int slopes) {
    return new PRelu(path, slopes, INITIAL);
  }

  @Override
  public String type() {
    return "PReLU";
  }

  @Override
  public Role role() {
    return Role.ELEMENTWISE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    return Description.of("prelu");
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return slopes == 1 ? inputs.get(0) : Rules.channels(this, inputs, slopes);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(Parameter.scale(path, Initial.constant(initial), slopes));
  }

  @Override
  public long macs(List<Shape> inputs, Shape output) {
    return 0;
  }

  @Override
  public Reads backwardReads() {
    return Reads.INPUTS;
  }

  @Override
  public boolean overwrites(int input) {
    return true;
  }

  @Override
  public GradientUse gradientUse() {
    return GradientUse.READS;
  }

  @Override
  public Activation activation() {
    return Activation.NONE;
  }

  @Override
  public boolean batchStatistics() {
    return false;
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
    return binding.through("prelu");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.prelu(this);
  }
}
