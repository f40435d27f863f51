package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * Group norm, as torch's {@code GroupNorm}: over all values of each group of channels.
 *
 * @param path module name
 * @param channels channels
 * @param groups groups
 * @param eps what is added to the variance
 * @param affine whether it has a learned scale and shift
 */
public record GroupNorm(String path, int channels, int groups, double eps, boolean affine)
    implements Op {
  /**
   * Checks the groups.
   *
   * @throws IllegalArgumentException if they do not divide the channels
   */
  public GroupNorm {
    Rules.require(
        groups > 0 && channels % groups == 0, path, "groups that divide " + channels, groups);
  }

  /** With torch's settings. */
  public static GroupNorm of(String path, int channels, int groups) {
    return new GroupNorm(path, channels, groups, BatchNorm2d.EPS, true);
  }

  @Override
  public String type() {
    return "GroupNorm";
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
    return Description.of("group norm " + groups);
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
    return affine ? Parameter.norm(path, channels) : List.of();
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
    return false;
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
    return binding.through(
        "groupNorm",
        Code.call("GroupNorm", "groupNorm", groups)
            .thenIf(eps != BatchNorm2d.EPS, "eps", eps)
            .thenIf(!affine, "plain"));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.groupNorm(this);
  }
}
