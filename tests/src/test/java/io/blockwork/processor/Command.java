package io.blockwork.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs that run in a process of their own. */
final class Command {
  private Command() {}

  /**
   * What a program printed.
   *
   * @param exitCode 0 if it succeeded
   * @param output both streams
   */
  record Outcome(int exitCode, String output) {}

  /** A program of a JDK. */
  static String tool(Path jdk, String name) {
    return jdk.resolve("bin").resolve(name).toString();
  }

  /** Runs a program to its end. */
  static Outcome run(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("blockwork-test", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException("timed out: " + command + "\n" + Files.readString(log, UTF_8));
      }
      return new Outcome(process.exitValue(), Files.readString(log, UTF_8));
    } finally {
      Files.delete(log);
    }
  }
}
