package io.blockwork.graph.ops;

import java.util.ArrayList;
import java.util.List;

/**
 * A Java expression that generated code holds, with the static imports that it needs.
 *
 * @param text the expression
 * @param imports members of the engines' types, as {@code Conv.conv}
 */
public record Code(String text, List<String> imports) {
  /** Copies the list. */
  public Code {
    imports = List.copyOf(imports);
  }

  /** A number or another literal. */
  static Code literal(Object value) {
    return new Code(String.valueOf(value), List.of());
  }

  /** A constant of a type. */
  static Code constant(String type, String name) {
    return new Code(name, List.of(type + "." + name));
  }

  /** A call of a static method: {@code conv(3, 64, 7)}. */
  static Code call(String type, String method, Object... arguments) {
    return new Code(method, List.of(type + "." + method)).with(arguments);
  }

  /** Followed by a call: {@code .stride(2)}. */
  Code then(String method, Object... arguments) {
    return new Code(text + "." + method, imports).with(arguments);
  }

  /** Followed by a call with one or two sides, if one of them is not the usual. */
  Code thenSides(String method, int vertical, int horizontal, int usual) {
    if (vertical == usual && horizontal == usual) {
      return this;
    }
    return vertical == horizontal ? then(method, vertical) : then(method, vertical, horizontal);
  }

  /** Followed by a call if {@code condition} holds. */
  Code thenIf(boolean condition, String method, Object... arguments) {
    return condition ? then(method, arguments) : this;
  }

  private Code with(Object... arguments) {
    StringBuilder all = new StringBuilder(text).append('(');
    List<String> needed = new ArrayList<>(imports);
    for (int i = 0; i < arguments.length; i++) {
      all.append(i == 0 ? "" : ", ");
      if (arguments[i] instanceof Code code) {
        all.append(code.text);
        needed.addAll(code.imports);
      } else {
        all.append(arguments[i]);
      }
    }
    return new Code(all.append(')').toString(), needed);
  }

  /** A string literal. */
  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
