package io.blockwork.processor.expression;

import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Shown;
import java.util.ArrayList;
import java.util.List;

/** An expression that cannot be read, typed or computed. */
public final class ExpressionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Message message;
  private final int column;
  private final transient List<Object> args;

  /**
   * @param message what is wrong; its first two arguments are the whole text and the column
   * @param column where, from 1
   * @param args further arguments of the message
   */
  ExpressionException(Message message, int column, Object... args) {
    super(message.code());
    this.message = message;
    this.column = column;
    this.args = List.of(args);
  }

  /** What is wrong. */
  public Message message() {
    return message;
  }

  /** The column at fault, from 1. */
  public int column() {
    return column;
  }

  /** The message's arguments, given the whole text. */
  public List<Object> args(String text) {
    List<Object> all = new ArrayList<>(List.of(Shown.text(text), column));
    all.addAll(args);
    return all;
  }
}
