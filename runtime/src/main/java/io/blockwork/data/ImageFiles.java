package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.ImageException;
import io.blockwork.image.Images;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Image files without labels: what a network is to name. */
public final class ImageFiles implements ImageDataset {
  private static final List<String> SUFFIXES =
      List.of(".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp");

  private final List<Path> files;

  private ImageFiles(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /** The given files, in the given order. */
  public static ImageFiles of(List<Path> files) {
    return new ImageFiles(files);
  }

  /**
   * All files below the folder whose names end like an image's, in alphabetical order.
   *
   * @throws UncheckedIOException if the folder cannot be listed
   */
  public static ImageFiles in(Path folder) {
    return new ImageFiles(list(folder));
  }

  /** Image files below a folder: by their folders' names, then by their own, by code point. */
  static List<Path> list(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(path -> isImage(path) && Files.isRegularFile(path))
          .sorted(
              Comparator.comparing(
                      (Path path) -> folder.relativize(path).resolveSibling("").toString())
                  .thenComparing(path -> String.valueOf(path.getFileName())))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be listed", e);
    }
  }

  private static boolean isImage(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return SUFFIXES.stream().anyMatch(name::endsWith);
  }

  /** Decodes; whatever goes wrong is told with the file and the offset. */
  static ByteImage read(Path file) {
    byte[] data;
    try {
      data = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new DataException(file.toString(), 0, "cannot be read: " + e, e);
    }
    try {
      return Images.decode(data, String.valueOf(file.getFileName()));
    } catch (ImageException e) {
      throw new DataException(file.toString(), e.offset(), String.valueOf(e.getMessage()), e);
    }
  }

  /** The files, by index. */
  public List<Path> files() {
    return files;
  }

  @Override
  public ByteImage image(int index) {
    return read(files.get(index));
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public int label(int index) {
    return UNLABELLED;
  }

  @Override
  public List<String> classNames() {
    return List.of();
  }

  @Override
  public String describe(int index) {
    return files.get(index).toString();
  }
}
