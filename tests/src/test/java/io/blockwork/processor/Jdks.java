package io.blockwork.processor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** The JDKs of this machine, where they usually are. */
final class Jdks {
  private static final List<String> VARIABLES = List.of("JAVA25_HOME", "JAVA_HOME_25_X64");
  private static final List<String> FOLDERS =
      List.of(
          "/usr/lib/jvm",
          "/Library/Java/JavaVirtualMachines",
          "C:/Program Files/Java",
          "C:/Program Files/Eclipse Adoptium",
          System.getProperty("user.home") + "/.sdkman/candidates/java",
          System.getProperty("user.home") + "/.jdks");

  private Jdks() {}

  /**
   * A JDK.
   *
   * @param version its feature release, such as 25
   */
  record Jdk(Path home, int version) {}

  /**
   * The newest JDK, if it is newer than the one that runs; one that the system property {@code
   * blockwork.jdk25} or the environment variable {@code JAVA25_HOME} names goes before it.
   */
  static Optional<Jdk> newer() throws IOException {
    List<Path> homes = new ArrayList<>();
    String named = System.getProperty("blockwork.jdk25", "");
    Stream.concat(Stream.of(named), VARIABLES.stream().map(v -> environment(v)))
        .filter(home -> !home.isEmpty())
        .forEach(home -> homes.add(Path.of(home)));
    for (Path home : homes) {
      Optional<Jdk> jdk = at(home);
      if (jdk.isPresent()) {
        return jdk;
      }
    }
    List<Jdk> found = new ArrayList<>();
    for (String folder : FOLDERS) {
      if (Files.isDirectory(Path.of(folder))) {
        try (Stream<Path> entries = Files.list(Path.of(folder))) {
          for (Path entry : entries.toList()) {
            at(entry).or(() -> at(entry.resolve("Contents/Home"))).ifPresent(found::add);
          }
        }
      }
    }
    return found.stream()
        .filter(jdk -> jdk.version() > Runtime.version().feature())
        .max(Comparator.comparingInt(Jdk::version).thenComparing(Jdk::home));
  }

  private static String environment(String variable) {
    return Objects.requireNonNullElse(System.getenv(variable), "");
  }

  /** The JDK in a folder: every one has a file that tells its version. */
  private static Optional<Jdk> at(Path home) {
    Path release = home.resolve("release");
    boolean compiles =
        Files.isExecutable(home.resolve("bin/javac"))
            || Files.isExecutable(home.resolve("bin/javac.exe"));
    if (!compiles || !Files.isRegularFile(release)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (var in = Files.newBufferedReader(release)) {
      properties.load(in);
    } catch (IOException e) {
      return Optional.empty();
    }
    String version = properties.getProperty("JAVA_VERSION", "\"0\"").replace("\"", "");
    return Optional.of(new Jdk(home, Integer.parseInt(version.replaceFirst("[^0-9].*", ""))));
  }
}
