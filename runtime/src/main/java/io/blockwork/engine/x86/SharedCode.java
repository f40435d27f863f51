package io.blockwork.engine.x86;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Machine code that all its users in this process share: it is written for the first of them, and
 * its memory is given back when the last one closes it. A network has many layers of one form, and
 * plans that run side by side have the same layers.
 */
public final class SharedCode implements AutoCloseable {
  /** The code in use, by its form. Guarded by itself. */
  private static final Map<Object, Use> LIVING = new HashMap<>();

  private static final class Use {
    /** Guarded by {@link #LIVING}. */
    private int users;

    private Optional<CodeMemory> code = Optional.empty();

    /** The code, which the first who asks makes; others wait for it meanwhile. */
    synchronized Optional<CodeMemory> code(Supplier<byte[]> writer) {
      if (code.isEmpty()) {
        code = CodeMemory.of(writer.get());
      }
      return code;
    }

    synchronized void close() {
      code.ifPresent(CodeMemory::close);
    }
  }

  private final Object form;
  private final Use use;
  private final long address;
  private boolean closed;

  private SharedCode(Object form, Use use, long address) {
    this.form = form;
    this.use = use;
    this.address = address;
  }

  /**
   * The code of that form, for one more user.
   *
   * @param form all that the code depends on: equal forms have equal code
   * @param writer writes the code, if nobody uses it yet
   * @return the code, or nothing where the system has no executable memory to give or forbids it
   */
  public static Optional<SharedCode> of(Object form, Supplier<byte[]> writer) {
    Use use;
    synchronized (LIVING) {
      use = LIVING.computeIfAbsent(form, f -> new Use());
      use.users++;
    }
    boolean made = false;
    try {
      Optional<CodeMemory> code = use.code(writer);
      made = code.isPresent();
      return code.map(c -> new SharedCode(form, use, c.address()));
    } finally {
      if (!made) {
        leave(form, use);
      }
    }
  }

  private static void leave(Object form, Use use) {
    synchronized (LIVING) {
      use.users--;
      if (use.users == 0) {
        LIVING.remove(form);
        use.close();
      }
    }
  }

  /** Pieces of code that are in use in this process. */
  public static int living() {
    synchronized (LIVING) {
      return LIVING.size();
    }
  }

  /** Where the code starts. */
  public long address() {
    return address;
  }

  /** Gives the memory back if nobody else uses it. No call of this user's may be running. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      leave(form, use);
    }
  }
}
