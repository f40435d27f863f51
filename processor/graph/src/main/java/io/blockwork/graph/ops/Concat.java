package io.blockwork.graph.ops;

import java.util.List;

/**
 * All inputs, one after the other in the channels. It has no kernel: its inputs are written where
 * they lie in it.
 *
 * @param path module name
 */
public record Concat(String path) implements Weightless {
  @Override
  public String type() {
    return "Concat";
  }

  @Override
  public Role role() {
    return Role.CONCAT;
  }

  @Override
  public Outcome outcome() {
    return Outcome.CHOSEN;
  }

  @Override
  public Description description() {
    return Description.of("concat");
  }

  @Override
  public Arity arity() {
    return Arity.from(1);
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Shape first = inputs.get(0);
    long channels = 0;
    for (Shape input : inputs) {
      if (input.height() != first.height() || input.width() != first.width()) {
        String size = first.height() + " x " + first.width();
        throw ShapeFault.of(this, inputs, "expected maps of one size", "all of " + size);
      }
      channels += input.channels();
    }
    if (channels > Integer.MAX_VALUE) {
      throw ShapeFault.of(this, inputs, "there are too many channels", "fewer");
    }
    return new Shape((int) channels, first.height(), first.width());
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
  public boolean joins() {
    return true;
  }

  @Override
  public boolean passesGradient(int input) {
    return true;
  }

  @Override
  public boolean runs() {
    return false;
  }

  @Override
  public Call bind(Binding binding) {
    throw new IllegalStateException(path + " is there as soon as its parts are");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.concat(this);
  }
}
