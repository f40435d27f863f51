package io.blockwork.graph.ops;

import java.util.List;

/**
 * The channels of all groups in turn, as torch's {@code ChannelShuffle} (Zhang et al. 2017, section
 * 3.1).
 *
 * @param path module name
 * @param groups groups
 */
public record ChannelShuffle(String path, int groups) implements Weightless {
  /**
   * Checks the groups.
   *
   * @throws IllegalArgumentException if there are none
   */
  public ChannelShuffle {
    Rules.require(groups > 0, path, "a positive number of groups", groups);
  }

  @Override
  public String type() {
    return "ChannelShuffle";
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
    return Description.of("shuffle " + groups);
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Shape in = inputs.get(0);
    if (in.channels() % groups != 0) {
      throw ShapeFault.of(
          this,
          inputs,
          in.channels() + " channels make no " + groups + " groups",
          "a multiple of " + groups + " channels");
    }
    return in;
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
    return binding.through("channelShuffle", groups);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.channelShuffle(this);
  }
}
