package io.blockwork.cuda;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be given back, in the opposite order, whatever fails meanwhile. */
final class Resources implements AutoCloseable {
  /** Something to give back, without a checked exception. */
  @FunctionalInterface
  interface Resource extends AutoCloseable {
    @Override
    void close();
  }

  private final Deque<Resource> all = new ArrayDeque<>();

  /** Takes the resource over. */
  <T extends AutoCloseable> T add(T resource, Resource close) {
    all.push(close);
    return resource;
  }

  /** Leaves everything to its users: nothing has failed. */
  void keep() {
    all.clear();
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    while (!all.isEmpty()) {
      try {
        all.pop().close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
