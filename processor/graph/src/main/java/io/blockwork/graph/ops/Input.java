package io.blockwork.graph.ops;

import java.util.List;

/**
 * The images.
 *
 * @param shape of one image
 */
public record Input(Shape shape) implements Op {
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
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public long macs(List<Shape> inputs, Shape output) {
    return 0;
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
}
