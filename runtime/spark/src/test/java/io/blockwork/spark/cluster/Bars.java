package io.blockwork.spark.cluster;

import io.blockwork.NetworkOptions;
import io.blockwork.engine.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures what one and two workers do, each held to a core of its own: {@code predict FOLDER
 * PICTURES [ROUNDS]}, {@code train FOLDER EPOCHS} or {@code exchange ROUNDS IMAGES [STEPS]}.
 */
final class Bars {
  /** How long a process may take: two thousand pictures take one core a minute and a half. */
  private static final long LIMIT_SECONDS = 900;

  private Bars() {}

  /** Starts a cluster, and the drivers one after the other. */
  public static void main(String[] args) throws Exception {
    Path temporary = Files.createTempDirectory("bars");
    try (Cluster cluster = new Cluster(temporary, Cluster.Settings.pinned())) {
      switch (args[0]) {
        case "predict" -> {
          PredictionBar.writeCrops(Path.of(args[1]), temporary, Integer.parseInt(args[2]));
          // In turns, so that a slow hour of the machine falls on all three.
          for (int round = 0; round < (args.length > 3 ? Integer.parseInt(args[3]) : 1); round++) {
            print(cluster.pinned(PredictionBar.Plain.class, temporary.toString()));
            print(driver(cluster, 1, PredictionBar.class, temporary.toString()));
            print(driver(cluster, 2, PredictionBar.class, temporary.toString()));
          }
        }
        case "train", "exchange" -> {
          print(driver(cluster, 2, TrainingBar.class, args));
          print(driver(cluster, 1, TrainingBar.class, args));
        }
        default -> throw new IllegalArgumentException("no bar " + args[0]);
      }
    } finally {
      delete(temporary);
    }
  }

  private static ChildProcess driver(Cluster cluster, int workers, Class<?> main, String... args)
      throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("spark.cores.max", Integer.toString(workers));
    settings.put("spark.executor.memory", "3g");
    // Weights are as good as random: they only cost time.
    settings.put("spark.broadcast.compress", "false");
    return cluster.driver(jar -> true, settings, main, args);
  }

  private static void print(ChildProcess process) throws InterruptedException {
    process
        .output(LIMIT_SECONDS)
        .lines()
        .filter(line -> line.startsWith("bar: "))
        .forEach(System.out::println);
  }

  private static void delete(Path folder) throws Exception {
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = new ArrayList<>(files.toList());
    }
    for (int i = all.size() - 1; i >= 0; i--) {
      Files.delete(all.get(i));
    }
  }

  /** A network like those of the executors: one thread, oneDNN. */
  static NetworkOptions network() {
    return NetworkOptions.defaults().seed(1).engine(EngineOptions.named("onednn").threads(1));
  }

  /** CPU seconds of some processes. */
  static double cpuSeconds(Stream<ProcessHandle> processes) {
    return processes
        .mapToDouble(process -> process.info().totalCpuDuration().orElseThrow().toNanos() * 1e-9)
        .sum();
  }

  /** CPU seconds of this process. */
  static double cpuSeconds() {
    return cpuSeconds(Stream.of(ProcessHandle.current()));
  }

  /** CPU seconds of the executors of this driver's cluster. */
  static double executorsCpuSeconds() {
    return cpuSeconds(Cluster.executors(System.getenv("SPARK_HOME")).stream());
  }
}
