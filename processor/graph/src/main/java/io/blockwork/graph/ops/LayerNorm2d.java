package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * Layer norm over the channels of each place, as torchvision's {@code LayerNorm2d}.
 *
 * @param path module name
 * @param channels channels
 * @param eps what is added to the variance
 * @param affine whether it has a learned scale and shift
 */
public record LayerNorm2d(String path, int channels, double eps, boolean affine) implements Op {
  /** With torch's settings. */
  public static LayerNorm2d of(String path, int channels) {
    return new LayerNorm2d(path, channels, BatchNorm2d.EPS, true);
  }

  @Override
  public String type() {
    return "LayerNorm";
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
    return Description.of("layer norm");
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
        "layerNorm",
        Code.call("LayerNorm", "layerNorm")
            .thenIf(eps != BatchNorm2d.EPS, "eps", eps)
            .thenIf(!affine, "plain"));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.layerNorm2d(this);
  }
}
