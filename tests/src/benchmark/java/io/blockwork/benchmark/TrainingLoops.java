package io.blockwork.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whole training loops, ours and DJL's: ResNet-20 for CIFAR-10, batches of 128, SGD with momentum
 * and decay, metrics and a check for NaN; images a second, with the loading of images.
 *
 * <p>Each measurement is an epoch in a process of its own, after a short warm-up; the contenders
 * follow each other and the rounds are repeated. Medians count. Run it on a quiet machine.
 *
 * <p>Arguments: a folder of photographs of 32 x 32 pixels ({@code CLASS/*.jpg}), rounds (3), images
 * in the measured epoch (5120).
 */
public final class TrainingLoops {
  private static final String ONE = "one";

  private TrainingLoops() {}

  /** Runs. */
  public static void main(String[] args) throws Exception {
    if (args[0].equals(ONE)) {
      LoopOptions options =
          new LoopOptions(
              Path.of(args[3]), LoopOptions.Input.valueOf(args[2]), Integer.parseInt(args[4]));
      System.out.println(
          args[1].equals("djl")
              ? DjlLoop.imagesPerSecond(options)
              : BlockworkLoop.imagesPerSecond(options));
      // Threads of DJL's that are no daemons would keep the process alive.
      System.exit(0);
    }
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    String images = args.length > 2 ? args[2] : "5120";
    measure(args[0], rounds, images);
  }

  private static void measure(String folder, int rounds, String images)
      throws IOException, InterruptedException {
    Map<LoopOptions.Input, Map<String, List<Double>>> all = new EnumMap<>(LoopOptions.Input.class);
    for (int round = 0; round < rounds; round++) {
      for (LoopOptions.Input input : LoopOptions.Input.values()) {
        var results = all.computeIfAbsent(input, i -> new LinkedHashMap<>());
        for (String contender : List.of("blockwork", "djl")) {
          double speed = inProcess(contender, input.name(), folder, images);
          results.computeIfAbsent(contender, c -> new ArrayList<>()).add(speed);
          System.out.printf(
              Locale.ROOT,
              "round %d: %-6s %-9s %5.0f images/s%n",
              round + 1,
              input,
              contender,
              speed);
        }
      }
    }
    all.forEach(
        (input, results) -> {
          List<Double> medians = results.values().stream().map(speeds -> median(speeds)).toList();
          System.out.printf(
              Locale.ROOT,
              "%-6s blockwork %.0f images/s, djl %.0f: %.2f times as fast%n",
              input,
              medians.get(0),
              medians.get(1),
              medians.get(0) / medians.get(1));
        });
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double inProcess(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.awt.headless=true");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TrainingLoops.class.getName());
    command.add(ONE);
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("OPT_OUT_TRACKING", "true");
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", args) + " failed");
    }
    return Double.parseDouble(output.strip());
  }
}
