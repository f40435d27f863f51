package io.blockwork.interpreter;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Sums, products and parameters on the tape. */
final class Arithmetic {
  private final Tape tape;
  private final Map<String, int[]> parameters;

  Arithmetic(Tape tape, Map<String, int[]> parameters) {
    this.tape = tape;
    this.parameters = parameters;
  }

  /** The number of value {@code i} of a parameter. */
  int parameter(String name, int i) {
    return Objects.requireNonNull(parameters.get(name), name)[i];
  }

  /** Adds the product to the number that is being computed. */
  double product(int a, int b) {
    tape.term(a, tape.value(b));
    tape.term(b, tape.value(a));
    return tape.value(a) * tape.value(b);
  }

  /** Adds the number to the one that is being computed. */
  double added(int a) {
    tape.term(a, 1);
    return tape.value(a);
  }

  /** {@code x * scale + shift}, each if it is there. */
  int affine(int x, Optional<Integer> scale, Optional<Integer> shift) {
    int result = x;
    if (scale.isPresent()) {
      result = tape.end(product(result, scale.get()));
    }
    if (shift.isPresent()) {
      result = tape.end(added(result) + added(shift.get()));
    }
    return result;
  }
}
