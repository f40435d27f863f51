package io.blockwork.graph.ops;

import java.util.List;

/**
 * The largest value of each channel.
 *
 * @param path module name
 */
public record GlobalMaxPool(String path) implements Weightless {
  @Override
  public String type() {
    return "AdaptiveMaxPool2d";
  }

  @Override
  public Role role() {
    return Role.POOL;
  }

  @Override
  public Outcome outcome() {
    return Outcome.CHOSEN;
  }

  @Override
  public Description description() {
    return Description.of("max");
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return new Shape(inputs.get(0).channels(), 1, 1);
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
    return binding.through("globalMaxPool");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.globalMaxPool(this);
  }
}
