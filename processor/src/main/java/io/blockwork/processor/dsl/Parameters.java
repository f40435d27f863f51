package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.Expression;
import io.blockwork.processor.expression.Expression.Binary;
import io.blockwork.processor.expression.Expression.Call;
import io.blockwork.processor.expression.Expression.Conditional;
import io.blockwork.processor.expression.Expression.Name;
import io.blockwork.processor.expression.Expression.Pick;
import io.blockwork.processor.expression.Expression.Sides;
import io.blockwork.processor.expression.Expression.Unary;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The parameters that a formula depends on. */
final class Parameters {
  private Parameters() {}

  /** Its one parameter, if it has exactly one. */
  static Optional<String> only(Formula formula) {
    Set<String> names = of(formula);
    return names.size() == 1 ? Optional.of(names.iterator().next()) : Optional.empty();
  }

  /** The names in it that could be parameters. */
  static Set<String> of(Formula formula) {
    Set<String> names = new LinkedHashSet<>();
    collect(formula.expression(), names);
    names.removeAll(BlockScope.RESERVED);
    return names;
  }

  private static void collect(Expression e, Set<String> names) {
    if (e instanceof Name name) {
      names.add(name.name());
    } else if (e instanceof Unary unary) {
      collect(unary.of(), names);
    } else if (e instanceof Binary binary) {
      collect(binary.left(), names);
      collect(binary.right(), names);
    } else if (e instanceof Conditional conditional) {
      collect(conditional.condition(), names);
      collect(conditional.yes(), names);
      collect(conditional.no(), names);
    } else if (e instanceof Call call) {
      collect(call.arguments(), names);
    } else if (e instanceof Sides sides) {
      collect(sides.sides(), names);
    } else if (e instanceof Pick pick) {
      collect(pick.sides(), names);
      collect(pick.index(), names);
    }
  }

  private static void collect(List<Expression> list, Set<String> names) {
    list.forEach(e -> collect(e, names));
  }
}
