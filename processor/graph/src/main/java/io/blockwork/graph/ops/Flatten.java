package io.blockwork.graph.ops;

import java.util.List;

/**
 * A map as a vector: channel by channel, each row by row.
 *
 * @param path module name
 */
public record Flatten(String path) implements Weightless {
  @Override
  public String type() {
    return "Flatten";
  }

  @Override
  public Role role() {
    return Role.MOVE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.CHOSEN;
  }

  @Override
  public Description description() {
    return Description.of("flatten");
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Shape in = inputs.get(0);
    if (in.elements() > Integer.MAX_VALUE) {
      throw ShapeFault.of(this, inputs, "the vector has too many values", "a smaller map");
    }
    return new Shape((int) in.elements(), 1, 1);
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
  public boolean isVector(boolean input) {
    return true;
  }

  @Override
  public Call bind(Binding binding) {
    return binding.through("flatten");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.flatten(this);
  }
}
