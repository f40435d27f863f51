package io.blockwork.graph.ops;

import java.util.List;

/**
 * Average pooling to a given size, as torch's {@code AdaptiveAvgPool2d}: output {@code i} of {@code
 * n} covers the inputs from {@code floor(i * size / n)} to {@code ceil((i + 1) * size / n)}.
 * Windows may overlap, and the map may become larger.
 *
 * @param path module name
 * @param height of the output
 * @param width of the output
 */
public record AdaptiveAvgPool2d(String path, int height, int width) implements Weightless {
  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public AdaptiveAvgPool2d {
    Rules.require(height > 0 && width > 0, path, "a positive size", height + "x" + width);
  }

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
    String size = height + "x" + width;
    return new Description("mean to " + size, "", "average pooling to " + size);
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return new Shape(inputs.get(0).channels(), height, width);
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
    return binding.through("adaptiveAvgPool");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.adaptiveAvgPool2d(this);
  }
}
