package io.blockwork.graph.ops;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The sum of tensors of one shape, each times a constant.
 *
 * @param path module name
 * @param factors one for each input
 * @param activation what ends it; in training ReLU or nothing
 */
public record Sum(String path, List<Double> factors, Activation activation) implements Weightless {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public Sum {
    factors = List.copyOf(factors);
    Rules.require(!factors.isEmpty(), path, "at least one input", factors);
  }

  /** The sum of two. */
  public static Sum of(String path) {
    return of(path, 2);
  }

  /** The sum of so many. */
  public static Sum of(String path, int inputs) {
    return new Sum(path, Collections.nCopies(inputs, 1.0), Activation.NONE);
  }

  /** The sum of inputs that are multiplied each, as Inception-ResNet's 0.17. */
  public static Sum scaled(String path, Double... factors) {
    return new Sum(path, List.of(factors), Activation.NONE);
  }

  /** The same ending in {@code activation}. */
  public Sum ending(Activation activation) {
    return new Sum(path, factors, activation);
  }

  /** Whether no input is multiplied. */
  public boolean isPlain() {
    for (double factor : factors) {
      if (factor != 1) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String type() {
    return "Sum";
  }

  @Override
  public Role role() {
    return Role.SUM;
  }

  @Override
  public Outcome outcome() {
    return Outcome.COMPUTED;
  }

  @Override
  public Description description() {
    return Description.of("add", activation.words());
  }

  @Override
  public Arity arity() {
    return Arity.from(1);
  }

  @Override
  public Shape shape(List<Shape> inputs) {
    if (inputs.size() != factors.size()) {
      throw ShapeFault.of(
          this, inputs, "expected " + factors.size() + " inputs", "one for each factor");
    }
    return Rules.same(this, inputs);
  }

  @Override
  public Reads backwardReads() {
    return activation.isNone() ? Reads.NOTHING : Reads.OUTPUT;
  }

  @Override
  public boolean overwrites(int input) {
    return true;
  }

  @Override
  public GradientUse gradientUse() {
    return activation.isNone() ? GradientUse.READS : GradientUse.DESTROYS;
  }

  @Override
  public boolean passesGradient(int input) {
    return factors.get(input) == 1;
  }

  @Override
  public Call bind(Binding binding) {
    boolean plain = isPlain() && factors.size() == 2;
    if (!binding.training()) {
      return plain && (activation.isNone() || activation.isRelu())
          ? binding.through(activation.isNone() ? "add" : "addRelu")
          : inference(binding);
    }
    List<Object> addends = new ArrayList<>();
    List<Object> tensors = new ArrayList<>();
    for (int i = 0; i < factors.size(); i++) {
      tensors.add(binding.src(i));
    }
    Code dst = binding.dst();
    Code dDst = binding.dDst();
    for (int i = 0; i < factors.size(); i++) {
      Optional<Code> gradient = binding.dSrc(i);
      plain &= gradient.isEmpty();
      addends.add(addend("TrainedAddend", factors.get(i), tensors.get(i), gradient));
    }
    if (plain) {
      return Call.of(
          activation.isNone() ? "add" : "addRelu", tensors.get(0), tensors.get(1), dst, dDst);
    }
    List<Object> arguments = new ArrayList<>(List.of(activation.isRelu(), dst, dDst));
    arguments.addAll(addends);
    return Call.of("sum", arguments.toArray());
  }

  private Call inference(Binding binding) {
    List<Object> addends = new ArrayList<>();
    for (int i = 0; i < factors.size(); i++) {
      addends.add(addend("Addend", factors.get(i), binding.src(i), Optional.empty()));
    }
    List<Object> arguments = new ArrayList<>(List.of(activation.code(), binding.dst()));
    arguments.addAll(addends);
    return Call.of("sum", arguments.toArray());
  }

  private static Code addend(String type, double factor, Object tensor, Optional<Code> gradient) {
    List<Object> arguments = new ArrayList<>();
    if (factor != 1) {
      arguments.add(factor);
    }
    arguments.add(tensor);
    gradient.ifPresent(arguments::add);
    return Code.call(type, "addend", arguments.toArray());
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.sum(this);
  }
}
