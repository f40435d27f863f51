package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * Some channels of a map.
 *
 * @param path module name
 * @param from the first
 * @param to the one behind the last
 * @param view whether it lies where its input lies, so that nothing is copied
 */
public record ChannelRange(String path, int from, int to, boolean view) implements Weightless {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public ChannelRange {
    Rules.require(from >= 0 && from < to, path, "a range of channels", from + " to " + to);
  }

  /** The channels from one to before another. */
  public static ChannelRange of(String path, int from, int to) {
    return new ChannelRange(path, from, to, false);
  }

  /** The same, where its input lies. */
  public ChannelRange asView() {
    return new ChannelRange(path, from, to, true);
  }

  @Override
  public String type() {
    return "ChannelRange";
  }

  @Override
  public Role role() {
    return Role.MOVE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.CHOSEN;
  }

  @Override
  public Description description() {
    return Description.of("channels " + from + " to " + (to - 1));
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Shape in = inputs.get(0);
    if (in.channels() < to) {
      throw ShapeFault.of(
          this,
          inputs,
          "it ends at channel " + to + " of " + in.channels(),
          "a map of at least " + to + " channels");
    }
    return new Shape(to - from, in.height(), in.width());
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
  public Optional<Channels> part() {
    return Optional.of(new Channels(from, to));
  }

  @Override
  public boolean runs() {
    return !view;
  }

  @Override
  public Call bind(Binding binding) {
    if (!binding.training()) {
      return Call.of("copy", binding.src(0, from, to), binding.dst());
    }
    Code src = binding.src(0, from, to);
    Code dst = binding.dst();
    return Call.of("copy", src, dst, binding.dDst(), binding.dSrc(0, from, to));
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.channelRange(this);
  }
}
