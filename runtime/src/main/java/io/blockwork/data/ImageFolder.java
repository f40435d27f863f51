package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.io.SafeText;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder with a folder of images for each class: torchvision's {@code ImageFolder}. Images are
 * RGB, turned upright as EXIF says, and decoded each time they are asked for (see {@link #cached}).
 *
 * <p>Classes are numbered in the order of their names by code point, as torchvision numbers them.
 * Names are UTF-8 whatever the locale, so that the order is the same everywhere. Files count whose
 * names end in {@code .jpg}, {@code .jpeg}, {@code .png}, {@code .ppm}, {@code .bmp}, {@code .pgm},
 * {@code .tif}, {@code .tiff}, {@code .webp} (torchvision's list), {@code .jpe} or {@code .gif}, at
 * any depth. Links are followed; hidden and system files and folders are left out. {@link #leftOut}
 * tells how many, and the log does too.
 */
public final class ImageFolder implements ImageDataset {
  private static final Logger LOG = LoggerFactory.getLogger(ImageFolder.class);

  /** What folders are called that have class folders in them. */
  private static final Set<String> PARTS = Set.of("train", "test", "val", "valid", "validation");

  private final List<String> classNames;
  private final List<Path> files;
  private final int[] labels;
  private final LeftOut leftOut;

  private ImageFolder(List<String> classNames, List<Path> files, LeftOut leftOut, int... labels) {
    this.classNames = classNames;
    this.files = files;
    this.labels = labels;
    this.leftOut = leftOut;
  }

  /**
   * Lists the folder; no image is opened.
   *
   * @param root {@code root/<class>/**}{@code /<image>}
   * @throws IllegalArgumentException if there is no class folder, one has no image, or the name of
   *     one is not UTF-8; the message says what there is instead
   * @throws UncheckedIOException if a folder cannot be listed
   */
  public static ImageFolder open(Path root) {
    Objects.requireNonNull(root, "root");
    FolderScan scan = FolderScan.of(root);
    LeftOut leftOut = scan.leftOutOfFolders();
    Map<Path, List<Path>> classes = scan.filesByTopFolder();
    if (classes.isEmpty()) {
      throw new IllegalArgumentException(withoutClasses(root, scan.files().size(), leftOut));
    }
    List<String> classNames = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    IntStream.Builder labels = IntStream.builder();
    classes.forEach(
        (folder, images) -> {
          requireImages(folder, images);
          images.forEach(image -> labels.add(classNames.size()));
          classNames.add(className(folder));
          files.addAll(images);
        });
    if (PARTS.containsAll(classNames.stream().map(n -> n.toLowerCase(Locale.ROOT)).toList())) {
      LOG.warn(
          "{}: its classes are called {}, as parts of a data set are; open each of these folders by"
              + " itself if so",
          SafeText.of(PathNames.shown(root)),
          SafeText.of(String.join(", ", classNames)));
    }
    if (leftOut.total() > 0) {
      LOG.info(
          "{}: {} images in {} classes; left out: {}",
          SafeText.of(PathNames.shown(root)),
          files.size(),
          classNames.size(),
          leftOut);
    }
    return new ImageFolder(
        List.copyOf(classNames), List.copyOf(files), leftOut, labels.build().toArray());
  }

  private static String withoutClasses(Path root, int images, LeftOut leftOut) {
    String text =
        SafeText.format("%s: expected a folder for each class inside", PathNames.shown(root));
    if (images == 0) {
      String others = leftOut.total() == 0 ? "" : SafeText.format(" (left out: %s)", leftOut);
      return text + ", found none" + others;
    }
    Path parent = root.toAbsolutePath().normalize().getParent();
    return text
        + SafeText.format(
            ", but it holds %d images itself: open its parent%s if this is the folder of one class;"
                + " ImageFiles.in(folder) takes images without classes",
            images, parent == null ? "" : " " + PathNames.shown(parent));
  }

  private static void requireImages(Path folder, List<Path> images) {
    if (images.isEmpty()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: this class has no image (.jpg, .png, ...); add some or remove the folder",
              PathNames.shown(folder)));
    }
  }

  private static String className(Path folder) {
    return PathNames.utf8(folder)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    SafeText.format(
                        "%s: the name of this class folder is not UTF-8 (its bytes are %s)%n"
                            + "  fix: rename it, for example with convmv -f latin1 -t utf8"
                            + " --notest",
                        PathNames.shown(folder), PathNames.hex(folder))));
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
    return ImageFiles.read(files.get(index));
  }

  @Override
  public Optional<ImageOrigin> origin(int index) {
    return Optional.of(new ImageOrigin(files.get(index), 0));
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
    return PathNames.shown(files.get(index));
  }
}
