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
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is measured of whole processes: how soon they predict, and how much memory they take. */
final class SingleRun {
  private static final int TRAINING_STEPS = 5;

  /** The last line of the process; others may have printed before it, without a line's end. */
  private static final Pattern DONE = Pattern.compile("done: peak (\\S+) MB, (\\d+) ticks$");

  /** Printed when the work is over: what is asked of the process afterwards takes time itself. */
  private static final String WORKED = "worked";

  private SingleRun() {}

  /**
   * What was measured of a process.
   *
   * @param value milliseconds from its start until its work was done, or its megabytes
   * @param others {@link Measurement#others}
   */
  record Outcome(double value, double others) {}

  /**
   * The process: kind, contender, network, batch. When it is done, it prints its peak memory and
   * what it took of the processors.
   */
  public static void main(String[] arguments) throws Exception {
    Kind kind = Kind.valueOf(arguments[0]);
    Subject subject = Subject.of(arguments[2]);
    int batch = Integer.parseInt(arguments[3]);
    if (kind == Kind.START) {
      Contender.start(arguments[1], subject, batch).run();
    } else {
      Contender contender = Contender.training(arguments[1], subject, batch);
      for (int i = 0; i < TRAINING_STEPS; i++) {
        contender.run();
      }
    }
    System.out.println("\n" + WORKED);
    System.out.println(
        String.format(
            Locale.ROOT, "done: peak %s MB, %d ticks", peakMegabytes(), Ticks.ofThisProcess()));
    // Peers may leave threads behind.
    Runtime.getRuntime().halt(0);
  }

  /** Runs a process, and watches what others do meanwhile; this one only waits. */
  static Outcome measure(Work work, String contender, Path log)
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
    Ticks before = Ticks.ofMachine();
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      await(output, line -> line.equals(WORKED) ? Optional.of(line) : Optional.empty());
      double milliseconds = (System.nanoTime() - start) / 1e6;
      MatchResult done =
          await(output, line -> Optional.of(DONE.matcher(line)).filter(Matcher::find));
      double others = Ticks.ofMachine().others(before, Long.parseLong(done.group(2)));
      return new Outcome(
          work.kind() == Kind.MEMORY ? Double.parseDouble(done.group(1)) : milliseconds, others);
    } finally {
      process.waitFor();
    }
  }

  private static <T> T await(BufferedReader output, Function<String, Optional<T>> wanted)
      throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Optional<T> found = wanted.apply(line);
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new IOException("the process failed");
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
