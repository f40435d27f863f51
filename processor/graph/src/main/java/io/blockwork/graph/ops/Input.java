package io.blockwork.graph.ops;

import java.util.List;

/**
 * The images.
 *
 * @param shape of one image
 */
public record Input(Shape shape) implements Weightless {
  @Override
  public String path() {
    return "input";
  }

  @Override
  public String type() {
    return "Input";
  }

  @Override
  public Role role() {
    return Role.INPUT;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    return Description.of("images");
  }

  @Override
  public Arity arity() {
    return Arity.NONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return shape;
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
  public boolean runs() {
    return false;
  }

  @Override
  public Call bind(Binding binding) {
    throw new IllegalStateException("the images are there without a kernel");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.input(this);
  }
}
