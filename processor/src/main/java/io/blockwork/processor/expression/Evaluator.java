package io.blockwork.processor.expression;

import io.blockwork.processor.expression.Expression.Binary;
import io.blockwork.processor.expression.Expression.Call;
import io.blockwork.processor.expression.Expression.Conditional;
import io.blockwork.processor.expression.Expression.Literal;
import io.blockwork.processor.expression.Expression.Member;
import io.blockwork.processor.expression.Expression.Name;
import io.blockwork.processor.expression.Expression.Pick;
import io.blockwork.processor.expression.Expression.Sides;
import io.blockwork.processor.expression.Expression.Unary;
import io.blockwork.processor.expression.Value.Numeric;
import io.blockwork.processor.expression.Value.Truth;
import io.blockwork.processor.expression.Value.Whole;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.List;

/** Computes expressions whose types are right. */
public final class Evaluator {
  /** The values of the names that an expression uses. */
  @FunctionalInterface
  public interface Values {
    /** The value of a name; names with a dot included. */
    Value value(String name);
  }

  private final Values values;

  private Evaluator(Values values) {
    this.values = values;
  }

  /**
   * The value of an expression that {@link TypeCheck} has passed.
   *
   * @throws ExpressionException for a division by zero, an overflow, or a side that is not there
   */
  public static Value of(Expression expression, Values values) {
    return new Evaluator(values).value(expression);
  }

  /** The truth value of an expression. */
  public static boolean truth(Expression expression, Values values) {
    return ((Truth) of(expression, values)).value();
  }

  private Value value(Expression e) {
    if (e instanceof Literal literal) {
      return literal.value();
    } else if (e instanceof Name name) {
      return values.value(name.name());
    } else if (e instanceof Member member) {
      return values.value(member.full());
    } else if (e instanceof Unary unary) {
      return unary.not()
          ? new Truth(!truth(unary.of()))
          : arithmetic(Operator.MINUS, new Whole(0), value(unary.of()), unary.column());
    } else if (e instanceof Binary binary) {
      return binary(binary);
    } else if (e instanceof Conditional conditional) {
      return value(truth(conditional.condition()) ? conditional.yes() : conditional.no());
    } else if (e instanceof Call call) {
      return call(call);
    } else if (e instanceof Sides sides) {
      return array(sides.sides().stream().map(side -> (Numeric) value(side)).toList());
    }
    Pick pick = (Pick) e;
    List<Numeric> sides = ((Value.Sides) value(pick.sides())).sides();
    int index = ((Whole) value(pick.index())).value();
    if (index < 0 || index >= sides.size()) {
      throw new ExpressionException(
          Message.EXPRESSION_SIDE, pick.index().column(), index, sides.size());
    }
    return sides.get(index);
  }

  private boolean truth(Expression e) {
    return ((Truth) value(e)).value();
  }

  private Value binary(Binary binary) {
    Operator operator = binary.operator();
    switch (operator) {
      case OR:
        return new Truth(truth(binary.left()) || truth(binary.right()));
      case AND:
        return new Truth(truth(binary.left()) && truth(binary.right()));
      case EQUAL, DIFFERENT:
        boolean equal = equal(value(binary.left()), value(binary.right()));
        return new Truth(equal == (operator == Operator.EQUAL));
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL:
        double left = ((Numeric) value(binary.left())).decimal();
        double right = ((Numeric) value(binary.right())).decimal();
        return new Truth(
            operator == Operator.LESS
                ? left < right
                : operator == Operator.LESS_OR_EQUAL
                    ? left <= right
                    : operator == Operator.GREATER ? left > right : left >= right);
      default:
        return arithmetic(operator, value(binary.left()), value(binary.right()), binary.column());
    }
  }

  private static boolean equal(Value a, Value b) {
    if (a instanceof Value.Sides || b instanceof Value.Sides) {
      int sides = Math.max(sides(a), sides(b));
      for (int i = 0; i < sides; i++) {
        if (!fits(a, i) || !fits(b, i) || !equal(side(a, i), side(b, i))) {
          return false;
        }
      }
      return true;
    } else if (a instanceof Numeric x && b instanceof Numeric y) {
      return x.decimal() == y.decimal();
    }
    return a.equals(b);
  }

  private static int sides(Value value) {
    return value instanceof Value.Sides sides ? sides.sides().size() : 1;
  }

  private static boolean fits(Value value, int i) {
    return sides(value) == 1 || i < sides(value);
  }

  /** One side, a single number being all sides. */
  private static Numeric side(Value value, int i) {
    return value instanceof Value.Sides sides
        ? sides.sides().get(sides.sides().size() == 1 ? 0 : i)
        : (Numeric) value;
  }

  private static Value arithmetic(Operator operator, Value left, Value right, int column) {
    if (!(left instanceof Value.Sides) && !(right instanceof Value.Sides)) {
      return number(operator, (Numeric) left, (Numeric) right, column);
    }
    int a = sides(left);
    int b = sides(right);
    if (a != b && a != 1 && b != 1) {
      throw new ExpressionException(Message.EXPRESSION_SIDES, column, a, b);
    }
    List<Numeric> results = new ArrayList<>();
    for (int i = 0; i < (a == 1 ? b : a); i++) {
      results.add(number(operator, side(left, i), side(right, i), column));
    }
    return array(results);
  }

  private static Numeric number(Operator operator, Numeric left, Numeric right, int column) {
    if (right.decimal() == 0 && (operator == Operator.DIVIDED || operator == Operator.REMAINDER)) {
      throw new ExpressionException(Message.EXPRESSION_ZERO, column, operator.sign());
    }
    if (left instanceof Whole a && right instanceof Whole b) {
      long result = whole(operator, a.value(), b.value());
      if (result == (int) result) {
        return new Whole((int) result);
      }
    } else {
      double result = decimal(operator, left.decimal(), right.decimal());
      if (Double.isFinite(result)) {
        return new Value.Decimal(result);
      }
    }
    String text = left + " " + operator.sign() + " " + right;
    throw new ExpressionException(Message.EXPRESSION_OVERFLOW, column, text);
  }

  private static long whole(Operator operator, long a, long b) {
    return switch (operator) {
      case PLUS -> a + b;
      case MINUS -> a - b;
      case TIMES -> a * b;
      case DIVIDED -> a / b;
      default -> a % b;
    };
  }

  private static double decimal(Operator operator, double a, double b) {
    return switch (operator) {
      case PLUS -> a + b;
      case MINUS -> a - b;
      case TIMES -> a * b;
      case DIVIDED -> a / b;
      default -> a % b;
    };
  }

  private Value call(Call call) {
    List<Numeric> arguments = new ArrayList<>();
    call.arguments().forEach(argument -> arguments.add((Numeric) value(argument)));
    Numeric result = arguments.get(0);
    if (call.function().rounds()) {
      return result instanceof Whole ? result : round(call, result.decimal());
    }
    for (Numeric argument : arguments) {
      boolean smaller = argument.decimal() < result.decimal();
      if (argument.decimal() != result.decimal() && smaller == (call.function() == Function.MIN)) {
        result = argument;
      }
    }
    boolean whole = arguments.stream().allMatch(Whole.class::isInstance);
    return whole ? result : new Value.Decimal(result.decimal());
  }

  private static Whole round(Call call, double value) {
    double result =
        switch (call.function()) {
          case FLOOR -> Math.floor(value);
          case CEIL -> Math.ceil(value);
          // Exact for every decimal, as Math.round is.
          default -> Math.abs(value) < 1L << 52 ? Math.round(value) : value;
        };
    if (result != (int) result) {
      String text = call.function().text() + "(" + value + ")";
      throw new ExpressionException(Message.EXPRESSION_OVERFLOW, call.column(), text);
    }
    return new Whole((int) result);
  }

  /** The numbers as sides, all decimal if one is. */
  private static Value array(List<Numeric> sides) {
    boolean whole = sides.stream().allMatch(Whole.class::isInstance);
    return new Value.Sides(
        whole
            ? sides
            : sides.stream().map(side -> (Numeric) new Value.Decimal(side.decimal())).toList());
  }
}
