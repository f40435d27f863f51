package io.blockwork.spark;

import io.blockwork.data.DataException;
import io.blockwork.data.Dataset;
import io.blockwork.data.FloatImage;
import io.blockwork.data.ImageShape;
import io.blockwork.data.Pipeline;
import io.blockwork.image.ImageException;
import io.blockwork.image.Images;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A worker's examples as the data loader reads them. */
final class ShardDataset implements Dataset {
  private final Shard shard;
  private final ImageShape shape;
  private final List<String> classNames;
  private final Pipeline pipeline;
  private final Configuration configuration;

  ShardDataset(
      Shard shard,
      ImageShape shape,
      List<String> classNames,
      Pipeline pipeline,
      Configuration configuration) {
    this.shard = shard;
    this.shape = shape;
    this.classNames = classNames;
    this.pipeline = pipeline;
    this.configuration = configuration;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public void read(int index, RandomGenerator random, FloatBuffer target) {
    Example example = shard.examples().get(index);
    float[] values =
        example instanceof Example.Values given ? given.values() : prepared(example, random);
    if (values.length != shape.length()) {
      throw damaged(
          example, SafeText.format("has %d values, the network reads %s", values.length, shape), 0);
    }
    target.put(values);
  }

  private float[] prepared(Example example, RandomGenerator random) {
    byte[] file =
        example instanceof Example.Encoded encoded
            ? encoded.file()
            : contents(((Example.Located) example).uri(), configuration);
    try {
      FloatImage image = pipeline.apply(Images.decode(file, example.key()), random);
      if (!image.shape().equals(shape)) {
        throw damaged(
            example,
            SafeText.format(
                "is %s after the transforms, the network reads %s; add a Resize, CenterCrop or"
                    + " RandomResizedCrop",
                image.shape(), shape),
            0);
      }
      return image.values();
    } catch (ImageException e) {
      throw new DataException(example.key(), e.offset(), SafeText.of(e.getMessage()), e);
    }
  }

  private static DataException damaged(Example example, String problem, long offset) {
    return new DataException(example.key(), offset, problem);
  }

  /**
   * The bytes of a file that Hadoop's FileSystem reaches.
   *
   * @throws UncheckedIOException if it cannot be read: Spark runs the task again
   */
  static byte[] contents(String uri, Configuration configuration) {
    Path place = new Path(java.net.URI.create(uri));
    try (InputStream in = place.getFileSystem(configuration).open(place)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(
          SafeText.format("%s: cannot be read (%s)", uri, FileProblem.reason(e)), e);
    }
  }

  @Override
  public int size() {
    return shard.examples().size();
  }

  @Override
  public int label(int index) {
    Example example = shard.examples().get(index);
    if (example.label() < 0 || example.label() >= classNames.size()) {
      throw damaged(
          example,
          SafeText.format(
              "has label %d, which is not one of the %d classes",
              example.label(), classNames.size()),
          0);
    }
    return example.label();
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public String describe(int index) {
    return shard.examples().get(index).key();
  }
}
