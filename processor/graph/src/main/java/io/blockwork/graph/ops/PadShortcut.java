package io.blockwork.graph.ops;

import java.util.List;

/**
 * The shortcut without parameters: subsampled, padded with zero channels half before and half after
 * (He et al. 2015, section 3.3, option A).
 *
 * @param path module name
 * @param stride stride
 * @param out output channels
 */
public record PadShortcut(String path, int stride, int out) implements Weightless {
  @Override
  public String type() {
    return "PadShortcut";
  }

  @Override
  public Role role() {
    return Role.MOVE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.CHOSEN_OR_ZERO;
  }

  @Override
  public Description description() {
    return Description.of("pad" + (stride == 1 ? "" : " stride " + stride));
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Shape in = inputs.get(0);
    return new Shape(out, (in.height() + stride - 1) / stride, (in.width() + stride - 1) / stride);
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
    return binding.through("padShortcut", stride);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.padShortcut(this);
  }
}
