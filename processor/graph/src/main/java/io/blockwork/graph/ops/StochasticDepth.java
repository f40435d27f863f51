package io.blockwork.graph.ops;

/**
 * Stochastic depth, in training only: the whole image is zero with some probability, and the others
 * are multiplied by {@code 1 / (1 - rate)}; torchvision's mode "row".
 *
 * @param path module name
 * @param rate probability of a zero image
 */
public record StochasticDepth(String path, double rate) implements SameShape {
  /**
   * Checks the rate.
   *
   * @throws IllegalArgumentException if it is not at least 0 and below 1
   */
  public StochasticDepth {
    Rules.require(rate >= 0 && rate < 1, path, "a rate from 0 to below 1", rate);
  }

  @Override
  public String type() {
    return "StochasticDepth";
  }

  @Override
  public Role role() {
    return Role.ELEMENTWISE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.CHOSEN;
  }

  @Override
  public Description description() {
    return Description.of("stochastic depth " + Description.rounded(rate));
  }

  @Override
  public Reads backwardReads() {
    return Reads.NOTHING;
  }

  @Override
  public boolean overwrites(int input) {
    return true;
  }

  @Override
  public GradientUse gradientUse() {
    return GradientUse.OVERWRITES;
  }

  @Override
  public boolean isRandom() {
    return true;
  }

  @Override
  public Call bind(Binding binding) {
    return binding.through("stochasticDepth", rate);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.stochasticDepth(this);
  }
}
