package io.blockwork.graph.ops;

import java.util.List;
import java.util.Optional;

/**
 * A linear layer, as torch's {@code Linear}: on all values of its input as a vector, or, if it
 * takes as many values as a map has channels, on the channels of each place.
 *
 * @param path module name
 * @param in input values
 * @param out output values
 * @param bias what its bias starts with; empty if it has none
 * @param initial what its weights start with
 * @param activation what ends it; in training one whose derivative its output tells
 */
public record Linear(
    String path, int in, int out, Optional<Initial> bias, Initial initial, Activation activation)
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
    Initial torch = Initial.torch(in);
    return new Linear(path, in, out, Optional.of(torch), torch, Activation.NONE);
  }

  /** The same without bias. */
  public Linear withoutBias() {
    return new Linear(path, in, out, Optional.empty(), initial, activation);
  }

  /** The same with a bias that starts with other values. */
  public Linear withBias(Initial start) {
    return new Linear(path, in, out, Optional.of(start), initial, activation);
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
  public Outcome outcome() {
    return Outcome.COMPUTED;
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
    return bias.isPresent()
        ? List.of(Parameter.weight(path, initial, out, in), Parameter.bias(path, bias.get(), out))
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
  public boolean batchStatistics() {
    return false;
  }

  @Override
  public boolean foldsNorm() {
    return false;
  }

  @Override
  public int weightGroups() {
    return 1;
  }

  @Override
  public Optional<ConstantAffine> constantAffine() {
    return Optional.empty();
  }

  @Override
  public boolean isVector(boolean input) {
    return true;
  }

  @Override
  public Call bind(Binding binding) {
    return bias.isPresent()
        ? binding.through("linear", activation.code())
        : binding.through(
            "linear", Code.call("Linear", "linear").then("withoutBias"), activation.code());
  }

  @Override
  public Call declare(Shape output) {
    Initial torch = Initial.torch(in);
    return bias.map(start -> start.isSame(torch)).orElse(false)
            && output.isVector()
            && initial.isSame(torch)
        ? Call.of("linear", in, out)
        : Call.GENERAL;
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.linear(this);
  }
}
