package io.blockwork.engine;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Pseudo-random arrays that {@code ops.py} makes as well. */
final class Fill {
  private Fill() {}

  /** Value {@code i} of the tensor, in [-1, 1). */
  static double value(String name, long i) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    return value(crc.getValue(), i);
  }

  private static double value(long crc, long i) {
    long z = (crc << 32) + i + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return 2 * ((z >>> 11) * 0x1p-53) - 1;
  }

  static INDArray array(String name, DataType type, long... shape) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    long length = 1;
    for (long s : shape) {
      length *= s;
    }
    double[] values = new double[Math.toIntExact(length)];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(crc.getValue(), i);
    }
    return Nd4j.create(values, shape, type);
  }
}
