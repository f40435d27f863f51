package io.blockwork.processor.spec;

import java.util.OptionalInt;

/**
 * One thing that is wrong, tied to the annotation value at fault.
 *
 * @param rule the rule that is broken
 * @param member the annotation's member: {@code blocks}, or {@code input.height}; empty for the
 *     annotation as a whole
 * @param index the element of an array member
 * @param message what is wrong, why, and how to mend it
 */
public record Problem(Rule rule, String member, OptionalInt index, String message) {
  /** A problem of a whole member. */
  public static Problem of(Rule rule, String member, String message, Object... args) {
    return new Problem(rule, member, OptionalInt.empty(), message.formatted(args));
  }

  /** A problem of one element of an array member. */
  public static Problem at(Rule rule, String member, int index, String message, Object... args) {
    return new Problem(rule, member, OptionalInt.of(index), message.formatted(args));
  }
}
