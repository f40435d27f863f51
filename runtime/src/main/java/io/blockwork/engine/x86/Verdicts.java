package io.blockwork.engine.x86;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;

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
   * Whether code of a form is right.
   *
   * @param form all that the code depends on, and what kind of code it is
   * @param check runs the code, and is not called if the form was checked before
   */
  public static boolean of(List<Object> form, BooleanSupplier check) {
    Boolean known = Process.KNOWN.get(form);
    if (known != null) {
      return known;
    }
    boolean right = check.getAsBoolean();
    Process.KNOWN.put(form, right);
    return right;
  }
}
