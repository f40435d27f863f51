package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * MNIST's and Fashion-MNIST's IDX files (LeCun, Cortes and Burges): grey images of unsigned bytes,
 * {@code [N, H, W]}, and their labels {@code [N]}. Plain or gzipped; held in memory.
 *
 * <p>Images or labels that a file is too short for are reported, with file and offset, when that
 * item is read.
 */
public final class IdxImages implements ImageDataset {
  private static final int UNSIGNED_BYTES = 0x08;

  /** One file: its dimensions, the offset of its data, and as much of these as there is. */
  private record Idx(String file, int[] dimensions, int header, byte[] data) {}

  private final Idx images;
  private final Idx labels;
  private final List<String> classNames;

  private IdxImages(Idx images, Idx labels, List<String> classNames) {
    this.images = images;
    this.labels = labels;
    this.classNames = classNames;
  }

  /**
   * Opens ten classes called by their numbers, as in MNIST.
   *
   * @param images such as {@code train-images-idx3-ubyte.gz}
   * @param labels such as {@code train-labels-idx1-ubyte.gz}
   * @throws DataException if a header is wrong or the two files count differently
   * @throws DataLimitException if the images take more than a quarter of Java's memory
   * @throws UncheckedIOException if a file cannot be read
   */
  public static IdxImages mnist(Path images, Path labels) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(labels, "labels");
    return open(images, labels, Labels.numbered(10));
  }

  /** Like {@link #mnist}, with Fashion-MNIST's class names. */
  public static IdxImages fashionMnist(Path images, Path labels) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(labels, "labels");
    return open(
        images,
        labels,
        List.of(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot"));
  }

  /** Like {@link #mnist}, with classes of your own. */
  public static IdxImages open(Path images, Path labels, List<String> classNames) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(classNames, "classNames");
    Idx pixels = read(images, 3);
    Idx classes = read(labels, 1);
    if (pixels.dimensions[0] != classes.dimensions[0]) {
      throw new DataException(
          classes.file,
          4,
          SafeText.format(
              "%d labels for the %d images of %s: these files do not belong together",
              classes.dimensions[0], pixels.dimensions[0], pixels.file));
    }
    return new IdxImages(pixels, classes, List.copyOf(classNames));
  }

  private static Idx read(Path path, int rank) {
    String file = path.toString();
    try (InputStream in = Streams.open(path)) {
      int header = 4 + 4 * rank;
      byte[] there = Streams.readUpTo(in, file, 0, header);
      ByteBuffer start = ByteBuffer.wrap(Arrays.copyOf(there, header));
      int magic = start.getInt();
      int expected = UNSIGNED_BYTES << 8 | rank;
      if (magic != expected) {
        throw new DataException(
            file,
            0,
            SafeText.format(
                "IDX magic number %08x, expected %08x (unsigned bytes, %d dimensions)",
                magic, expected, rank));
      }
      if (there.length < header) {
        throw new DataException(file, there.length, "the file ends inside its IDX header");
      }
      int[] dimensions = new int[rank];
      long length = 1;
      for (int i = 0; i < rank; i++) {
        dimensions[i] = start.getInt();
        if (dimensions[i] < 1) {
          throw new DataException(
              file,
              4 + 4L * i,
              SafeText.format(
                  "dimension %d is %d: expected at least 1 and at most %d",
                  i, dimensions[i] & 0xffffffffL, Integer.MAX_VALUE));
        }
        if (length * dimensions[i] > Streams.limit()) {
          throw Streams.tooLarge(file, 4 + 4L * i);
        }
        length *= dimensions[i];
      }
      byte[] data = Streams.readUpTo(in, file, header, (int) length);
      if (data.length == length) {
        Streams.checkEnd(in, file, header + length);
      }
      return new Idx(file, dimensions, header, data);
    } catch (IOException e) {
      throw new UncheckedIOException(SafeText.of(file) + ": " + FileProblem.reading(path, e), e);
    }
  }

  @Override
  public ByteImage image(int index) {
    label(index);
    int height = images.dimensions[1];
    int width = images.dimensions[2];
    int length = height * width;
    long offset = (long) index * length;
    requireData(images, offset, length, index);
    return new ByteImage(
        width, height, 1, Arrays.copyOfRange(images.data, (int) offset, (int) offset + length));
  }

  @Override
  public int label(int index) {
    java.util.Objects.checkIndex(index, size());
    requireData(labels, index, 1, index);
    int label = labels.data[index] & 0xff;
    if (label >= classNames.size()) {
      throw new DataException(
          labels.file,
          (long) labels.header + index,
          SafeText.format(
              "label %d of item %d is not one of the %d classes", label, index, classNames.size()));
    }
    return label;
  }

  private static void requireData(Idx idx, long offset, int length, int index) {
    if (offset + length > idx.data.length) {
      throw new DataException(
          idx.file,
          idx.header + offset,
          SafeText.format(
              "item %d is cut off: the file ends at offset %d; fetch it again",
              index, idx.header + idx.data.length));
    }
  }

  @Override
  public int size() {
    return images.dimensions[0];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public String describe(int index) {
    return SafeText.format("%s, item %d", images.file, index);
  }
}
