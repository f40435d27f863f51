package io.blockwork.parameters;

import io.blockwork.memory.NativeValues;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The values of entries to which nobody has given any yet. They are made when somebody first needs
 * one, so that what a file brings is never made at random before.
 */
final class FirstValues implements AutoCloseable {
  private final List<ParameterInfo> entries;
  private final InitialValues initial;
  private final Function<String, NativeValues> memory;

  /** Entries without values. Guarded by itself. */
  private final Map<String, ParameterInfo> unset = new HashMap<>();

  /** What makes them at this moment. Guarded by {@link #unset}. */
  private Optional<SharedWork> making = Optional.empty();

  private volatile boolean allSet;

  /**
   * @param entries all of them, none with values
   * @param initial what to fill them with
   * @param memory of the entry of that name
   */
  FirstValues(
      List<ParameterInfo> entries, InitialValues initial, Function<String, NativeValues> memory) {
    this.entries = entries;
    this.initial = initial;
    this.memory = memory;
    entries.forEach(info -> unset.put(info.name(), info));
  }

  /** Begins to make values on other threads, if somebody is going to need them soon. */
  void prepare() {
    if (!allSet) {
      synchronized (unset) {
        making = Optional.of(making.orElseGet(this::start));
      }
    }
  }

  private SharedWork start() {
    return SharedWork.start(
        unset.values().stream()
            .map(
                info -> {
                  NativeValues values = memory.apply(info.name());
                  return (Runnable) () -> initial.fill(info, values);
                })
            .toList());
  }

  /** Returns when each entry has values. */
  void make() {
    if (allSet) {
      return;
    }
    synchronized (unset) {
      SharedWork work = making.orElseGet(this::start);
      making = Optional.empty();
      work.finish();
      unset.clear();
      allSet = true;
    }
  }

  /**
   * Gives entries all their values, for which none need to be made.
   *
   * @param given the names of those that have got theirs; complete once {@code values} has returned
   *     or thrown
   */
  void give(Set<String> given, Runnable values) {
    synchronized (unset) {
      if (making.isPresent()) {
        make();
      }
      try {
        values.run();
      } finally {
        unset.keySet().removeAll(given);
      }
    }
  }

  /** Names, in order, of the entries that somebody has given values. */
  List<String> given() {
    synchronized (unset) {
      return entries.stream()
          .map(ParameterInfo::name)
          .filter(name -> !unset.containsKey(name))
          .toList();
    }
  }

  /** Waits until nothing writes to the memory any more. */
  @Override
  public void close() {
    synchronized (unset) {
      making.ifPresent(SharedWork::finish);
      making = Optional.empty();
    }
  }
}
