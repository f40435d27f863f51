package io.blockwork.processor.dsl;

/**
 * Something that the compiler could not make sense of, and reports itself unless another processor
 * still generates what is missing.
 */
public final class Unreadable extends RuntimeException {
  private static final long serialVersionUID = 1;

  Unreadable(String what) {
    super(what, null, false, false);
  }
}
