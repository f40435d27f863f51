package io.blockwork.graph.ops;

/**
 * Softmax over the channels of each place.
 *
 * @param path module name
 */
public record Softmax(String path) implements SameShape {
  @Override
  public String type() {
    return "Softmax";
  }

  @Override
  public Role role() {
    return Role.ELEMENTWISE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.SHARES;
  }

  @Override
  public Description description() {
    return Description.of("softmax");
  }

  @Override
  public Reads backwardReads() {
    return Reads.OUTPUT;
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
    return binding.through("softmax");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.softmax(this);
  }
}
