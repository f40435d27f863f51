package io.blockwork.data;

import io.blockwork.image.ByteImage;
import io.blockwork.image.ImageException;
import io.blockwork.image.ImageLimits;
import io.blockwork.image.Images;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Images in tar files, as WebDataset lays them out: the members of a sample follow each other and
 * have one name up to its first dot, {@code 000017.jpg} and {@code 000017.cls}. Nothing is unpacked
 * to disk. Opening reads the headers alone and the labels; an image is read where it lies.
 *
 * <p>The image is the sample's first member that ends like one ({@code jpg}, {@code jpeg}, {@code
 * png}, {@code gif}, {@code bmp}, {@code tif}, {@code tiff}), the label its {@code cls}: a number
 * in ASCII. All other members, pickles among them, are passed over. Samples without an image are
 * left out, those without a {@code cls} have no label.
 *
 * <p>Disks and networks read a shard fastest from its beginning to its end: {@link
 * DataLoader.Builder#shuffleWithin} with {@link #shardStarts} mixes no further than it must.
 */
public final class TarShards implements ImageDataset {
  private static final List<String> IMAGES =
      List.of("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff");
  private static final int LONGEST_LABEL = 20;

  private final List<Path> shards;
  private final List<String> classNames;
  private final List<Sample> samples;
  private final int[] starts;

  /**
   * A sample.
   *
   * @param shard its number
   * @param offset of the image in the shard
   * @param length of the image
   * @param label its class, or {@link #UNLABELLED}
   */
  private record Sample(int shard, long offset, long length, int label) {}

  private TarShards(
      List<Path> shards, List<String> classNames, List<Sample> samples, int... starts) {
    this.shards = List.copyOf(shards);
    this.classNames = List.copyOf(classNames);
    this.samples = List.copyOf(samples);
    this.starts = starts;
  }

  /**
   * The samples of some shards, in their order.
   *
   * @param classNames by label; an empty list if the samples have no labels
   * @param shards plain tar files; gzipped ones cannot be read in the middle
   * @throws DataException if a shard is damaged, or gzipped
   * @throws UncheckedIOException if one cannot be read
   */
  public static TarShards open(List<String> classNames, Path... shards) {
    Objects.requireNonNull(classNames, "classNames");
    List<Sample> samples = new ArrayList<>();
    int[] starts = new int[shards.length];
    for (int shard = 0; shard < shards.length; shard++) {
      starts[shard] = samples.size();
      try (RandomAccessFile file = new RandomAccessFile(shards[shard].toFile(), "r")) {
        scan(file, shards[shard], shard, samples);
      } catch (IOException e) {
        throw new UncheckedIOException(
            PathNames.shown(shards[shard]) + ": " + FileProblem.reading(shards[shard], e), e);
      }
    }
    return new TarShards(List.of(shards), classNames, samples, starts);
  }

  /** What is known of the sample whose members are being read. */
  private static final class Gathered {
    private String key = "";
    private long offset = -1;
    private long length;
    private int label = UNLABELLED;

    void finish(int shard, List<Sample> samples) {
      if (offset >= 0) {
        samples.add(new Sample(shard, offset, length, label));
      }
      offset = -1;
      label = UNLABELLED;
    }
  }

  private static void scan(RandomAccessFile file, Path shard, int number, List<Sample> samples)
      throws IOException {
    TarMembers members = new TarMembers(file, PathNames.shown(shard));
    Gathered sample = new Gathered();
    while (members.next()) {
      String name = members.name();
      int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
      if (dot < 0) {
        continue;
      }
      String key = name.substring(0, dot);
      if (!key.equals(sample.key)) {
        sample.finish(number, samples);
        sample.key = key;
      }
      String kind = name.substring(dot + 1).toLowerCase(java.util.Locale.ROOT);
      if (kind.equals("cls")) {
        sample.label = label(members);
      } else if (sample.offset < 0 && IMAGES.contains(kind.substring(kind.lastIndexOf('.') + 1))) {
        sample.offset = members.offset();
        sample.length = members.length();
      }
    }
    sample.finish(number, samples);
  }

  private static int label(TarMembers members) throws IOException {
    if (members.length() <= LONGEST_LABEL) {
      String text = new String(members.content(), StandardCharsets.US_ASCII).strip();
      if (text.matches("\\d{1,9}")) {
        return Integer.parseInt(text);
      }
    }
    throw members.damaged(
        SafeText.format("%s is not the number of a class", SafeText.excerpt(members.name())));
  }

  /** The index of each shard's first sample. */
  public int[] shardStarts() {
    return starts.clone();
  }

  @Override
  public ByteImage image(int index) {
    Sample sample = samples.get(index);
    Path shard = shards.get(sample.shard());
    String shown = PathNames.shown(shard);
    try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "r")) {
      ImageLimits limits = ImageLimits.defaults();
      if (sample.length() > limits.bytes()) {
        throw new DataLimitException(
            shown,
            sample.offset(),
            SafeText.format(
                "has an image of %d bytes, but %d are allowed", sample.length(), limits.bytes()));
      }
      byte[] content = new byte[Math.toIntExact(sample.length())];
      file.seek(sample.offset());
      file.readFully(content);
      return Images.decode(content, shown, limits);
    } catch (EOFException e) {
      throw new DataException(shown, sample.offset(), "is cut off within an image", e);
    } catch (IOException e) {
      throw new DataException(
          shown, sample.offset(), SafeText.format("cannot be read (%s)", FileProblem.reason(e)), e);
    } catch (ImageException e) {
      throw new DataException(shown, sample.offset() + e.offset(), e.problem(shown), e);
    }
  }

  @Override
  public Optional<ImageOrigin> origin(int index) {
    Sample sample = samples.get(index);
    return Optional.of(new ImageOrigin(shards.get(sample.shard()), sample.offset()));
  }

  @Override
  public int size() {
    return samples.size();
  }

  @Override
  public int label(int index) {
    Sample sample = samples.get(index);
    if (sample.label() >= classNames.size() && !classNames.isEmpty()) {
      throw new DataException(
          PathNames.shown(shards.get(sample.shard())),
          sample.offset(),
          SafeText.format(
              "has the label %d, but there are %d classes", sample.label(), classNames.size()));
    }
    return sample.label();
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public String describe(int index) {
    Sample sample = samples.get(index);
    return SafeText.format(
        "%s, offset %d", PathNames.shown(shards.get(sample.shard())), sample.offset());
  }
}
