package io.blockwork.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folders in which CUDA's libraries are looked for: absolute ones only, never the working
 * folder.
 */
public final class LibraryFolders {
  /** The system property that names folders to look in first, as {@code java.class.path} does. */
  public static final String PROPERTY = "blockwork.cuda.libraries";

  private static final List<String> SYSTEM =
      List.of(
          "/usr/local/cuda/lib64",
          "/usr/local/cuda/targets/x86_64-linux/lib",
          "/usr/local/cuda/targets/sbsa-linux/lib",
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib/aarch64-linux-gnu",
          "/usr/lib64",
          "/usr/lib",
          "/usr/local/lib",
          "/usr/local/nvidia/lib64",
          "/usr/local/nvidia/lib",
          "/usr/lib/wsl/lib",
          "/opt/cuda/lib64");

  private final List<Path> folders;

  private LibraryFolders(List<Path> folders) {
    this.folders = folders;
  }

  /** These folders only. */
  public static LibraryFolders only(Path... folders) {
    return new LibraryFolders(
        Stream.of(folders).filter(Path::isAbsolute).filter(Files::isDirectory).toList());
  }

  /**
   * The folders of this machine: those of the system property {@value #PROPERTY}; {@code lib64} of
   * {@code CUDA_HOME} and {@code CUDA_PATH}; the system's; and those of the packages {@code
   * nvidia-*} of the Python environments that {@code VIRTUAL_ENV}, {@code CONDA_PREFIX} and {@code
   * PATH} show.
   */
  public static LibraryFolders ofThisMachine() {
    Map<String, String> environment = System.getenv();
    Set<Path> found = new LinkedHashSet<>();
    split(System.getProperty(PROPERTY, "")).forEach(found::add);
    for (String home : List.of("CUDA_HOME", "CUDA_PATH")) {
      absolute(environment.getOrDefault(home, "")).ifPresent(p -> found.add(p.resolve("lib64")));
    }
    SYSTEM.forEach(folder -> found.add(Path.of(folder)));
    Set<Path> prefixes = new LinkedHashSet<>();
    for (String home : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      absolute(environment.getOrDefault(home, "")).ifPresent(prefixes::add);
    }
    for (Path bin : split(environment.getOrDefault("PATH", ""))) {
      Path prefix = bin.getParent();
      if (prefix != null && Files.exists(bin.resolve("python3"))) {
        prefixes.add(prefix);
      }
    }
    absolute(System.getProperty("user.home", "")).ifPresent(p -> prefixes.add(p.resolve(".local")));
    prefixes.forEach(prefix -> found.addAll(wheels(prefix)));
    return new LibraryFolders(found.stream().filter(Files::isDirectory).toList());
  }

  private static List<Path> split(String paths) {
    return Stream.of(paths.split(File.pathSeparator)).flatMap(p -> absolute(p).stream()).toList();
  }

  private static Optional<Path> absolute(String path) {
    try {
      return Optional.of(Path.of(path)).filter(Path::isAbsolute);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** {@code lib/python3.*}/site-packages/nvidia/{@code *}/lib. */
  private static List<Path> wheels(Path prefix) {
    List<Path> found = new ArrayList<>();
    for (Path python : children(prefix.resolve("lib"), "python3*")) {
      for (String packages : List.of("site-packages", "dist-packages")) {
        for (Path wheel : children(python.resolve(packages).resolve("nvidia"), "*")) {
          found.add(wheel.resolve("lib"));
        }
      }
    }
    return found;
  }

  private static List<Path> children(Path folder, String pattern) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, pattern)) {
        all.forEach(found::add);
      } catch (IOException e) {
        // What cannot be listed holds no library that could be loaded.
        return List.of();
      }
    }
    found.sort(null);
    return found;
  }

  /** The first file of one of the names. */
  Optional<Path> find(String... names) {
    for (Path folder : folders) {
      for (String name : names) {
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }

  /** All files of a folder that fit the pattern. */
  static List<Path> beside(Path file, String pattern) {
    Path folder = file.getParent();
    return folder == null ? List.of() : children(folder, pattern);
  }

  @Override
  public String toString() {
    return folders.stream().map(Path::toString).reduce((a, b) -> a + ", " + b).orElse("no folder");
  }
}
