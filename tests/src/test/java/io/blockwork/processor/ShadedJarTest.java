package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Engines;
import io.blockwork.processor.Command.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** Everything in one jar, its service files merged, as maven-shade-plugin's transformer does it. */
@DisplayName("A shaded jar")
final class ShadedJarTest {
  private static final Path JDK = Path.of(System.getProperty("java.home"));
  private static final String SERVICES = "META-INF/services/";

  /** Larger jars, which are ND4J's and native libraries, stay beside it: they would take long. */
  private static final long LARGE = 4 << 20;

  @TempDir Path folder;

  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  /** The program in the jar. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      var options = EngineOptions.named("nd4j");
      System.out.println("found " + Engines.create(options, DataType.DOUBLE).name());
      System.out.println("by default " + Engines.byDefault(DataType.FLOAT).name());
    }
  }

  @Test
  void findsItsEngines() throws Exception {
    List<String> beside = new ArrayList<>();
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path entry = Path.of(each);
      if (Files.isDirectory(entry)) {
        addFolder(entry);
      } else if (Files.isRegularFile(entry) && Files.size(entry) < LARGE) {
        addJar(entry);
      } else {
        beside.add(each);
      }
    }
    Path shaded = folder.resolve("shaded.jar");
    write(shaded);
    beside.add(0, shaded.toString());
    Outcome run =
        Command.run(
            List.of(
                Command.tool(JDK, "java"),
                "-cp",
                String.join(File.pathSeparator, beside),
                Main.class.getName()));
    assertEquals(0, run.exitCode(), run::output);
    assertTrue(run.output().contains("found nd4j"), run::output);
    assertTrue(
        run.output().contains("by default " + Engines.byDefault(DataType.FLOAT).name()),
        run::output);
  }

  private void addFolder(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(path).toString().replace('\\', '/');
        if (Files.size(path) < LARGE) {
          add(name, Files.readAllBytes(path));
        }
      }
    }
  }

  private void addJar(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().filter(e -> !e.isDirectory()).toList()) {
        add(entry.getName(), file.getInputStream(entry).readAllBytes());
      }
    }
  }

  /** The first of a name stays, but service files are written one behind the other. */
  private void add(String name, byte... content) {
    if (name.startsWith(SERVICES)) {
      byte[] line = "\n".getBytes(StandardCharsets.UTF_8);
      entries.merge(name, content, (a, b) -> joined(joined(a, line), b));
    } else if (!name.startsWith("META-INF/")) {
      entries.putIfAbsent(name, content);
    }
  }

  private static byte[] joined(byte[] a, byte... b) {
    byte[] both = new byte[a.length + b.length];
    System.arraycopy(a, 0, both, 0, a.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private void write(Path jar) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.setLevel(0);
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new JarEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
  }
}
