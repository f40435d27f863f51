package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.Value;
import io.blockwork.processor.expression.Value.Numeric;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a member's number, or each of its numbers, must be.
 *
 * @param least at least
 * @param most at most
 * @param open whether the ends do not belong to it
 * @param text how a message says it
 * @param sides how many numbers there may be; empty: any number
 * @param special a value that is right by itself; the least possible number if there is none
 */
record Rule(
    double least, double most, boolean open, String text, List<Integer> sides, int special) {
  private static final int MOST = 1 << 20;
  private static final int NO_SPECIAL = Integer.MIN_VALUE;

  Rule {
    sides = List.copyOf(sides);
  }

  /** A number of channels or pixels. */
  static Rule size() {
    return whole(1);
  }

  /** A whole number from {@code least}. */
  static Rule whole(int least) {
    String text = "from " + least + " to " + MOST;
    return new Rule(least, MOST, false, text, List.of(1), NO_SPECIAL);
  }

  /** A positive decimal. */
  static Rule positive() {
    return new Rule(
        0, Double.POSITIVE_INFINITY, true, "above 0 and finite", List.of(1), NO_SPECIAL);
  }

  /** A decimal of which only is asked that it is finite. */
  static Rule finite() {
    return new Rule(
        Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true, "finite", List.of(1), NO_SPECIAL);
  }

  /** A share, both ends included. */
  static Rule share() {
    return new Rule(0, 1, false, "from 0 to 1", List.of(1), NO_SPECIAL);
  }

  /** A probability below one. */
  static Rule probability() {
    double most = Math.nextDown(1.0);
    return new Rule(0, most, false, "at least 0 and below 1", List.of(1), NO_SPECIAL);
  }

  /** The same for that many numbers. */
  Rule ofSides(Integer... possible) {
    return new Rule(least, most, open, text, Arrays.asList(possible), special);
  }

  /** The same with a constant that has a meaning of its own. */
  Rule or(int special, String name) {
    return new Rule(least, most, open, text + ", or " + name, sides, special);
  }

  /** The first number that it does not allow. */
  Optional<Numeric> wrong(Value value) {
    if (value instanceof Value.Sides several) {
      boolean alone = several.sides().size() == 1;
      return several.sides().stream().filter(side -> !allows(side, alone)).findFirst();
    }
    return value instanceof Numeric number && !allows(number, true)
        ? Optional.of(number)
        : Optional.empty();
  }

  private boolean allows(Numeric number, boolean alone) {
    double value = number.decimal();
    if (alone && value == special && special != NO_SPECIAL) {
      return true;
    }
    return open ? value > least && value < most : value >= least && value <= most;
  }

  /** Whether there are too many numbers, or too few. */
  boolean wrongSides(Value value) {
    return value instanceof Value.Sides several
        && !sides.isEmpty()
        && !sides.contains(several.sides().size());
  }

  /** How many numbers there may be. */
  String sidesText() {
    return sides.stream().map(String::valueOf).collect(Collectors.joining(" or "))
        + (sides.equals(List.of(1)) ? " value" : " values");
  }
}
