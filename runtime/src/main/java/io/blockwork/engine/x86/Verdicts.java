package io.blockwork.engine.x86;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What the checks of machine code have found in this process, so that each form of code is checked
 * once. Two threads may check a form at once, to the same end.
 */
public final class Verdicts {
  private Verdicts() {}

  private static final class Process {
    static final ConcurrentMap<List<Object>, Boolean> KNOWN = new ConcurrentHashMap<>();
  }

  /**
   * Whether code of a form was right, or nothing if it has not been checked.
   *
   * @param form all that the code depends on, and what kind of code it is
   */
  public static Optional<Boolean> of(List<Object> form) {
    return Optional.ofNullable(Process.KNOWN.get(form));
  }

  /**
   * Remembers whether code of a form was right.
   *
   * @param form as {@link #of} is asked for it
   */
  public static void remember(List<Object> form, boolean right) {
    Process.KNOWN.put(form, right);
  }
}
