package io.blockwork.benchmark;

import io.blockwork.benchmark.Work.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is measured of whole processes: how soon they predict, and how much memory they take. */
final class SingleRun {
  private static final int TRAINING_STEPS = 5;
  private static final String DONE = "peak MB";

  private SingleRun() {}

  /** The process: kind, contender, network, batch. Prints its peak memory when it is done. */
  public static void main(String[] arguments) throws Exception {
    Kind kind = Kind.valueOf(arguments[0]);
    Subject subject = Subject.of(arguments[2]);
    int batch = Integer.parseInt(arguments[3]);
    if (kind == Kind.START) {
      Contender.inference(arguments[1], subject, batch).run();
    } else {
      Contender contender = Contender.training(arguments[1], subject, batch);
      for (int i = 0; i < TRAINING_STEPS; i++) {
        contender.run();
      }
    }
    System.out.println(DONE + " " + peakMegabytes());
    // Peers may leave threads behind.
    Runtime.getRuntime().halt(0);
  }

  /** Milliseconds until the process is done, or its megabytes. */
  static double measure(Work work, String contender, Path log)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "-Xmx3g",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=14g",
            "-classpath",
            System.getProperty("java.class.path"),
            SingleRun.class.getName(),
            work.kind().name(),
            contender,
            work.subject().key(),
            String.valueOf(work.batch())));
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String done =
          output
              .lines()
              .filter(line -> line.startsWith(DONE))
              .findFirst()
              .orElseThrow(() -> new IOException("the process failed"));
      double milliseconds = (System.nanoTime() - start) / 1e6;
      return work.kind() == Kind.MEMORY
          ? Double.parseDouble(done.substring(DONE.length()))
          : milliseconds;
    } finally {
      process.waitFor();
    }
  }

  private static String peakMegabytes() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .map(line -> line.replaceAll("\\D", ""))
          .map(kilobytes -> String.format(Locale.ROOT, "%.1f", Long.parseLong(kilobytes) / 1024.0))
          .findFirst()
          .orElse("NaN");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
