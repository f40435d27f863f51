package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * Max pooling, as torch's {@code MaxPool2d}; the padding never wins.
 *
 * @param path module name
 * @param window its window
 */
public record MaxPool2d(String path, Window window) implements Weightless {
  /**
   * Checks the window.
   *
   * @throws IllegalArgumentException if it is dilated, or its padding is more than half of it, so
   *     that a window may see nothing of the map
   */
  public MaxPool2d {
    window.requirePool(path);
  }

  @Override
  public String type() {
    return "MaxPool2d";
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
    return new Description("max " + window.words(), "", window.words() + " max pooling");
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
    return binding.through("maxPool", window.pool());
  }

  @Override
  public Call declare(Shape output) {
    return Call.of("maxPool", output.channels(), output.height(), output.width());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.maxPool2d(this);
  }
}
