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
import io.blockwork.processor.expression.Token.Kind;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the grammar that {@code io.blockwork.With} documents, one method a rule. */
public final class Parser {
  /** More than anybody writes, and little enough for the stack. */
  private static final int MOST_DEPTH = 200;

  private final List<Token> tokens;
  private int at;
  private int depth;

  private Parser(String text) {
    this.tokens = Lexer.tokens(text);
  }

  /**
   * One {@code name = expression}.
   *
   * @param name the member that is set
   * @param column of the name, from 1
   */
  public record Assignment(String name, Expression expression, int column) {}

  /**
   * Reads a whole text as one expression.
   *
   * @throws ExpressionException if it is none
   */
  public static Expression expression(String text) {
    var parser = new Parser(text);
    Expression expression = parser.expression();
    parser.end("an operator");
    return expression;
  }

  /**
   * Reads a whole text as {@code name = expression, ...}.
   *
   * @throws ExpressionException if it is none
   */
  public static List<Assignment> members(String text) {
    var parser = new Parser(text);
    List<Assignment> members = new ArrayList<>();
    do {
      Token name = parser.next();
      if (name.kind() != Kind.NAME) {
        throw expected("the name of a member", name);
      }
      parser.expect("=");
      members.add(new Assignment(name.text(), parser.expression(), name.column()));
    } while (parser.take(","));
    parser.end("an operator or \",\"");
    return members;
  }

  private static ExpressionException expected(String what, Token got) {
    return new ExpressionException(Message.EXPRESSION_SYNTAX, got.column(), what, got.shown());
  }

  private Token peek() {
    return tokens.get(at);
  }

  private Token next() {
    Token token = tokens.get(at);
    at += token.kind() == Kind.END ? 0 : 1;
    return token;
  }

  private boolean take(String sign) {
    boolean there = peek().is(sign);
    at += there ? 1 : 0;
    return there;
  }

  private void expect(String sign) {
    if (!take(sign)) {
      throw expected("\"" + sign + "\"", peek());
    }
  }

  private void end(String instead) {
    if (peek().kind() != Kind.END) {
      throw expected(instead, peek());
    }
  }

  private Expression expression() {
    int column = peek().column();
    if (++depth > MOST_DEPTH) {
      throw new ExpressionException(Message.EXPRESSION_DEPTH, column, MOST_DEPTH);
    }
    Expression condition = binary(Operator.LOWEST);
    if (peek().is("?")) {
      Token sign = next();
      Expression yes = expression();
      expect(":");
      condition = new Conditional(condition, yes, expression(), sign.column());
    }
    depth--;
    return condition;
  }

  private Expression binary(int level) {
    if (level > Operator.HIGHEST) {
      return unary();
    }
    Expression left = binary(level + 1);
    Optional<Operator> operator = operator(level);
    while (operator.isPresent()) {
      Token sign = next();
      left = new Binary(operator.get(), left, binary(level + 1), sign.column());
      // a < b < c compares a truth value.
      operator = level == Operator.COMPARISON ? Optional.empty() : operator(level);
    }
    return left;
  }

  private Optional<Operator> operator(int level) {
    for (Operator operator : Operator.values()) {
      if (operator.level() == level && peek().is(operator.sign())) {
        return Optional.of(operator);
      }
    }
    return Optional.empty();
  }

  private Expression unary() {
    Token sign = peek();
    if (!sign.is("-") && !sign.is("!")) {
      return side();
    }
    if (++depth > MOST_DEPTH) {
      throw new ExpressionException(Message.EXPRESSION_DEPTH, sign.column(), MOST_DEPTH);
    }
    at++;
    Expression of = unary();
    depth--;
    return new Unary(sign.is("!"), of, sign.column());
  }

  private Expression side() {
    Expression of = primary();
    while (peek().is("[")) {
      Token sign = next();
      of = new Pick(of, expression(), sign.column());
      expect("]");
    }
    return of;
  }

  private Expression primary() {
    Token token = next();
    if (token.kind() == Kind.NUMBER) {
      return number(token);
    } else if (token.kind() == Kind.NAME) {
      return name(token);
    } else if (token.is("(")) {
      Expression inner = expression();
      expect(")");
      return inner;
    } else if (token.is("{")) {
      return new Sides(list("}"), token.column());
    }
    throw expected("a number, a name or \"(\"", token);
  }

  private Expression name(Token token) {
    if (token.text().equals("true") || token.text().equals("false")) {
      return new Literal(new Value.Truth(token.text().equals("true")), token.column());
    } else if (take("(")) {
      Function function =
          Function.of(token.text())
              .orElseThrow(
                  () ->
                      new ExpressionException(
                          Message.EXPRESSION_FUNCTION, token.column(), token.text()));
      List<Expression> arguments = list(")");
      if (function.rounds() && arguments.size() != 1) {
        throw new ExpressionException(
            Message.EXPRESSION_ARGUMENTS, token.column(), token.text(), arguments.size());
      }
      return new Call(function, arguments, token.column());
    } else if (take(".")) {
      Token name = next();
      if (name.kind() != Kind.NAME) {
        throw expected("a name", name);
      }
      return new Member(token.text(), name.text(), token.column());
    }
    return new Name(token.text(), token.column());
  }

  private List<Expression> list(String end) {
    List<Expression> list = new ArrayList<>();
    do {
      list.add(expression());
    } while (take(","));
    expect(end);
    return list;
  }

  private static Expression number(Token token) {
    boolean whole = token.text().chars().allMatch(Character::isDigit);
    try {
      Value value =
          whole
              ? new Value.Whole(Integer.parseInt(token.text()))
              : new Value.Decimal(Double.parseDouble(token.text()));
      if (!(value instanceof Value.Decimal decimal) || Double.isFinite(decimal.value())) {
        return new Literal(value, token.column());
      }
    } catch (NumberFormatException e) {
      // Too large, as are decimals beyond all.
    }
    throw new ExpressionException(Message.EXPRESSION_OVERFLOW, token.column(), token.text());
  }
}
