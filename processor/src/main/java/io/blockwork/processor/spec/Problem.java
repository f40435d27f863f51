package io.blockwork.processor.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * One thing that is wrong, tied to the annotation value at fault.
 *
 * @param message what is wrong, why, and how to mend it
 * @param members the annotation's members at fault, as {@code blocks} or {@code input.height}; the
 *     first that the user wrote is the one to point at; empty for the annotation as a whole
 * @param index the element of an array member
 * @param args of the message
 * @param trace the shapes that lead to the fault, a line each; may be empty
 */
public record Problem(
    Message message, List<String> members, OptionalInt index, List<Object> args, String trace) {
  /** Copies the lists. */
  public Problem {
    members = List.copyOf(members);
    args = List.copyOf(args);
  }

  /** A problem of a whole member. */
  public static Problem of(Message message, String member, Object... args) {
    return new Problem(message, List.of(member), OptionalInt.empty(), Arrays.asList(args), "");
  }

  /** This problem, for one element of the array member. */
  public Problem at(int index) {
    return new Problem(message, members, OptionalInt.of(index), args, trace);
  }

  /** This problem, at the first of {@code others} if the members so far are not written. */
  public Problem orAt(String... others) {
    List<String> all = new ArrayList<>(members);
    all.addAll(List.of(others));
    return new Problem(message, all, index, args, trace);
  }

  /** This problem with the shapes that lead to it. */
  public Problem after(String shapes) {
    return new Problem(message, members, index, args, shapes);
  }

  /** The member at fault, without what is nested in it: {@code input} of {@code input.height}. */
  public String root() {
    String first = members.isEmpty() ? "" : members.get(0);
    int dot = first.indexOf('.');
    return dot < 0 ? first : first.substring(0, dot);
  }
}
