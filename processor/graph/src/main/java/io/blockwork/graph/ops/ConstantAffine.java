package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * A constant scale and shift a channel: torchvision's {@code transform_input}.
 *
 * @param path module name
 * @param scale one for each channel
 * @param shift one for each channel, added after the scale
 */
public record ConstantAffine(String path, List<Double> scale, List<Double> shift)
    implements Weightless {
  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if they are not of one length
   */
  public ConstantAffine {
    scale = List.copyOf(scale);
    shift = List.copyOf(shift);
    Rules.require(
        scale.size() == shift.size(),
        path,
        "a scale and a shift for each channel",
        scale.size() + " and " + shift.size());
  }

  @Override
  public String type() {
    return "Affine";
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
    return Description.of("affine");
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return Rules.channels(this, inputs, scale.size());
  }

  @Override
  public Reads backwardReads() {
    return Reads.NOTHING;
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
  public Optional<ConstantAffine> constantAffine() {
    return Optional.of(this);
  }

  @Override
  public Call bind(Binding binding) {
    Code scaled = Code.call("Affine", "scaled", scale.toArray());
    return binding.through("affine", scaled.then("shifted", shift.toArray()));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.constantAffine(this);
  }
}
