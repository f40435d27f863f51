package io.blockwork.readme;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Maven project of a user's, in a fresh folder. Its local repository holds the artifacts of this
 * build, and links to what the machine's own has already downloaded.
 */
final class UserProject {
  private static final List<String> MODULES =
      List.of("runtime", "processor/graph", "runtime/onnx", "processor");
  private static final String GROUP = "io/blockwork";

  private final Path folder;
  private final Path repository;

  private UserProject(Path folder, Path repository) {
    this.folder = folder;
    this.repository = repository;
  }

  /** The jars of this build, or empty when only classes have been built. */
  static boolean canBeBuilt() throws IOException {
    return jar("runtime").isPresent() && jar("processor").isPresent();
  }

  /**
   * Makes an empty project.
   *
   * @param name of its folder; what an earlier run left there is deleted
   */
  static UserProject create(String name) throws IOException {
    Path scratch = Path.of("target", "user", name).toAbsolutePath();
    delete(scratch);
    Path folder = Files.createDirectories(scratch.resolve("project"));
    Path repository = Files.createDirectories(scratch.resolve("repository"));
    linkAll(Path.of(System.getProperty("blockwork.repository")), repository, "");
    install("blockwork", Path.of("../pom.xml"), Optional.empty(), repository);
    for (String module : MODULES) {
      install(artifact(module), Path.of("..", module, "pom.xml"), jar(module), repository);
    }
    return new UserProject(folder, repository);
  }

  /** Deletes a folder, but nothing that links in it lead to. */
  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** The artifact of a module, which is called as its folder. */
  private static String artifact(String module) {
    return "blockwork-" + module.substring(module.lastIndexOf('/') + 1);
  }

  private static Optional<Path> jar(String module) throws IOException {
    Path target = Path.of("..", module, "target");
    if (!Files.isDirectory(target)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(
              f ->
                  f.getFileName()
                      .toString()
                      .matches(artifact(module) + "-[0-9][^-]*(-SNAPSHOT)?\\.jar"))
          .findFirst();
    }
  }

  /** Links every entry but this project's own, into which artifacts of this build go. */
  private static void linkAll(Path from, Path to, String below) throws IOException {
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        String path = below + entry.getFileName();
        Path target = to.resolve(entry.getFileName());
        if (GROUP.equals(path)) {
          continue;
        }
        if (GROUP.startsWith(path + "/")) {
          linkAll(entry, Files.createDirectories(target), path + "/");
        } else {
          Files.createSymbolicLink(target, entry.toAbsolutePath());
        }
      }
    }
  }

  private static void install(String artifact, Path pom, Optional<Path> jar, Path repository)
      throws IOException {
    String version = System.getProperty("blockwork.version");
    Path folder = repository.resolve(GROUP).resolve(artifact).resolve(version);
    Files.createDirectories(folder);
    Files.copy(pom, folder.resolve(artifact + "-" + version + ".pom"));
    if (jar.isPresent()) {
      Files.copy(jar.get(), folder.resolve(artifact + "-" + version + ".jar"));
    }
  }

  /** Writes a file of the project. */
  void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  Path folder() {
    return folder;
  }

  /**
   * What a command printed.
   *
   * @param exitCode 0 if it succeeded
   * @param output both streams
   */
  record Outcome(int exitCode, String output) {}

  /** Runs Maven in the project. */
  Outcome maven(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    String home = System.getProperty("maven.home");
    command.add(home == null ? "mvn" : Path.of(home, "bin", "mvn").toString());
    command.addAll(List.of("-B", "-ntp", "-q", "-Dmaven.repo.local=" + repository));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** Runs a class of the project with its class path. */
  Outcome java(String mainClass, Object... arguments) throws IOException, InterruptedException {
    Path classPath = folder.resolve("target/class-path.txt");
    if (!Files.exists(classPath)) {
      Outcome resolved =
          maven(
              "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath",
              "-Dmdep.outputFile=" + classPath);
      if (resolved.exitCode() != 0) {
        return resolved;
      }
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(
        folder.resolve("target/classes")
            + System.getProperty("path.separator")
            + Files.readString(classPath));
    command.add(mainClass);
    for (Object argument : arguments) {
      command.add(String.valueOf(argument));
    }
    return run(command);
  }

  private Outcome run(List<String> command) throws IOException, InterruptedException {
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(10, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException("timed out: " + command + "\n" + Files.readString(log, UTF_8));
    }
    return new Outcome(process.exitValue(), Files.readString(log, UTF_8));
  }
}
