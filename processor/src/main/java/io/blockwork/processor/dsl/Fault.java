package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.ExpressionException;
import io.blockwork.processor.spec.Message;
import java.util.Arrays;
import java.util.List;

/**
 * Something that is wrong with a network or block.
 *
 * @param message what is wrong
 * @param site where
 * @param args of the message
 * @param trace lines that say more of the place: the way through the blocks, and the shapes that
 *     lead there; may be empty
 */
public record Fault(Message message, Site site, List<Object> args, String trace) {
  /** Copies the list. */
  public Fault {
    args = List.copyOf(args);
  }

  static Fault of(Message message, Site site, Object... args) {
    return new Fault(message, site, Arrays.asList(args), "");
  }

  /** What is wrong with an expression. */
  static Fault of(ExpressionException e, String text, Site site) {
    return new Fault(e.message(), site, e.args(text), "");
  }

  /** The same with a line before what is said of the place. */
  public Fault after(String line) {
    return new Fault(message, site, args, line + trace);
  }

  /** The same in another place, with more to say of it. */
  Fault at(Site site, String trace) {
    return new Fault(message, site, args, trace);
  }
}
