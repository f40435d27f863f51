package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.expression.Parser;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The text of a {@code @Path}, with expressions in braces.
 *
 * @param text the whole text
 * @param texts what stands between the expressions: one more than there are of them
 * @param formulas the expressions
 * @param site where it stands
 */
record PathPattern(String text, List<String> texts, List<Formula> formulas, Site site) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

  PathPattern {
    texts = List.copyOf(texts);
    formulas = List.copyOf(formulas);
  }

  /**
   * Takes a text apart.
   *
   * @throws FaultException if an expression is none, or what is around it cannot be a name
   */
  static PathPattern of(String text, Site site) {
    List<String> texts = new ArrayList<>();
    List<Formula> formulas = new ArrayList<>();
    int at = 0;
    for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
      int close = text.indexOf('}', open);
      if (close < 0) {
        break;
      }
      texts.add(text.substring(at, open));
      // Blanks in place of what stands before it keep the columns.
      String inner = " ".repeat(open + 1) + text.substring(open + 1, close);
      try {
        formulas.add(new Formula(text, Parser.expression(inner), site));
      } catch (ExpressionException e) {
        throw new FaultException(Fault.of(e, text, site));
      }
      at = close + 1;
    }
    texts.add(text.substring(at));
    PathPattern pattern = new PathPattern(text, texts, formulas, site);
    pattern.name(formula -> "0");
    return pattern;
  }

  /**
   * The name.
   *
   * @param print the texts of its expressions
   * @throws FaultException if no module can be called so
   */
  String name(Function<Formula, String> print) {
    StringBuilder name = new StringBuilder(texts.get(0));
    for (int i = 0; i < formulas.size(); i++) {
      name.append(print.apply(formulas.get(i))).append(texts.get(i + 1));
    }
    if (!NAME.matcher(name).matches()) {
      throw new FaultException(
          Fault.of(Message.PATH_NAME, site, Shown.text(text), Shown.text(name)));
    }
    return name.toString();
  }
}
