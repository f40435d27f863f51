package io.blockwork.engine.onednn;

import io.blockwork.engine.Precision;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * The values of dense memory, image by image, as floats whatever their format is. A loop that holds
 * one must not outlive the plan that owns the memory.
 */
sealed interface ImageValues {
  /** Copies {@code count} values of image {@code n}, from {@code at} on. */
  void read(int n, int at, float[] to, int count);

  /** Replaces {@code count} values of image {@code n}, from {@code at} on. */
  void write(int n, int at, float[] from, int count);

  /**
   * Takes hold of memory that has its place.
   *
   * @param perImage values of one image
   */
  static ImageValues of(
      org.bytedeco.dnnl.memory memory, Precision precision, int batch, long perImage) {
    long address = memory.get_data_handle().address();
    long bytes = perImage * precision.bytes();
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          SafeText.format(
              "one image's part of a tensor has %d bytes; expected less than 2 GiB: use smaller images",
              bytes));
    }
    ByteBuffer[] images = new ByteBuffer[batch];
    for (int n = 0; n < batch; n++) {
      images[n] = NativeValues.bytes(address + n * bytes, bytes);
    }
    return precision == Precision.FLOAT ? Floats.of(images) : Halves.of(images);
  }

  /** Single precision. */
  final class Floats implements ImageValues {
    private final FloatBuffer[] images;

    private Floats(FloatBuffer[] images) {
      this.images = images;
    }

    private static Floats of(ByteBuffer[] bytes) {
      FloatBuffer[] images = new FloatBuffer[bytes.length];
      for (int n = 0; n < bytes.length; n++) {
        images[n] = bytes[n].asFloatBuffer();
      }
      return new Floats(images);
    }

    @Override
    public void read(int n, int at, float[] to, int count) {
      images[n].get(at, to, 0, count);
    }

    @Override
    public void write(int n, int at, float[] from, int count) {
      images[n].put(at, from, 0, count);
    }
  }

  /** The upper halves of floats: bfloat16. */
  final class Halves implements ImageValues {
    private static final int MANTISSA_LOST = 16;
    private static final int NAN = 0x7fc0;

    private final ShortBuffer[] images;

    private Halves(ShortBuffer[] images) {
      this.images = images;
    }

    private static Halves of(ByteBuffer[] bytes) {
      ShortBuffer[] images = new ShortBuffer[bytes.length];
      for (int n = 0; n < bytes.length; n++) {
        images[n] = bytes[n].asShortBuffer();
      }
      return new Halves(images);
    }

    @Override
    public void read(int n, int at, float[] to, int count) {
      short[] halves = new short[count];
      images[n].get(at, halves, 0, count);
      for (int i = 0; i < count; i++) {
        to[i] = Float.intBitsToFloat(halves[i] << MANTISSA_LOST);
      }
    }

    @Override
    public void write(int n, int at, float[] from, int count) {
      short[] halves = new short[count];
      for (int i = 0; i < count; i++) {
        halves[i] = round(from[i]);
      }
      images[n].put(at, halves, 0, count);
    }

    /** To nearest, ties to even. */
    private static short round(float value) {
      if (Float.isNaN(value)) {
        return NAN;
      }
      int bits = Float.floatToRawIntBits(value);
      return (short) (bits + 0x7fff + (bits >>> MANTISSA_LOST & 1) >>> MANTISSA_LOST);
    }
  }
}
