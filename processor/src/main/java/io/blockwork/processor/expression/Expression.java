package io.blockwork.processor.expression;

import java.util.List;

/** An expression, with the column of its first sign (of an operator's own sign), from 1. */
public sealed interface Expression {
  /** Where it stands. */
  int column();

  /** A constant, written out. */
  record Literal(Value value, int column) implements Expression {}

  /** A parameter, or one of the names that are always there. */
  record Name(String name, int column) implements Expression {}

  /**
   * Two names with a dot between: {@code Input.channels}, or a constant of an enumeration.
   *
   * @param owner the part before the dot
   * @param name the part behind it
   */
  record Member(String owner, String name, int column) implements Expression {
    /** Both parts. */
    public String full() {
      return owner + "." + name;
    }
  }

  /**
   * {@code -x} or {@code !x}.
   *
   * @param not whether it is {@code !}
   */
  record Unary(boolean not, Expression of, int column) implements Expression {}

  /** Two operands with an operator between. */
  record Binary(Operator operator, Expression left, Expression right, int column)
      implements Expression {}

  /** {@code condition ? yes : no}. */
  record Conditional(Expression condition, Expression yes, Expression no, int column)
      implements Expression {}

  /** A function of some numbers. */
  record Call(Function function, List<Expression> arguments, int column) implements Expression {
    /** Copies the list. */
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /** {@code {a, b}}. */
  record Sides(List<Expression> sides, int column) implements Expression {
    /** Copies the list. */
    public Sides {
      sides = List.copyOf(sides);
    }
  }

  /** {@code sides[index]}. */
  record Pick(Expression sides, Expression index, int column) implements Expression {}
}
