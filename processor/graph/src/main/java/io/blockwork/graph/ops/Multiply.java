package io.blockwork.graph.ops;

import java.util.List;

/**
 * The product of two tensors of one shape, value by value.
 *
 * @param path module name
 */
public record Multiply(String path) implements Weightless {
  @Override
  public String type() {
    return "Mul";
  }

  @Override
  public Role role() {
    return Role.PRODUCT;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    return Description.of("multiply");
  }

  @Override
  public Arity arity() {
    return Arity.TWO;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return Rules.same(this, inputs);
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
  public Call bind(Binding binding) {
    return binding.through("multiply");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.multiply(this);
  }
}
