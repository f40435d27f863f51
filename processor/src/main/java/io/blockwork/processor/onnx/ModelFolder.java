package io.blockwork.processor.onnx;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the models of a project are. A compiler does not tell where the project is, and its own
 * working folder may be that of a project around it: the folders around the class files are looked
 * at first, the nearest before the others.
 */
final class ModelFolder {
  private static final String USUAL = "src/main/onnx";

  /** What stands in the folder of a project of Maven, Gradle or Eclipse. */
  private static final List<String> SIGNS =
      List.of("pom.xml", "build.gradle", "build.gradle.kts", ".project", "src");

  private final String name;
  private final URI beside;

  /**
   * @param name the folder, if an option says it
   * @param beside a file among the class files
   */
  ModelFolder(Optional<String> name, URI beside) {
    this.name = name.orElse(USUAL);
    this.beside = beside;
  }

  /** What is there of that name, be it a file or not; empty if nothing is. */
  Optional<Path> find(String file) {
    return folders()
        .map(folder -> folder.resolve(file).normalize())
        .filter(Files::exists)
        .findFirst();
  }

  /**
   * Where a file is expected that is not there: in the nearest such folder, or in the one that a
   * project of these class files would have.
   */
  Path expected(String file) {
    Path folder =
        folders().filter(Files::isDirectory).findFirst().orElseGet(() -> project().resolve(name));
    return folder.resolve(file).normalize();
  }

  private Stream<Path> folders() {
    return roots().stream().map(root -> root.resolve(name)).distinct();
  }

  /** The nearest folder around the class files that looks like a project's. */
  private Path project() {
    List<Path> roots = roots();
    return roots.stream()
        .filter(root -> SIGNS.stream().anyMatch(sign -> Files.exists(root.resolve(sign))))
        .findFirst()
        .orElse(roots.get(roots.size() - 1));
  }

  private List<Path> roots() {
    List<Path> roots = new ArrayList<>();
    if ("file".equals(beside.getScheme())) {
      for (Path at = Path.of(beside).getParent(); at != null; at = at.getParent()) {
        roots.add(at);
      }
    }
    // In an editor, class files may be nowhere.
    roots.add(Path.of("").toAbsolutePath());
    return roots;
  }
}
