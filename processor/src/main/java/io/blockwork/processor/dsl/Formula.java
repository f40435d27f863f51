package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.Expression;
import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Parser;

/**
 * An expression in its place.
 *
 * @param text the whole text that it stands in, for messages
 * @param expression the expression
 * @param site where the text stands
 */
record Formula(String text, Expression expression, Site site) {
  /**
   * Reads a text as one expression.
   *
   * @throws FaultException if it is none
   */
  static Formula of(String text, Site site) {
    try {
      return new Formula(text, Parser.expression(text), site);
    } catch (ExpressionException e) {
      throw new FaultException(Fault.of(e, text, site));
    }
  }
}
