package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.ImageException;
import io.blockwork.image.ImageLimits;
import io.blockwork.image.Images;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Image files from a list or a folder: what a network is to name, or to learn from by a list. */
public final class ImageFiles implements ImageDataset {
  private final List<Path> files;
  private final List<String> classNames;
  private final int[] labels;
  private final LeftOut leftOut;

  /**
   * @param labels none: the files have no labels
   */
  private ImageFiles(List<Path> files, List<String> classNames, LeftOut leftOut, int... labels) {
    this.files = List.copyOf(files);
    this.classNames = List.copyOf(classNames);
    this.labels = labels.clone();
    this.leftOut = leftOut;
  }

  /** The given files, in the given order. */
  public static ImageFiles of(List<Path> files) {
    Objects.requireNonNull(files, "files");
    return new ImageFiles(files, List.of(), new LeftOut(0, 0, 0, 0, 0));
  }

  /**
   * The given files, in the given order, to train on.
   *
   * @param classNames by label
   * @param labels one for each file, from 0 on
   * @throws IllegalArgumentException if there are more or fewer labels than files, or one is of no
   *     class
   */
  public static ImageFiles of(List<Path> files, List<String> classNames, int... labels) {
    Objects.requireNonNull(files, "files");
    Objects.requireNonNull(classNames, "classNames");
    Objects.requireNonNull(labels, "labels");
    if (labels.length != files.size()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "labels: expected one for each of the %d files, got %d",
              files.size(), labels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classNames.size()) {
        throw new IllegalArgumentException(
            SafeText.format(
                "label of %s: expected a class from 0 to %d, got %d",
                PathNames.shown(files.get(i)), classNames.size() - 1, labels[i]));
      }
    }
    return new ImageFiles(files, classNames, new LeftOut(0, 0, 0, 0, 0), labels);
  }

  /**
   * All files below the folder whose names end like an image's (see {@link ImageFolder} for which),
   * by their folders' paths and then by their names, in the order of code points. Links are
   * followed; hidden and system files and folders are left out.
   *
   * @throws UncheckedIOException if a folder cannot be listed
   */
  public static ImageFiles in(Path folder) {
    Objects.requireNonNull(folder, "folder");
    FolderScan scan = FolderScan.of(folder);
    return new ImageFiles(scan.files(), List.of(), scan.leftOut());
  }

  /** Decodes; whatever goes wrong is reported with the file and the offset. */
  static ByteImage read(Path file) {
    String shown = PathNames.shown(file);
    String name = PathNames.utf8(file).orElse(shown);
    try {
      return Images.read(file, name, ImageLimits.defaults());
    } catch (UncheckedIOException e) {
      throw new DataException(
          shown, FileProblem.reading(file, Objects.requireNonNull(e.getCause())), e);
    } catch (ImageException e) {
      throw e.offset() == 0
          ? new DataException(shown, e.problem(name), e)
          : new DataException(shown, e.offset(), e.problem(name), e);
    }
  }

  /** The files, by index. */
  public List<Path> files() {
    return files;
  }

  /** How many files and folders were left out, and why. */
  public LeftOut leftOut() {
    return leftOut;
  }

  @Override
  public ByteImage image(int index) {
    return read(files.get(index));
  }

  @Override
  public Optional<ImageOrigin> origin(int index) {
    return Optional.of(new ImageOrigin(files.get(index), 0));
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public int label(int index) {
    Objects.checkIndex(index, files.size());
    return labels.length == 0 ? UNLABELLED : labels[index];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public String describe(int index) {
    return PathNames.shown(files.get(index));
  }
}
