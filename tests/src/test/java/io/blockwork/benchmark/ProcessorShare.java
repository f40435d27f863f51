package io.blockwork.benchmark;

import io.blockwork.Networks;
import io.blockwork.examples.networks.ResNet50;
import io.blockwork.onnx.exporter.OnnxExport;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;

/**
 * Prints what the processor adds to a compilation: javac is started anew for each figure, with the
 * processor on its path as Maven and Gradle put it there, and without it, on the same sources and
 * those that it generated. The two take turns in going first; the median of their differences
 * counts, and in brackets the difference of the least times. The last line compares a project
 * without networks under our processor and under an empty one for {@code "*"}. Run it on a quiet
 * machine, with this module's test class path; the arguments are how often (9), and a pattern of
 * the workloads (all).
 */
public final class ProcessorShare {
  private static final Path NETWORKS =
      Path.of(
          System.getProperty(
              "networks", "../examples/src/main/java/io/blockwork/examples/networks"));

  private static final Pattern PROCESSOR =
      Pattern.compile(
          "blockwork-(processor|graph|runtime|onnx)-|(processor|graph|runtime|onnx).target.classes|javapoet-|jspecify-|protobuf-java-");

  private static final String IDLE = "1,000 classes without networks";

  private static final String ONNX = "ResNet-50 from an ONNX file of 102 MB";

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
      Pattern wanted = Pattern.compile(args.length > 1 ? args[1] : ".");
      for (Map.Entry<String, Map<String, String>> load : workloads().entrySet()) {
        if (wanted.matcher(load.getKey()).find()) {
          out.println(share.measure(load.getKey(), load.getValue()));
        }
      }
      if (wanted.matcher(IDLE).find()) {
        out.println(share.measureIdle(unrelated()));
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
    workloads.put("GoogLeNet", composed("GoogLeNet", 224));
    workloads.put("Inception-ResNet v2", composed("InceptionResNetV2", 299));
    workloads.put("ResNet-1202", Map.of("ResNet1202.java", all.get("ResNet1202.java")));
    workloads.put(ONNX, onnx());
    workloads.put("ResNet-18 and 200 unrelated classes", mixed);
    workloads.put("all %d networks".formatted(all.size() - 1), all);
    return workloads;
  }

  /** A network that is in a file. */
  private static Map<String, String> onnx() {
    return Map.of(
        "Net.java",
        """
        package onnx;

        /** A network. */
        @io.blockwork.Model
        @io.blockwork.Onnx("resnet50.onnx")
        public interface Net extends io.blockwork.ImageClassifier {}
        """);
  }

  /** Writes the file to where the processor looks for it, in a folder around the class files. */
  private static void export(Path project) throws IOException {
    Path folder = Files.createDirectories(project.resolve("src/main/onnx"));
    try (ResNet50 net = Networks.create(ResNet50.class)) {
      OnnxExport.of(net).to(folder.resolve("resnet50.onnx"));
    }
  }

  /** A network that is a block of the runtime. */
  private static Map<String, String> composed(String block, int size) {
    return Map.of(
        "Net.java",
        """
        package composed;

        /** A network. */
        @io.blockwork.Model(input = @io.blockwork.Input(height = %2$d, width = %2$d))
        @io.blockwork.networks.%1$s
        public interface Net extends io.blockwork.ImageClassifier {}
        """
            .formatted(block, size));
  }

  private static Map<String, String> unrelated() {
    Map<String, String> classes = new TreeMap<>();
    for (int i = 0; i < 1000; i++) {
      classes.put("Other" + i + ".java", unrelated(i));
    }
    return classes;
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

  /** Sees everything, and does nothing. */
  public static final class Empty extends AbstractProcessor {
    /** Made by javac. */
    public Empty() {}

    @Override
    public Set<String> getSupportedAnnotationTypes() {
      return Set.of("*");
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      return false;
    }
  }

  private String measureIdle(Map<String, String> sources) throws IOException, InterruptedException {
    List<String> files = write(IDLE, sources);
    List<Double> empty = new ArrayList<>();
    List<Double> ours = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      Path out = root.resolve(IDLE).resolve("out" + i);
      if (i % 2 == 0) {
        empty.add(javac(out.resolve("a"), files, emptyPath(), "-implicit:none"));
      }
      ours.add(javac(out.resolve("b"), files, processorPath(), "-implicit:none"));
      if (i % 2 == 1) {
        empty.add(javac(out.resolve("a"), files, emptyPath(), "-implicit:none"));
      }
    }
    List<Double> ratios =
        IntStream.range(0, runs).mapToObj(i -> ours.get(i) / empty.get(i)).toList();
    return String.format(
        Locale.ROOT,
        "%-40s %8.2f %8.2f %+7.1f %% (%+.1f %%)",
        IDLE,
        median(empty),
        median(ours),
        100 * (median(ratios) - 1),
        100 * (Collections.min(ours) / Collections.min(empty) - 1));
  }

  /** The empty processor, where javac looks for processors by its service file. */
  private String emptyPath() throws IOException {
    Path services = Files.createDirectories(root.resolve("empty/META-INF/services"));
    Files.writeString(
        services.resolve("javax.annotation.processing.Processor"), Empty.class.getName() + "\n");
    return root.resolve("empty")
        + File.pathSeparator
        + Path.of(
            ProcessorShare.class.getProtectionDomain().getCodeSource().getLocation().getPath());
  }

  private List<String> write(String name, Map<String, String> sources) throws IOException {
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = root.resolve(name).resolve("src").resolve(source.getKey());
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, source.getValue()).toString());
    }
    return files;
  }

  private String measure(String name, Map<String, String> sources)
      throws IOException, InterruptedException {
    Path generated = Files.createDirectories(root.resolve(name).resolve("generated"));
    List<String> files = write(name, sources);
    if (name.equals(ONNX)) {
      export(root.resolve(name));
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
    return javac(out, files, processorPath(), option);
  }

  private static double javac(Path out, List<String> files, String processors, String option)
      throws IOException, InterruptedException {
    Files.createDirectories(out);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    command.addAll(List.of("-nowarn", option, "-d", out.toString()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("-processorpath", processors));
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
