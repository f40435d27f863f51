package io.blockwork.graph.ops;

import java.util.List;

/**
 * Zeros around a map.
 *
 * @param path module name
 * @param padding how many
 */
public record ZeroPad2d(String path, Padding padding) implements Weightless {
  @Override
  public String type() {
    return "ZeroPad2d";
  }

  @Override
  public Role role() {
    return Role.MOVE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.CHOSEN_OR_ZERO;
  }

  @Override
  public Description description() {
    return Description.of("zero padding");
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Shape in = inputs.get(0);
    return new Shape(
        in.channels(), in.height() + padding.vertical(), in.width() + padding.horizontal());
  }

  @Override
  public Reads backwardReads() {
    return Reads.NOTHING;
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
  public Call bind(Binding binding) {
    return binding.through("zeroPad", padding.code());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.zeroPad2d(this);
  }
}
