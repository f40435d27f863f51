package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.Expression;
import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Parser;
import io.blockwork.processor.spec.Shown;
import java.util.Locale;
import java.util.Optional;

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

  /** Where a value comes from that turns out to be wrong, as messages begin; empty if written. */
  static String column(Optional<Formula> formula) {
    return formula
        .map(
            of ->
                String.format(
                    Locale.ROOT,
                    "column %d of \"%s\": ",
                    of.expression().column(),
                    Shown.text(of.text())))
        .orElse("");
  }
}
