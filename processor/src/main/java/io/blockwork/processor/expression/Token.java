package io.blockwork.processor.expression;

/**
 * A sign, name or number.
 *
 * @param kind what it is
 * @param text as it was written; empty at the end
 * @param column of its first letter, from 1
 */
record Token(Kind kind, String text, int column) {
  enum Kind {
    NAME,
    NUMBER,
    SIGN,
    END
  }

  boolean is(String sign) {
    return kind == Kind.SIGN && text.equals(sign);
  }

  /** How a message calls it. */
  String shown() {
    return kind == Kind.END ? "the end" : "\"" + text + "\"";
  }
}
