package io.blockwork;

import io.blockwork.engine.Engines;
import io.blockwork.io.DownloadOptions;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeBlock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a bug report has to say of the machine: versions, processor, memory, engines with their
 * precisions. What cannot be found out is said to be unknown, so that a broken installation can be
 * reported, too.
 *
 * <pre>{@code
 * System.out.print(SystemReport.text());
 * }</pre>
 */
public final class SystemReport {
  private static final String UNKNOWN = "unknown";
  private static final long MEGABYTE = 1 << 20;

  private SystemReport() {}

  /** The facts, a line each, in words that hold for this machine only. */
  public static String text() {
    StringBuilder text = new StringBuilder();
    line(text, "Blockwork", () -> version("io.blockwork", "blockwork-runtime"));
    line(
        text,
        "Java",
        () ->
            SafeText.format(
                "%s, %s", System.getProperty("java.version"), System.getProperty("java.vm.name")));
    line(
        text,
        "system",
        () ->
            SafeText.format(
                "%s %s, %s",
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    line(text, "processor", SystemReport::processor);
    line(text, "memory", SystemReport::memory);
    line(text, "ND4J", () -> version("org.nd4j", "nd4j-api"));
    line(text, "JavaCPP", () -> version("org.bytedeco", "javacpp"));
    line(text, "engines", () -> String.join("\n" + " ".repeat(12), Engines.describe()));
    line(text, "cache", () -> SafeText.of(DownloadOptions.defaults().cache()));
    line(text, "settings", SystemReport::settings);
    return text.toString();
  }

  private static void line(StringBuilder text, String what, Supplier<String> fact) {
    String known;
    try {
      known = fact.get();
    } catch (RuntimeException | LinkageError e) {
      known = SafeText.format("%s (%s)", UNKNOWN, e);
    }
    text.append(SafeText.format("%-12s", what)).append(known).append('\n');
  }

  private static String processor() {
    return SafeText.format(
        "%s, %d available to Java", model(), Runtime.getRuntime().availableProcessors());
  }

  /** The processor's name, where the system tells. */
  private static String model() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(UNKNOWN);
    } catch (IOException e) {
      String told = System.getenv("PROCESSOR_IDENTIFIER");
      return told == null ? UNKNOWN : told;
    }
  }

  private static String memory() {
    return SafeText.format(
        "%,d MB, of which Java's heap takes up to %,d MB; %,d MB in native blocks",
        NativeBlock.mostBytes() / MEGABYTE,
        Runtime.getRuntime().maxMemory() / MEGABYTE,
        NativeBlock.livingBytes() / MEGABYTE);
  }

  /** What changes how Blockwork works. */
  private static String settings() {
    String set =
        new TreeSet<>(System.getProperties().stringPropertyNames())
            .stream()
                .filter(name -> name.startsWith("blockwork."))
                .map(name -> "-D" + name + "=" + System.getProperty(name))
                .collect(Collectors.joining(" "));
    String variables =
        List.of(DownloadOptions.HOME_VARIABLE, "OMP_NUM_THREADS", "ONEDNN_MAX_CPU_ISA").stream()
            .filter(name -> System.getenv(name) != null)
            .map(name -> name + "=" + System.getenv(name))
            .collect(Collectors.joining(" "));
    String all = (variables + " " + set).strip();
    return all.isEmpty() ? "none" : SafeText.of(all);
  }

  /** The version of an artifact, by what Maven leaves in its jar. */
  private static String version(String group, String artifact) {
    String file = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
    try (InputStream in = SystemReport.class.getResourceAsStream(file)) {
      if (in == null) {
        return UNKNOWN + ", not from its jar";
      }
      Properties properties = new Properties();
      properties.load(in);
      return SafeText.of(properties.getProperty("version", UNKNOWN));
    } catch (IOException e) {
      return SafeText.format("%s (%s)", UNKNOWN, e);
    }
  }
}
