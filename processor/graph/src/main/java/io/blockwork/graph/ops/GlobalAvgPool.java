package io.blockwork.graph.ops;

import java.util.List;

/**
 * The mean of each channel.
 *
 * @param path module name
 */
public record GlobalAvgPool(String path) implements Weightless {
  @Override
  public String type() {
    return "AdaptiveAvgPool2d";
  }

  @Override
  public Role role() {
    return Role.POOL;
  }

  @Override
  public Outcome outcome() {
    return Outcome.AVERAGED;
  }

  @Override
  public Description description() {
    return Description.of("mean");
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
    return binding.through("globalAvgPool");
  }

  @Override
  public Call declare(Shape output) {
    return Call.of("globalAvgPool", output.channels());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.globalAvgPool(this);
  }
}
