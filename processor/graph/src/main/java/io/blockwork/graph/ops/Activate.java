package io.blockwork.graph.ops;

import java.util.List;

/**
 * An activation on its own, which may stand anywhere; a transform gives it to the operation before
 * it where the kernels allow that.
 *
 * @param path module name
 * @param activation which
 */
public record Activate(String path, Activation activation) implements Op {
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
  public Description description() {
    return Description.of(activation.words());
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    return inputs.get(0);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public long macs(List<Shape> inputs, Shape output) {
    return 0;
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
}
