package io.blockwork.benchmark;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Prints what the processor adds to a compilation: javac is started anew for each figure, with the
 * processor on its path as Maven and Gradle put it there, and without it, on the same sources and
 * those that it generated. The two take turns in going first; the median of their differences
 * counts, and in brackets the difference of the least times. Run it on a quiet machine, with this
 * module's test class path; the argument is how often (9).
 */
public final class ProcessorShare {
  private static final Path NETWORKS =
      Path.of(
          System.getProperty(
              "networks", "../examples/src/main/java/io/blockwork/examples/networks"));

  private static final Pattern PROCESSOR =
      Pattern.compile(
          "blockwork-(processor|graph|runtime)-|(processor|graph|runtime).target.classes|javapoet-|jspecify-");

  private final Path root;
  private final int runs;

  private ProcessorShare(Path root, int runs) {
    this.root = root;
    this.runs = runs;
  }

  /** Measures all workloads. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path root = Files.createTempDirectory("blockwork-benchmark");
    try {
      var share = new ProcessorShare(root, args.length > 0 ? Integer.parseInt(args[0]) : 9);
      PrintStream out = System.out;
      out.printf("%-40s %8s %8s %16s%n", "seconds of wall clock", "without", "with", "processor");
      for (Map.Entry<String, Map<String, String>> load : workloads().entrySet()) {
        out.println(share.measure(load.getKey(), load.getValue()));
      }
    } finally {
      delete(root);
    }
  }

  private static Map<String, Map<String, String>> workloads() throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(NETWORKS)) {
      for (Path file : files.toList()) {
        all.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    Map<String, String> mixed = new TreeMap<>();
    mixed.put("ResNet18.java", all.get("ResNet18.java"));
    for (int i = 0; i < 200; i++) {
      mixed.put("Other" + i + ".java", unrelated(i));
    }
    Map<String, Map<String, String>> workloads = new LinkedHashMap<>();
    workloads.put("ResNet-50", Map.of("ResNet50.java", all.get("ResNet50.java")));
    workloads.put("ResNet-1202", Map.of("ResNet1202.java", all.get("ResNet1202.java")));
    workloads.put("ResNet-18 and 200 unrelated classes", mixed);
    workloads.put("all %d networks".formatted(all.size() - 1), all);
    return workloads;
  }

  private static String unrelated(int i) {
    return """
        package other;

        import java.util.List;

        /** One of many. */
        @Deprecated
        public final class Other%1$d {
          private final List<String> names = List.of("a", "b");

          @Override
          public String toString() {
            return names.stream().map(n -> n + %1$d).toList().toString();
          }
        }
        """
        .formatted(i);
  }

  private String measure(String name, Map<String, String> sources)
      throws IOException, InterruptedException {
    Path generated = Files.createDirectories(root.resolve(name).resolve("generated"));
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = root.resolve(name).resolve("src").resolve(source.getKey());
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, source.getValue()).toString());
    }
    javac(generated, files, "-proc:only");
    List<String> everything = new ArrayList<>(files);
    try (Stream<Path> paths = Files.walk(generated)) {
      paths.filter(p -> p.toString().endsWith(".java")).forEach(p -> everything.add(p.toString()));
    }
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      Path out = root.resolve(name).resolve("out" + i);
      if (i % 2 == 0) {
        without.add(javac(out.resolve("a"), everything, "-proc:none"));
      }
      with.add(javac(out.resolve("b"), files, "-implicit:none"));
      if (i % 2 == 1) {
        without.add(javac(out.resolve("a"), everything, "-proc:none"));
      }
    }
    List<Double> shares =
        IntStream.range(0, runs).mapToObj(i -> with.get(i) - without.get(i)).toList();
    return String.format(
        Locale.ROOT,
        "%-40s %8.2f %8.2f %8.2f (%.2f)",
        name,
        median(without),
        median(with),
        median(shares),
        Collections.min(with) - Collections.min(without));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** The processor and what it needs, as a build tool finds them out from its pom. */
  private static String processorPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> PROCESSOR.matcher(entry).find())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static double javac(Path out, List<String> files, String option)
      throws IOException, InterruptedException {
    Files.createDirectories(out);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    command.addAll(List.of("-nowarn", option, "-d", out.toString()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("-processorpath", processorPath()));
    command.addAll(files);
    Path log = out.resolve("log.txt");
    long start = System.nanoTime();
    int exit =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    double seconds = (System.nanoTime() - start) / 1e9;
    if (exit != 0) {
      throw new IllegalStateException(Files.readString(log));
    }
    return seconds;
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
