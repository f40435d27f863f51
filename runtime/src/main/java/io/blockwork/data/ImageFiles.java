package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.ImageException;
import io.blockwork.image.ImageLimits;
import io.blockwork.image.Images;
import io.blockwork.io.FileProblem;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Image files without labels: what a network is to name. */
public final class ImageFiles implements ImageDataset {
  private final List<Path> files;
  private final LeftOut leftOut;

  private ImageFiles(List<Path> files, LeftOut leftOut) {
    this.files = List.copyOf(files);
    this.leftOut = leftOut;
  }

  /** The given files, in the given order. */
  public static ImageFiles of(List<Path> files) {
    Objects.requireNonNull(files, "files");
    return new ImageFiles(files, new LeftOut(0, 0, 0, 0, 0));
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
    return new ImageFiles(scan.files(), scan.leftOut());
  }

  /** Decodes; whatever goes wrong is reported with the file and the offset. */
  static ByteImage read(Path file) {
    String shown = PathNames.shown(file);
    try {
      return Images.read(file, PathNames.utf8(file).orElse(shown), ImageLimits.defaults());
    } catch (UncheckedIOException e) {
      throw new DataException(
          shown, 0, FileProblem.reading(file, Objects.requireNonNull(e.getCause())), e);
    } catch (ImageException e) {
      throw new DataException(shown, e.offset(), String.valueOf(e.getMessage()), e);
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
    return UNLABELLED;
  }

  @Override
  public List<String> classNames() {
    return List.of();
  }

  @Override
  public String describe(int index) {
    return PathNames.shown(files.get(index));
  }
}
