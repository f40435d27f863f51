package io.blockwork.processor.onnx;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the models of a project are. A compiler does not tell where the project is, and its own
 * working folder may be that of a project around it: the folders around the class files are looked
 * at first, the nearest before the others.
 */
final class ModelFolder {
  private static final String USUAL = "src/main/onnx";

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

  /** The file of that name; empty if there is none. */
  Optional<Path> find(String file) {
    return candidates(file).stream().filter(Files::isRegularFile).findFirst();
  }

  /** Where a file is looked for, in order. */
  List<Path> candidates(String file) {
    Set<Path> all = new LinkedHashSet<>();
    for (Path root : roots()) {
      all.add(root.resolve(name).resolve(file).normalize());
    }
    return new ArrayList<>(all);
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
