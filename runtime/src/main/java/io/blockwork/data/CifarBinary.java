package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * CIFAR-10's and CIFAR-100's binary files (Krizhevsky, 2009): records of a label (CIFAR-100: a
 * coarse and a fine one) and 3 x 32 x 32 bytes, plane by plane. Plain or gzipped; held in memory as
 * they are.
 *
 * <p>A last record that is cut off and labels that no class has are reported, with file and offset,
 * when that item is read.
 */
public final class CifarBinary implements ImageDataset {
  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;

  private static final List<String> CIFAR10 =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private record Part(String file, byte[] data, int records) {}

  private final List<Part> parts;
  private final int labelBytes;
  private final List<String> classNames;
  private final int size;

  private CifarBinary(List<Part> parts, int labelBytes, List<String> classNames) {
    this.parts = parts;
    this.labelBytes = labelBytes;
    this.classNames = classNames;
    this.size = parts.stream().mapToInt(Part::records).sum();
  }

  /**
   * CIFAR-10: {@code data_batch_1.bin} to {@code data_batch_5.bin}, or {@code test_batch.bin}.
   *
   * @throws DataException if gzip data are damaged
   * @throws DataLimitException if a file is larger than a quarter of Java's memory
   * @throws UncheckedIOException if a file cannot be read
   */
  public static CifarBinary cifar10(Path... files) {
    Objects.requireNonNull(files, "files");
    return open(1, CIFAR10, files);
  }

  /**
   * CIFAR-100 with its 100 fine labels: {@code train.bin} or {@code test.bin}. The classes are
   * called by their numbers unless names are given.
   *
   * @param fineNames the lines of {@code fine_label_names.txt}, or an empty list
   * @throws DataException if gzip data are damaged
   * @throws DataLimitException if a file is larger than a quarter of Java's memory
   * @throws UncheckedIOException if a file cannot be read
   */
  public static CifarBinary cifar100(List<String> fineNames, Path... files) {
    Objects.requireNonNull(files, "files");
    return open(2, fineNames.isEmpty() ? Labels.numbered(100) : List.copyOf(fineNames), files);
  }

  private static CifarBinary open(int labelBytes, List<String> classNames, Path... files) {
    int record = labelBytes + 3 * PLANE;
    List<Part> parts = new ArrayList<>();
    for (Path file : files) {
      try (InputStream in = Streams.open(file)) {
        byte[] data = Streams.readAll(in, file.toString());
        parts.add(new Part(file.toString(), data, (data.length + record - 1) / record));
      } catch (IOException e) {
        throw new UncheckedIOException(SafeText.of(file) + ": " + FileProblem.reading(file, e), e);
      }
    }
    return new CifarBinary(parts, labelBytes, classNames);
  }

  private record Place(Part part, int offset) {}

  /** Where the record begins, whole or not. */
  private Place locate(int index) {
    java.util.Objects.checkIndex(index, size);
    int rest = index;
    int at = 0;
    while (rest >= parts.get(at).records) {
      rest -= parts.get(at).records;
      at++;
    }
    return new Place(parts.get(at), rest * (labelBytes + 3 * PLANE));
  }

  private Place place(int index) {
    Place place = locate(index);
    int record = labelBytes + 3 * PLANE;
    int there = place.part.data.length - place.offset;
    if (there < record) {
      throw new DataException(
          place.part.file,
          place.offset,
          SafeText.format(
              "record %d is cut off: %d bytes of %d are there; fetch the file again",
              place.offset / record, there, record));
    }
    return place;
  }

  @Override
  public ByteImage image(int index) {
    Place place = place(index);
    label(place);
    byte[] data = place.part.data;
    int red = place.offset + labelBytes;
    byte[] samples = new byte[3 * PLANE];
    for (int i = 0, o = 0; i < PLANE; i++, o += 3) {
      samples[o] = data[red + i];
      samples[o + 1] = data[red + PLANE + i];
      samples[o + 2] = data[red + 2 * PLANE + i];
    }
    return new ByteImage(SIDE, SIDE, 3, samples);
  }

  @Override
  public int label(int index) {
    return label(place(index));
  }

  private int label(Place place) {
    int label = place.part.data[place.offset + labelBytes - 1] & 0xff;
    if (label >= classNames.size()) {
      throw new DataException(
          place.part.file,
          place.offset + labelBytes - 1,
          SafeText.format("label %d is not one of the %d classes", label, classNames.size()));
    }
    return label;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public String describe(int index) {
    Place place = locate(index);
    return place.part.file + ", offset " + place.offset;
  }
}
