package io.blockwork.graph.ops;

/**
 * An activation on its own, which may stand anywhere; a transform gives it to the operation before
 * it where the kernels allow that.
 *
 * @param path module name
 * @param activation which
 */
public record Activate(String path, Activation activation) implements SameShape {
  /** ReLU. */
  public static Activate relu(String path) {
    return new Activate(path, Activation.RELU);
  }

  /** The logistic function. */
  public static Activate sigmoid(String path) {
    return new Activate(path, Activation.SIGMOID);
  }

  @Override
  public String type() {
    return activation.type();
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
    return Description.of(activation.words());
  }

  @Override
  public Reads backwardReads() {
    return activation.fromOutput() ? Reads.OUTPUT : Reads.INPUTS;
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
  public Call bind(Binding binding) {
    return binding.through("activation", activation.code());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.activate(this);
  }
}
