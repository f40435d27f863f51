package io.blockwork.graph.ops;

/**
 * The same values in other memory, where a concatenation cannot have them in place.
 *
 * @param path module name
 */
public record Copy(String path) implements SameShape {
  @Override
  public String type() {
    return "Copy";
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
    return Description.of("copy");
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
    return binding.through("copy");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.copy(this);
  }
}
