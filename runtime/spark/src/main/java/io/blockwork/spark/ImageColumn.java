package io.blockwork.spark;

import io.blockwork.image.ByteImage;
import io.blockwork.image.ImageException;
import io.blockwork.image.Images;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Turns the values of a column into what a network reads: bytes of image files ({@code
 * binaryFile}'s column {@code content}), structs of Spark's {@code image} source, or arrays of
 * numbers {@code [C, H, W]} that are scaled and normalised already.
 */
final class ImageColumn implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * OpenCV's numbers for 8-bit pixels of one, three and four channels, as Spark's source has them.
   */
  private static final int GREY = 0;

  private static final int BGR = 16;
  private static final int BGRA = 24;

  private final Preprocessing preprocessing;
  private final int channels;
  private final int height;
  private final int width;

  /**
   * @param input the network's, {@code [C, H, W]}
   * @throws IllegalArgumentException if the preprocessing crops to another size
   */
  ImageColumn(Preprocessing preprocessing, List<Integer> input) {
    this.preprocessing = preprocessing;
    this.channels = input.get(0);
    this.height = input.get(1);
    this.width = input.get(2);
    int crop = preprocessing.crop();
    if (crop > 0 && (crop != height || crop != width)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the preprocessing crops to %d x %d, but the network takes images of %s",
              crop, crop, shape()));
    }
  }

  /** Values of one image. */
  int length() {
    return channels * height * width;
  }

  private String shape() {
    return channels + " x " + height + " x " + width;
  }

  /**
   * Checks a column before a job begins.
   *
   * @throws IllegalArgumentException if there is no such column, or its type is none of those above
   */
  static void require(StructType schema, String column) {
    requireThere(schema, column);
    DataType type = schema.apply(column).dataType();
    boolean known =
        type.equals(DataTypes.BinaryType)
            || type instanceof StructType struct && isImage(struct)
            || type instanceof ArrayType array
                && (array.elementType().equals(DataTypes.FloatType)
                    || array.elementType().equals(DataTypes.DoubleType));
    if (!known) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the column %s is of type %s; expected binary (whole image files, as the source"
                  + " binaryFile has them in the column content), a struct of the source image, or"
                  + " array<float> (values [C, H, W], normalised)",
              column, type.simpleString()));
    }
  }

  /**
   * Checks that there is a column.
   *
   * @throws IllegalArgumentException if not; the message names those that there are
   */
  static void requireThere(StructType schema, String column) {
    if (schema.getFieldIndex(column).isEmpty()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "there is no column %s; the columns are %s",
              column, String.join(", ", schema.fieldNames())));
    }
  }

  private static boolean isImage(StructType type) {
    return List.of(type.fieldNames())
        .containsAll(List.of("height", "width", "nChannels", "mode", "data"));
  }

  /**
   * The values that the network reads.
   *
   * @param value of the column
   * @throws ImageException if it is damaged or does not fit the network; the message says why
   */
  float[] read(@Nullable Object value) {
    float[] values = values(value);
    if (values.length != length()) {
      throw new ImageException(
          SafeText.format("expected %d values (%s), got %d", length(), shape(), values.length), 0);
    }
    return values;
  }

  private float[] values(@Nullable Object value) {
    if (value instanceof byte[] file) {
      return prepared(Images.decode(file, "image"));
    }
    if (value instanceof Row struct) {
      return prepared(pixels(struct));
    }
    if (value instanceof scala.collection.Seq<?> sequence) {
      return numbers(scala.jdk.javaapi.CollectionConverters.asJava(sequence));
    }
    throw new ImageException("the value is null", 0);
  }

  private float[] prepared(ByteImage image) {
    ByteImage ready = preprocessing.resizeAndCrop(image);
    if (ready.height() != height || ready.width() != width) {
      throw new ImageException(
          SafeText.format(
              "the image is %d x %d after preprocessing, expected %d x %d",
              ready.height(), ready.width(), height, width),
          0);
    }
    return preprocessing.normalize(ready);
  }

  /** Spark keeps rows of blue, green and red. */
  private static ByteImage pixels(Row image) {
    int rows = image.getAs("height");
    int columns = image.getAs("width");
    int mode = image.getAs("mode");
    byte[] data = image.getAs("data");
    int samples = mode == GREY ? 1 : mode == BGR ? 3 : mode == BGRA ? 4 : 0;
    if (samples == 0 || rows < 1 || columns < 1 || data.length != rows * columns * samples) {
      throw new ImageException(
          SafeText.format(
              "the source image could not read this file, or of a kind that is not 8-bit"
                  + " (mode %d, %d x %d, %d bytes)",
              mode, rows, columns, data.length),
          0);
    }
    byte[] rgb = new byte[rows * columns * 3];
    for (int pixel = 0; pixel < rows * columns; pixel++) {
      for (int c = 0; c < 3; c++) {
        rgb[3 * pixel + c] = data[samples * pixel + (samples == 1 ? 0 : 2 - c)];
      }
    }
    return new ByteImage(columns, rows, 3, rgb);
  }

  private static float[] numbers(List<?> sequence) {
    float[] values = new float[sequence.size()];
    int at = 0;
    for (Object each : sequence) {
      float value = each instanceof Number number ? number.floatValue() : Float.NaN;
      if (!Float.isFinite(value)) {
        throw new ImageException(
            SafeText.format("value %d is %s, and not a finite number", at, each), 0);
      }
      values[at++] = value;
    }
    return values;
  }
}
