package io.blockwork.graph.ops;

/**
 * The logarithm of {@link Softmax} over the channels of each place, as torch.nn.LogSoftmax(1).
 *
 * @param path module name
 */
public record LogSoftmax(String path) implements SameShape {
  @Override
  public String type() {
    return "LogSoftmax";
  }

  @Override
  public Role role() {
    return Role.ELEMENTWISE;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    return Description.of("log softmax");
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
    return binding.through("logSoftmax");
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.logSoftmax(this);
  }
}
