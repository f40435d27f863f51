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
import java.util.List;
import java.util.stream.Collectors;

/** Writes expressions as the parser reads them, with no more parentheses than they need. */
public final class Printer {
  private static final int CONDITIONAL = 0;
  private static final int UNARY = Operator.HIGHEST + 1;
  private static final int PRIMARY = UNARY + 1;

  private Printer() {}

  /** The text of an expression. */
  public static String print(Expression e) {
    if (e instanceof Literal literal) {
      return literal.value().toString();
    } else if (e instanceof Name name) {
      return name.name();
    } else if (e instanceof Member member) {
      return member.full();
    } else if (e instanceof Unary unary) {
      return (unary.not() ? "!" : "-") + at(UNARY, unary.of());
    } else if (e instanceof Binary binary) {
      int level = binary.operator().level();
      // Operators of one level bind to the left; comparisons do not stand in a row.
      int left = level == Operator.COMPARISON ? level + 1 : level;
      return at(left, binary.left())
          + " "
          + binary.operator().sign()
          + " "
          + at(level + 1, binary.right());
    } else if (e instanceof Conditional conditional) {
      return at(CONDITIONAL + 1, conditional.condition())
          + " ? "
          + print(conditional.yes())
          + " : "
          + print(conditional.no());
    } else if (e instanceof Call call) {
      return call.function().text() + "(" + list(call.arguments()) + ")";
    } else if (e instanceof Sides sides) {
      return "{" + list(sides.sides()) + "}";
    }
    Pick pick = (Pick) e;
    return at(PRIMARY, pick.sides()) + "[" + print(pick.index()) + "]";
  }

  private static String list(List<Expression> list) {
    return list.stream().map(Printer::print).collect(Collectors.joining(", "));
  }

  private static String at(int level, Expression e) {
    return level(e) < level ? "(" + print(e) + ")" : print(e);
  }

  private static int level(Expression e) {
    if (e instanceof Conditional) {
      return CONDITIONAL;
    } else if (e instanceof Binary binary) {
      return binary.operator().level();
    }
    return e instanceof Unary ? UNARY : PRIMARY;
  }
}
