package io.blockwork.graph.ops;

import java.util.List;

/**
 * The first input times one factor a channel, the second: the gate of squeeze-and-excitation.
 *
 * @param path module name
 */
public record Scale(String path) implements Weightless {
  @Override
  public String type() {
    return "Scale";
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
    return Description.of("scale");
  }

  @Override
  public Arity arity() {
    return Arity.TWO;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Shape in = inputs.get(0);
    if (!inputs.get(1).equals(new Shape(in.channels(), 1, 1))) {
      throw ShapeFault.of(
          this,
          inputs,
          "expected a factor a channel",
          "a second input of " + new Shape(in.channels(), 1, 1));
    }
    return in;
  }

  @Override
  public Reads backwardReads() {
    return Reads.INPUTS;
  }

  @Override
  public boolean overwrites(int input) {
    return input == 0;
  }

  @Override
  public GradientUse gradientUse() {
    return GradientUse.READS;
  }

  @Override
  public Call bind(Binding binding) {
    return binding.through("scale");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.scale(this);
  }
}
