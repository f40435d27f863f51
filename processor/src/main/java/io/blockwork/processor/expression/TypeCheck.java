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
import io.blockwork.processor.expression.Type.Base;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Nearest;
import java.util.List;

/** Finds the type of an expression, before anything is computed. */
public final class TypeCheck {
  private final Scope scope;

  private TypeCheck(Scope scope) {
    this.scope = scope;
  }

  /**
   * The type of an expression.
   *
   * @throws ExpressionException if a name is unknown, or an operand of the wrong type
   */
  public static Type of(Expression expression, Scope scope) {
    return new TypeCheck(scope).type(expression);
  }

  /**
   * Checks that an expression can be given where {@code wanted} is asked for.
   *
   * @throws ExpressionException if not
   */
  public static void require(Expression expression, Scope scope, Type wanted) {
    Type type = of(expression, scope);
    if (!type.fits(wanted)) {
      throw mismatch(expression, wanted.toString(), type);
    }
  }

  private static ExpressionException mismatch(Expression e, String wanted, Type got) {
    return new ExpressionException(
        Message.EXPRESSION_TYPE, start(e), Printer.print(e), wanted, got.toString());
  }

  /** Where an expression begins, which for an operator is its left operand's begin. */
  private static int start(Expression e) {
    if (e instanceof Binary binary) {
      return start(binary.left());
    } else if (e instanceof Conditional conditional) {
      return start(conditional.condition());
    }
    return e instanceof Pick pick ? start(pick.sides()) : e.column();
  }

  private Type type(Expression e) {
    if (e instanceof Literal literal) {
      return literal(literal.value());
    } else if (e instanceof Name name) {
      return known(name.name(), name.column());
    } else if (e instanceof Member member) {
      return known(member.full(), member.column());
    } else if (e instanceof Unary unary) {
      return unary.not() ? truth(unary.of()) : number(unary.of());
    } else if (e instanceof Binary binary) {
      return binary(binary);
    } else if (e instanceof Conditional conditional) {
      truth(conditional.condition());
      Type yes = type(conditional.yes());
      return join(yes, conditional.no());
    } else if (e instanceof Call call) {
      return call(call);
    } else if (e instanceof Sides sides) {
      return sides(sides.sides());
    }
    Pick pick = (Pick) e;
    Type of = type(pick.sides());
    if (!of.array()) {
      throw mismatch(pick.sides(), "an array", of);
    }
    Type index = type(pick.index());
    if (!index.equals(Type.WHOLE)) {
      throw mismatch(pick.index(), Type.WHOLE.toString(), index);
    }
    return Type.of(of.base());
  }

  private static Type literal(Value value) {
    return value instanceof Value.Truth
        ? Type.TRUTH
        : value instanceof Value.Whole ? Type.WHOLE : Type.DECIMAL;
  }

  private Type known(String name, int column) {
    return scope
        .type(name)
        .orElseThrow(
            () -> {
              List<String> nearest = Nearest.order(name, scope.names());
              String all = String.join(", ", nearest);
              return new ExpressionException(
                  Message.EXPRESSION_NAME, column, name, Nearest.remedy(name, nearest), all);
            });
  }

  private Type truth(Expression e) {
    Type type = type(e);
    if (!type.equals(Type.TRUTH)) {
      throw mismatch(e, Type.TRUTH.toString(), type);
    }
    return type;
  }

  private Type number(Expression e) {
    Type type = type(e);
    if (!type.numeric()) {
      throw mismatch(e, "a number", type);
    }
    return type;
  }

  private Type single(Expression e) {
    Type type = number(e);
    if (type.array()) {
      throw mismatch(e, "a single number", type);
    }
    return type;
  }

  private Type binary(Binary binary) {
    switch (binary.operator()) {
      case OR, AND:
        truth(binary.left());
        return truth(binary.right());
      case EQUAL, DIFFERENT:
        join(type(binary.left()), binary.right());
        return Type.TRUTH;
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL:
        single(binary.left());
        single(binary.right());
        return Type.TRUTH;
      default:
        return wider(number(binary.left()), number(binary.right()));
    }
  }

  private static Type wider(Type a, Type b) {
    boolean decimal = a.base() == Base.DECIMAL || b.base() == Base.DECIMAL;
    return new Type(decimal ? Base.DECIMAL : Base.WHOLE, a.array() || b.array(), "");
  }

  /** The type of two values of which either may come. */
  private Type join(Type first, Expression second) {
    Type other = type(second);
    if (first.numeric() && other.numeric()) {
      return wider(first, other);
    } else if (!first.equals(other)) {
      throw mismatch(second, first.toString(), other);
    }
    return first;
  }

  private Type call(Call call) {
    Type type = single(call.arguments().get(0));
    for (Expression argument : call.arguments()) {
      type = wider(type, single(argument));
    }
    return call.function().rounds() ? Type.WHOLE : type;
  }

  private Type sides(List<Expression> sides) {
    Type type = Type.WHOLE;
    for (Expression side : sides) {
      type = wider(type, single(side));
    }
    return Type.array(type.base());
  }
}
