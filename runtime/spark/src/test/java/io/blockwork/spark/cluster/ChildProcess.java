package io.blockwork.spark.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process and the lines that it prints, which are read as they come so that it never waits. */
final class ChildProcess {
  /** Who waits for longer waits for ever: no machine is so busy. Nothing else depends on it. */
  static final long SECONDS = 1_200;

  private final Process process;
  private final Thread reader;

  /** Guarded by this. */
  private final List<String> lines = new ArrayList<>();

  /** Guarded by this. */
  private boolean ended;

  ChildProcess(ProcessBuilder builder) throws IOException {
    process = builder.redirectErrorStream(true).start();
    reader = new Thread(this::read, "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      // It was killed.
    }
    end();
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  /**
   * Waits for a line that contains a text, or finds it among those that were printed already.
   *
   * @return the line
   * @throws AssertionError if the process ends, or time does, without it
   */
  synchronized String await(String text) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int seen = 0;
    while (true) {
      for (; seen < lines.size(); seen++) {
        if (lines.get(seen).contains(text)) {
          return lines.get(seen);
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (ended || left <= 0) {
        throw new AssertionError(
            "no line '" + text + "' " + (ended ? "before the end" : "in time") + " in:\n" + text());
      }
      wait(left);
    }
  }

  private synchronized String text() {
    return String.join("\n", lines);
  }

  /**
   * Waits until the process ends by itself.
   *
   * @return all that it printed
   * @throws AssertionError if it fails, or does not end in time and is killed
   */
  String output() throws InterruptedException {
    return output(SECONDS);
  }

  /** The same with a limit of its own, for what takes its time. */
  String output(long seconds) throws InterruptedException {
    boolean inTime = process.waitFor(seconds, TimeUnit.SECONDS);
    kill();
    reader.join();
    if (!inTime || process.exitValue() != 0) {
      throw new AssertionError(
          (inTime ? "ended with code " + process.exitValue() : "did not end in " + seconds + " s")
              + ":\n"
              + text());
    }
    return text();
  }

  /** Whether another process was started by this one, or by one that it started. */
  boolean started(long other) {
    return process.descendants().anyMatch(each -> each.pid() == other);
  }

  /** {@code kill -9}, and waits until the process is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
