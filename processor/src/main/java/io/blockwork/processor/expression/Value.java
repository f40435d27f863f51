package io.blockwork.processor.expression;

import java.util.List;
import java.util.stream.Collectors;

/** What an expression, or an annotation's member, can be. */
public sealed interface Value {
  /** A number. */
  sealed interface Numeric extends Value {
    /** As a decimal. */
    double decimal();
  }

  /** A whole number. */
  record Whole(int value) implements Numeric {
    @Override
    public double decimal() {
      return value;
    }

    @Override
    public String toString() {
      return Integer.toString(value);
    }
  }

  /** A decimal, which is finite. */
  record Decimal(double value) implements Numeric {
    @Override
    public double decimal() {
      return value;
    }

    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  /** A truth value. */
  record Truth(boolean value) implements Value {
    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /** Numbers, all whole or all decimal. */
  record Sides(List<Numeric> sides) implements Value {
    /** Copies the list. */
    public Sides {
      sides = List.copyOf(sides);
    }

    @Override
    public String toString() {
      return sides.stream().map(Object::toString).collect(Collectors.joining(", ", "{", "}"));
    }
  }

  /** A text. */
  record Text(String value) implements Value {
    @Override
    public String toString() {
      return "\"" + value + "\"";
    }
  }

  /**
   * A constant of an enumeration.
   *
   * @param type the enumeration's simple name
   */
  record Constant(String type, String name) implements Value {
    @Override
    public String toString() {
      return type + "." + name;
    }
  }

  /** A class, by its qualified name. */
  record ClassName(String name) implements Value {
    @Override
    public String toString() {
      return name.substring(name.lastIndexOf('.') + 1) + ".class";
    }
  }
}
