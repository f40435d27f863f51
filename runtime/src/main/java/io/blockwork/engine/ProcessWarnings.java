package io.blockwork.engine;

import io.blockwork.io.SafeText;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.LoggerFactory;

/**
 * Warnings of what stays as it is until the process ends, such as a library that the machine lacks:
 * each is logged once, however many networks meet it.
 */
final class ProcessWarnings {
  /** What has been said. The log belongs to the process; so does this. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private ProcessWarnings() {}

  /** Logs it unless that has been done. */
  static void say(String warning) {
    if (SAID.add(warning)) {
      // Asked for when there is something to say: to find SLF4J's provider takes some milliseconds.
      LoggerFactory.getLogger(Engines.class).warn("{}", SafeText.of(warning));
    }
  }
}
