package io.blockwork.spark;

import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How gradients (H = 1) or differences (H above 1) travel from the workers to the driver. What the
 * driver sends out, the weights, is always exact.
 */
public sealed interface Compression extends Serializable {
  /** As they are: 4 bytes a value, 8 in double. */
  static Compression none() {
    return new None();
  }

  /** Rounded to the nearest bfloat16: 2 bytes a value, with 8 bits of precision. */
  static Compression bf16() {
    return new Bf16();
  }

  /**
   * Only the largest values, as single-precision numbers with their places: 8 bytes each. What is
   * left out is lost, not sent later: use it for differences of many steps and with a fraction that
   * was tried.
   *
   * @param fraction of the values that travels, above 0 and at most 1: 0.01 is usual
   * @throws IllegalArgumentException if it is out of range
   */
  static Compression topK(double fraction) {
    return new TopK(fraction);
  }

  /** The values as bytes. */
  byte[] encode(NativeValues values);

  /** Writes the values; those that did not travel are zero. */
  void decode(byte[] bytes, NativeValues into);

  /** The compression of what an updater remembers, of which every value counts. */
  default Compression dense() {
    return this;
  }

  /** For people. */
  String describe();

  /** Bit for bit. */
  record None() implements Compression {
    @Override
    public byte[] encode(NativeValues values) {
      return WeightValues.bytes(values);
    }

    @Override
    public void decode(byte[] bytes, NativeValues into) {
      WeightValues.copy(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), into);
    }

    @Override
    public String describe() {
      return "exact";
    }
  }

  /** The upper half of a single-precision number, rounded to nearest, ties to even. */
  record Bf16() implements Compression {
    private static final int RUN = 1 << 14;

    @Override
    public byte[] encode(NativeValues values) {
      int length = Math.toIntExact(values.length());
      byte[] bytes = new byte[Math.multiplyExact(2, length)];
      float[] run = new float[RUN];
      for (int from = 0; from < length; from += RUN) {
        int count = Math.min(RUN, length - from);
        get(values, from, run, count);
        for (int i = 0; i < count; i++) {
          int half = round(run[i]);
          bytes[2 * (from + i)] = (byte) half;
          bytes[2 * (from + i) + 1] = (byte) (half >> 8);
        }
      }
      return bytes;
    }

    private static int round(float value) {
      int bits = Float.floatToRawIntBits(value);
      return Float.isNaN(value) ? bits >>> 16 | 0x40 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }

    @Override
    public void decode(byte[] bytes, NativeValues into) {
      int length = Math.toIntExact(into.length());
      float[] run = new float[RUN];
      for (int from = 0; from < length; from += RUN) {
        int count = Math.min(RUN, length - from);
        for (int i = 0; i < count; i++) {
          int at = 2 * (from + i);
          run[i] = Float.intBitsToFloat((bytes[at + 1] & 0xff) << 24 | (bytes[at] & 0xff) << 16);
        }
        put(run, count, into, from);
      }
    }

    @Override
    public String describe() {
      return "bf16";
    }
  }

  /**
   * The values that are largest apart from their signs; of equal ones, the first.
   *
   * @param fraction of the values
   */
  record TopK(double fraction) implements Compression {
    private static final int ENTRY = Integer.BYTES + Float.BYTES;

    /** Checks the fraction. */
    public TopK {
      if (!(fraction > 0 && fraction <= 1)) {
        throw new IllegalArgumentException(
            SafeText.format("top-k: expected a fraction above 0 and at most 1, got %s", fraction));
      }
    }

    @Override
    public byte[] encode(NativeValues values) {
      int length = Math.toIntExact(values.length());
      int kept = (int) Math.max(1, Math.min(length, Math.ceil(length * fraction)));
      float[] all = new float[length];
      get(values, 0, all, length);
      float[] sizes = new float[length];
      for (int i = 0; i < length; i++) {
        sizes[i] = Math.abs(all[i]);
      }
      float least = Selection.largest(sizes, kept);
      int larger = 0;
      for (float value : all) {
        larger += Math.abs(value) > least ? 1 : 0;
      }
      int equal = kept - larger;
      ByteBuffer bytes = ByteBuffer.allocate(kept * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < length; i++) {
        float size = Math.abs(all[i]);
        if (size > least || size == least && equal-- > 0) {
          bytes.putInt(i).putFloat(all[i]);
        }
      }
      return bytes.array();
    }

    @Override
    public void decode(byte[] bytes, NativeValues into) {
      into.clear();
      ByteBuffer entries = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      float[] one = new float[1];
      while (entries.hasRemaining()) {
        int at = entries.getInt();
        one[0] = entries.getFloat();
        put(one, 1, into, at);
      }
    }

    @Override
    public Compression dense() {
      return new Bf16();
    }

    @Override
    public String describe() {
      return String.format(Locale.ROOT, "top %s", fraction);
    }
  }

  private static void get(NativeValues from, int at, float[] into, int count) {
    if (from.type() == DataType.FLOAT) {
      from.floats().get(at, into, 0, count);
    } else {
      DoubleBuffer doubles = from.doubles();
      for (int i = 0; i < count; i++) {
        into[i] = (float) doubles.get(at + i);
      }
    }
  }

  private static void put(float[] from, int count, NativeValues into, int at) {
    if (into.type() == DataType.FLOAT) {
      FloatBuffer floats = into.floats();
      floats.put(at, from, 0, count);
    } else {
      DoubleBuffer doubles = into.doubles();
      for (int i = 0; i < count; i++) {
        doubles.put(at + i, from[i]);
      }
    }
  }
}
