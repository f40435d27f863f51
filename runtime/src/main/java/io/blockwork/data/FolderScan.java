package io.blockwork.data;

import io.blockwork.io.FileProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the image files below a folder, at any depth. Links are followed, and loops of them ended;
 * what is hidden or belongs to the system is left out, with all that lies in it. What was left out
 * is counted.
 *
 * <p>The order is that of torchvision's {@code make_dataset}: by the folders' paths, then by the
 * files' names, both by code point.
 */
final class FolderScan extends SimpleFileVisitor<Path> {
  /** torchvision's {@code IMG_EXTENSIONS}, and two more that are as common. */
  private static final List<String> SUFFIXES =
      List.of(
          ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".jpe",
          ".gif");

  /** What is hidden without a dot: macOS's archives, Synology's and Windows's folders, ext4's. */
  private static final Set<String> SYSTEM =
      Set.of(
          "__macosx",
          "@eadir",
          "$recycle.bin",
          "system volume information",
          "lost+found",
          "thumbs.db",
          "ehthumbs.db",
          "desktop.ini");

  private static final Comparator<Found> ORDER =
      Comparator.comparing(Found::folderKey).thenComparing(Found::nameKey);

  /**
   * An image.
   *
   * @param top the folder right in the root that it lies in; empty for the root itself
   * @param folderKey orders the folder that it is in
   * @param nameKey orders its name
   */
  private record Found(Optional<Path> top, String folderKey, String nameKey, Path file) {}

  private final Path root;
  private final List<Path> folders = new ArrayList<>();
  private final List<Found> found = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private int hidden;
  private int notImages;
  private int loops;
  private int brokenLinks;

  private FolderScan(Path root) {
    this.root = root;
  }

  /**
   * Goes through a folder.
   *
   * @throws UncheckedIOException if it, or a folder below it, cannot be listed
   */
  static FolderScan of(Path root) {
    FolderScan scan = new FolderScan(root);
    try {
      if (!Files.isDirectory(root)) {
        throw new NotDirectoryException(root.toString());
      }
      Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, scan);
    } catch (IOException e) {
      throw new UncheckedIOException(
          PathNames.shown(root) + ": " + FileProblem.listing(root, e), e);
    }
    scan.found.sort(ORDER);
    scan.folders.sort(Comparator.comparing(PathNames::sortKey));
    return scan;
  }

  /** All images. */
  List<Path> files() {
    return found.stream().map(Found::file).toList();
  }

  /** The folders right in the root, by code point, with the images in each. */
  Map<Path, List<Path>> filesByTopFolder() {
    Map<Path, List<Path>> files = new LinkedHashMap<>();
    folders.forEach(folder -> files.put(folder, new ArrayList<>()));
    for (Found image : found) {
      image.top.ifPresent(
          top -> files.computeIfAbsent(top, t -> new ArrayList<>()).add(image.file));
    }
    return files;
  }

  /** What was left out if every image counts. */
  LeftOut leftOut() {
    return new LeftOut(hidden, notImages, 0, loops, brokenLinks);
  }

  /** What was left out if only images in folders count. */
  LeftOut leftOutOfFolders() {
    int atTop = (int) found.stream().filter(image -> image.top.isEmpty()).count();
    return new LeftOut(hidden, notImages, atTop, loops, brokenLinks);
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
      throws IOException {
    if (folder.equals(root)) {
      return FileVisitResult.CONTINUE;
    }
    if (isHidden(folder)) {
      hidden++;
      return FileVisitResult.SKIP_SUBTREE;
    }
    if (keys.isEmpty()) {
      folders.add(folder);
    }
    // Paths are ordered as strings with slashes, wherever we run.
    keys.add((keys.isEmpty() ? "" : keys.get(keys.size() - 1) + "/") + PathNames.sortKey(folder));
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException problem)
      throws IOException {
    if (problem != null) {
      throw problem;
    }
    if (!folder.equals(root)) {
      keys.remove(keys.size() - 1);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    if (isHidden(file)) {
      hidden++;
    } else if (attributes.isSymbolicLink()) {
      // Attributes are those of what a link leads to, unless it leads to nothing.
      brokenLinks++;
    } else if (attributes.isRegularFile() && isImage(file)) {
      String folderKey = keys.isEmpty() ? "" : keys.get(keys.size() - 1);
      Optional<Path> top =
          keys.isEmpty() ? Optional.empty() : Optional.of(folders.get(folders.size() - 1));
      found.add(new Found(top, folderKey, PathNames.sortKey(file), file));
    } else {
      notImages++;
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException problem) throws IOException {
    if (problem instanceof FileSystemLoopException) {
      loops++;
      return FileVisitResult.CONTINUE;
    }
    throw problem;
  }

  private static boolean isHidden(Path path) throws IOException {
    String name = String.valueOf(path.getFileName());
    return name.startsWith(".")
        || SYSTEM.contains(name.toLowerCase(Locale.ROOT))
        || Files.isHidden(path);
  }

  private static boolean isImage(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return SUFFIXES.stream().anyMatch(name::endsWith);
  }
}
