package io.blockwork.data;

import io.blockwork.image.ByteImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder with a folder of images for each class: torchvision's {@code ImageFolder}. Classes are
 * numbered by their names' alphabetical order, hidden folders are left out. Images are RGB, turned
 * upright as EXIF says, and decoded each time they are asked for (see {@link #cached}).
 */
public final class ImageFolder implements ImageDataset {
  private final List<String> classNames;
  private final List<Path> files;
  private final int[] labels;

  private ImageFolder(List<String> classNames, List<Path> files, int... labels) {
    this.classNames = classNames;
    this.files = files;
    this.labels = labels;
  }

  /**
   * Lists the folder; no image is opened.
   *
   * @param root {@code root/<class>/**}{@code /<image>}
   * @throws IllegalArgumentException if there is no class folder, or one has no image
   * @throws UncheckedIOException if a folder cannot be listed
   */
  public static ImageFolder open(Path root) {
    List<Path> classes;
    try (Stream<Path> children = Files.list(root)) {
      classes =
          children
              .filter(Files::isDirectory)
              .filter(folder -> !name(folder).startsWith("."))
              .sorted(java.util.Comparator.comparing(ImageFolder::name))
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(root + ": cannot be listed", e);
    }
    if (classes.isEmpty()) {
      throw new IllegalArgumentException(
          root + ": expected a folder for each class inside, found none");
    }
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      List<Path> images = ImageFiles.list(classes.get(label));
      if (images.isEmpty()) {
        throw new IllegalArgumentException(
            classes.get(label)
                + ": this class has no image (.jpg, .png, ...); add some or move it");
      }
      files.addAll(images);
      labels.addAll(java.util.Collections.nCopies(images.size(), label));
    }
    return new ImageFolder(
        classes.stream().map(ImageFolder::name).toList(),
        List.copyOf(files),
        labels.stream().mapToInt(Integer::intValue).toArray());
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** The files, by index. */
  public List<Path> files() {
    return files;
  }

  @Override
  public ByteImage image(int index) {
    return ImageFiles.read(files.get(index));
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public String describe(int index) {
    return files.get(index).toString();
  }
}
