package io.blockwork.composition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.processor.expression.Evaluator;
import io.blockwork.processor.expression.Expression;
import io.blockwork.processor.expression.Expression.Binary;
import io.blockwork.processor.expression.Expression.Call;
import io.blockwork.processor.expression.Expression.Conditional;
import io.blockwork.processor.expression.Expression.Literal;
import io.blockwork.processor.expression.Expression.Member;
import io.blockwork.processor.expression.Expression.Name;
import io.blockwork.processor.expression.Expression.Pick;
import io.blockwork.processor.expression.Expression.Sides;
import io.blockwork.processor.expression.Expression.Unary;
import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Function;
import io.blockwork.processor.expression.Operator;
import io.blockwork.processor.expression.Parser;
import io.blockwork.processor.expression.Printer;
import io.blockwork.processor.expression.Scope;
import io.blockwork.processor.expression.Type;
import io.blockwork.processor.expression.TypeCheck;
import io.blockwork.processor.expression.Value;
import io.blockwork.processor.expression.Value.Decimal;
import io.blockwork.processor.expression.Value.Truth;
import io.blockwork.processor.expression.Value.Whole;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

@Label("Expressions of @With and @If")
final class ExpressionsTest {
  /** The names of all properties, with their values. */
  private static final Map<String, Value> VALUES =
      Map.of(
          "a", new Whole(7),
          "z", new Whole(0),
          "d", new Decimal(2.5),
          "t", new Truth(true),
          "k", new Value.Sides(List.of(new Whole(1), new Whole(7))),
          "Input.width", new Whole(32));

  private static final Map<String, Type> TYPES =
      Map.of(
          "a", Type.WHOLE,
          "z", Type.WHOLE,
          "d", Type.DECIMAL,
          "t", Type.TRUTH,
          "k", Type.array(Type.Base.WHOLE),
          "Input.width", Type.WHOLE);

  private static final Scope SCOPE =
      new Scope() {
        @Override
        public Optional<Type> type(String name) {
          return Optional.ofNullable(TYPES.get(name));
        }

        @Override
        public Collection<String> names() {
          return TYPES.keySet();
        }
      };

  @Property(seed = "2026", tries = 2000)
  void whatIsPrintedIsReadAsTheSame(@ForAll("expressions") Expression expression) {
    Expression read = Parser.expression(Printer.print(expression));
    assertEquals(structure(expression), structure(read));
    assertEquals(Printer.print(expression), Printer.print(read));
  }

  @Property(seed = "2026", tries = 2000)
  void aTypedExpressionHasAValueOfItsTypeOrOneClearError(
      @ForAll("expressions") Expression expression) {
    Type type;
    try {
      type = TypeCheck.of(expression, SCOPE);
    } catch (ExpressionException e) {
      return;
    }
    Value value;
    try {
      value = Evaluator.of(expression, ExpressionsTest::known);
    } catch (ExpressionException e) {
      return;
    }
    assertEquals(type.array(), value instanceof Value.Sides, () -> value + " is not " + type);
    assertEquals(type.equals(Type.TRUTH), value instanceof Truth, () -> value + " is not " + type);
    if (type.equals(Type.WHOLE)) {
      assertEquals(Whole.class, value.getClass());
    }
  }

  @Property(seed = "2026", tries = 2000)
  void anyTextIsReadOrRefusedAtAColumnOfIt(@ForAll("texts") String text) {
    try {
      Parser.members(text);
    } catch (ExpressionException e) {
      assertEquals(true, e.column() >= 1 && e.column() <= text.length() + 1, text);
    }
  }

  @Example
  void arithmeticIsJavas() {
    assertEquals(new Whole(3), value("a / 2"));
    assertEquals(new Whole(-3), value("-a / 2"));
    assertEquals(new Whole(1), value("a % 3"));
    assertEquals(new Decimal(3.5), value("a / 2.0"));
    assertEquals(new Whole(13), value("a + 2 * 3"));
    assertEquals(new Whole(27), value("(a + 2) * 3"));
    assertEquals(new Whole(2), value("a - 3 - 2"));
    assertEquals(new Truth(true), value("a > 3 && !(a == 8) || z / z == 1"));
    assertEquals(new Truth(false), value("z != 0 && a / z == 1"));
    assertEquals(new Whole(2), value("t ? 2 : a / z"));
  }

  @Example
  void decimalsBecomeWholeWhenAsked() {
    assertEquals(new Whole(2), value("floor(d)"));
    assertEquals(new Whole(3), value("ceil(d)"));
    assertEquals(new Whole(3), value("round(d)"));
    assertEquals(new Whole(-2), value("round(-d)"));
    assertEquals(new Whole(7), value("max(a, 3, z)"));
    assertEquals(new Decimal(2.5), value("min(a, d)"));
  }

  @Example
  void arithmeticWorksOnEachSide() {
    assertEquals("{0, 3}", value("k / 2").toString());
    assertEquals("{8, 14}", value("k + {7, 7}").toString());
    assertEquals(new Whole(7), value("k[1]"));
    assertEquals(new Truth(true), value("{3, 3} == 3"));
    assertEquals(new Truth(false), value("k == 7"));
  }

  @Example
  void errorsNameTheColumn() {
    assertEquals(7, error("a + 2 / z"));
    assertEquals(21, error("2147483 * a * a * a * a"));
    assertEquals(3, error("k[a]"));
    assertEquals(
        5, assertThrows(ExpressionException.class, () -> Parser.members("a = )")).column());
  }

  private static Value known(String name) {
    return Objects.requireNonNull(VALUES.get(name), name);
  }

  private static int error(String text) {
    Expression expression = Parser.expression(text);
    TypeCheck.of(expression, SCOPE);
    return assertThrows(
            ExpressionException.class, () -> Evaluator.of(expression, ExpressionsTest::known))
        .column();
  }

  private static Value value(String text) {
    Expression expression = Parser.expression(text);
    TypeCheck.of(expression, SCOPE);
    return Evaluator.of(expression, ExpressionsTest::known);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars("ab=+-*/%()[]{}<>!&|?:.,019eE \u0000\u00e4\"")
        .ofMaxLength(24);
  }

  @Provide
  Arbitrary<Expression> expressions() {
    return expressions(4);
  }

  private static Arbitrary<Expression> expressions(int depth) {
    Arbitrary<Expression> leaf =
        Arbitraries.oneOf(
            Arbitraries.integers().greaterOrEqual(0).map(i -> new Literal(new Whole(i), 1)),
            Arbitraries.doubles().between(0, 1e9).map(d -> new Literal(new Decimal(d), 1)),
            Arbitraries.of(true, false).map(t -> new Literal(new Truth(t), 1)),
            Arbitraries.of("a", "z", "d", "t", "k").map(n -> new Name(n, 1)),
            Arbitraries.just(new Member("Input", "width", 1)));
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<Expression> inner = expressions(depth - 1);
    return Arbitraries.oneOf(
        leaf,
        Combinators.combine(Arbitraries.of(Operator.class), inner, inner)
            .as((operator, left, right) -> new Binary(operator, left, right, 1)),
        Combinators.combine(Arbitraries.of(true, false), inner)
            .as((not, of) -> new Unary(not, of, 1)),
        Combinators.combine(inner, inner, inner).as((c, y, n) -> new Conditional(c, y, n, 1)),
        Combinators.combine(Arbitraries.of(Function.MIN, Function.MAX), inner.list().ofSize(2))
            .as((function, arguments) -> new Call(function, arguments, 1)),
        inner.map(argument -> new Call(Function.ROUND, List.of(argument), 1)),
        inner.list().ofMinSize(1).ofMaxSize(4).map(sides -> new Sides(sides, 1)),
        Combinators.combine(inner, inner).as((sides, index) -> new Pick(sides, index, 1)));
  }

  /** The expression with parentheses around every part, and no columns. */
  private static String structure(Expression e) {
    if (e instanceof Unary unary) {
      return "(" + (unary.not() ? "!" : "-") + structure(unary.of()) + ")";
    } else if (e instanceof Binary binary) {
      return "("
          + structure(binary.left())
          + binary.operator().sign()
          + structure(binary.right())
          + ")";
    } else if (e instanceof Conditional c) {
      return "("
          + structure(c.condition())
          + "?"
          + structure(c.yes())
          + ":"
          + structure(c.no())
          + ")";
    } else if (e instanceof Call call) {
      return call.function() + structures(call.arguments());
    } else if (e instanceof Sides sides) {
      return "sides" + structures(sides.sides());
    } else if (e instanceof Pick pick) {
      return "pick(" + structure(pick.sides()) + "," + structure(pick.index()) + ")";
    }
    return Printer.print(e);
  }

  private static String structures(List<Expression> list) {
    return list.stream().map(ExpressionsTest::structure).collect(Collectors.joining(",", "(", ")"));
  }
}
