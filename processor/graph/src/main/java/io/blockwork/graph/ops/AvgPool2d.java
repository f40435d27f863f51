package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * Average pooling, as torch's {@code AvgPool2d}.
 *
 * @param path module name
 * @param window its window
 * @param countPadding whether the divisor counts the padding, as torch's {@code count_include_pad}
 *     does by default
 */
public record AvgPool2d(String path, Window window, boolean countPadding) implements Weightless {
  /**
   * Checks the window.
   *
   * @throws IllegalArgumentException if it is dilated, or its padding is more than half of it, so
   *     that a window may see nothing of the map
   */
  public AvgPool2d {
    window.requirePool(path);
  }

  /** A pool that does not overlap itself, without padding. */
  public static AvgPool2d tiling(String path, int side) {
    return new AvgPool2d(path, Window.tiling(side), true);
  }

  @Override
  public String type() {
    return "AvgPool2d";
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
    return new Description("mean " + window.words(), "", window.words() + " pooling");
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return Rules.window(this, inputs, inputs.get(0).channels(), window);
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
  public Optional<Window> poolWindow() {
    return Optional.of(window);
  }

  @Override
  public Call bind(Binding binding) {
    // Without padding there is nothing to count.
    boolean counts = countPadding && !window.padding().isNone();
    return binding.through("avgPool", window.pool().thenIf(counts, "countingPadding"));
  }

  @Override
  public Call declare(Shape output) {
    return Call.of("avgPool", output.channels(), output.height(), output.width());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.avgPool2d(this);
  }
}
