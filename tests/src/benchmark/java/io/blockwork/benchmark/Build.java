package io.blockwork.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.blockwork.Networks;
import io.blockwork.examples.networks.ResNet50;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Tells one build of ours from another. */
final class Build {
  private static final String OURS = "io/blockwork/";

  private Build() {}

  /**
   * Eight hexadecimal digits over the names and contents of the class files that are measured: the
   * runtime's, the examples', and those of the one network that is compiled with the benchmarks.
   * They are the same from a folder and from a jar, whenever that was made.
   */
  static String id() throws IOException {
    CRC32 sum = new CRC32();
    add(sum, Networks.class, OURS);
    add(sum, ResNet50.class, OURS);
    add(sum, MemoryEfficientDenseNet121.class, nameOf(MemoryEfficientDenseNet121.class));
    return String.format(Locale.ROOT, "%08x", sum.getValue());
  }

  private static String nameOf(Class<?> type) {
    return type.getName().replace('.', '/');
  }

  /** Adds the class files whose names begin so, from where that class came from. */
  private static void add(CRC32 sum, Class<?> type, String prefix) throws IOException {
    Path place;
    try {
      place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    if (Files.isDirectory(place)) {
      add(sum, place, prefix);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(place)) {
        add(sum, jar.getPath("/"), prefix);
      }
    }
  }

  private static void add(CRC32 sum, Path root, String prefix) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root.resolve(OURS))) {
      files = all.filter(Files::isRegularFile).toList();
    }
    // Folders and jars list their files in different orders.
    TreeMap<String, Path> sorted = new TreeMap<>();
    for (Path file : files) {
      String name = root.relativize(file).toString();
      if (name.startsWith(prefix) && name.endsWith(".class")) {
        sorted.put(name, file);
      }
    }
    for (var entry : sorted.entrySet()) {
      sum.update(entry.getKey().getBytes(UTF_8));
      sum.update(Files.readAllBytes(entry.getValue()));
    }
  }
}
