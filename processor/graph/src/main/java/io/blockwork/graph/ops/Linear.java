package io.blockwork.graph.ops;

import java.util.List;

/**
 * A linear layer, as torch's {@code Linear}: on all values of its input as a vector, or, if it
 * takes as many values as a map has channels, on the channels of each place.
 *
 * @param path module name
 * @param in input values
 * @param out output values
 * @param bias whether it has a bias
 * @param initial what its weights start with
 * @param activation what ends it; in training one whose derivative its output tells
 */
public record Linear(
    String path, int in, int out, boolean bias, Initial initial, Activation activation)
    implements Op {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if they are not positive
   */
  public Linear {
    Rules.require(in > 0 && out > 0, path, "positive sizes", in + " and " + out);
  }

  /** A linear layer with bias, with torch's initial weights. */
  public static Linear of(String path, int in, int out) {
    return new Linear(path, in, out, true, Initial.torch(in), Activation.NONE);
  }

  /** The same without bias. */
  public Linear withoutBias() {
    return new Linear(path, in, out, false, initial, activation);
  }

  /** The same with other initial weights. */
  public Linear initial(Initial initial) {
    return new Linear(path, in, out, bias, initial, activation);
  }

  /** The same ending in {@code activation}. */
  public Linear ending(Activation activation) {
    return new Linear(path, in, out, bias, initial, activation);
  }

  @Override
  public String type() {
    return "Linear";
  }

  @Override
  public Role role() {
    return Role.WEIGHTED;
  }

  @Override
  public Description description() {
    return Description.of("linear", activation.words());
  }

  @Override
  public Arity arity() {
    return Arity.ONE;
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    Shape shape = inputs.get(0);
    if (shape.elements() == in) {
      return new Shape(out, 1, 1);
    } else if (shape.channels() == in) {
      return new Shape(out, shape.height(), shape.width());
    }
    throw ShapeFault.of(
        this,
        inputs,
        "expected " + in + " values, got " + shape.elements(),
        "a vector of " + in + " values, or a map of " + in + " channels");
  }

  @Override
  public List<Parameter> parameters() {
    return bias
        ? List.of(
            Parameter.weight(path, initial, out, in), Parameter.bias(path, Initial.torch(in), out))
        : List.of(Parameter.weight(path, initial, out, in));
  }

  @Override
  public long macs(List<Shape> inputs, Shape output) {
    return in * output.elements();
  }

  @Override
  public Reads backwardReads() {
    return activation.isNone() ? Reads.INPUTS : Reads.INPUTS_AND_OUTPUT;
  }

  @Override
  public boolean overwrites(int input) {
    return false;
  }

  @Override
  public GradientUse gradientUse() {
    return activation.isNone() ? GradientUse.READS : GradientUse.DESTROYS;
  }

  @Override
  public boolean isVector(boolean input) {
    return true;
  }

  @Override
  public Call bind(Binding binding) {
    return bias
        ? binding.through("linear", activation.code())
        : binding.through(
            "linear", Code.call("Linear", "linear").then("withoutBias"), activation.code());
  }

  @Override
  public Call declare(Shape output) {
    return bias && output.isVector() && initial.isSame(Initial.torch(in))
        ? Call.of("linear", in, out)
        : Call.GENERAL;
  }
}
