package io.blockwork.processor.expression;

import io.blockwork.processor.expression.Token.Kind;
import io.blockwork.processor.spec.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a text into names, numbers and signs. */
final class Lexer {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<name>[A-Za-z_][A-Za-z_0-9]*)"
              + "|(?<number>[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
              + "|(?<sign>\\|\\||&&|[=!<>]=|[-+*/%!<>=?:.,(){}\\[\\]])");

  private Lexer() {}

  /** All tokens, then one of {@link Kind#END}. */
  static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    int at = 0;
    while (true) {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        tokens.add(new Token(Kind.END, "", at + 1));
        return tokens;
      }
      if (!matcher.find(at) || matcher.start() != at) {
        throw new ExpressionException(Message.EXPRESSION_SIGN, at + 1, shown(text.codePointAt(at)));
      }
      Kind kind =
          matcher.group("name") != null
              ? Kind.NAME
              : matcher.group("number") != null ? Kind.NUMBER : Kind.SIGN;
      tokens.add(new Token(kind, matcher.group(), at + 1));
      at = matcher.end();
    }
  }

  /** Control characters and what a console may not have are shown by their numbers. */
  private static String shown(int letter) {
    return letter > ' ' && letter < 0x7f
        ? "\"" + (char) letter + "\""
        : String.format(Locale.ROOT, "U+%04X", letter);
  }
}
