package io.blockwork.spark;

import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * All values of a network, learnt ones, statistics and counters, as they travel: one array of
 * bytes, which every serialiser copies as it is.
 *
 * @param bytes the entries in the order of the {@code state_dict}, little-endian
 */
record WeightValues(byte[] bytes) implements Serializable {
  /** A copy of the values of one moment. */
  static WeightValues of(Parameters parameters) {
    return parameters.read(
        () -> {
          long size = 0;
          for (ParameterInfo info : parameters.entries()) {
            size += info.length() * parameters.dataType(info.name()).width();
          }
          ByteBuffer all =
              ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
          for (ParameterInfo info : parameters.entries()) {
            copy(parameters.values(info.name()), all);
          }
          return new WeightValues(all.array());
        });
  }

  private static void copy(NativeValues from, ByteBuffer to) {
    int bytes = Math.toIntExact(from.length() * from.type().width());
    ByteBuffer part = to.slice(to.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (from.type() == DataType.FLOAT) {
      part.asFloatBuffer().put(from.floats());
    } else if (from.type() == DataType.DOUBLE) {
      part.asDoubleBuffer().put(from.doubles());
    } else {
      part.asLongBuffer().put(from.longs());
    }
    to.position(to.position() + bytes);
  }

  /** Gives a network of the same architecture and type these values. */
  void into(Parameters parameters) {
    ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    parameters.update(
        () -> {
          for (ParameterInfo info : parameters.entries()) {
            int length = Math.toIntExact(info.length() * parameters.dataType(info.name()).width());
            ByteBuffer part = all.slice(all.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            parameters.overwrite(info.name(), values -> copy(part, values));
            all.position(all.position() + length);
          }
        });
  }

  private static void copy(ByteBuffer from, NativeValues to) {
    if (to.type() == DataType.FLOAT) {
      to.floats().put(from.asFloatBuffer());
    } else if (to.type() == DataType.DOUBLE) {
      to.doubles().put(from.asDoubleBuffer());
    } else {
      to.longs().put(from.asLongBuffer());
    }
  }
}
