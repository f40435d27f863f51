package io.blockwork.spark;

import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * All values of a network, learnt ones, statistics and counters, as they travel: one array of
 * bytes, which every serialiser copies as it is.
 *
 * @param bytes the entries in the order of the {@code state_dict}, little-endian
 */
record WeightValues(byte[] bytes) implements Serializable {
  /** A copy of all values of one moment. */
  static WeightValues of(Parameters parameters) {
    return of(parameters, parameters.entries());
  }

  /** A copy of what is not learnt: running statistics and counters. */
  static WeightValues ofOthers(Parameters parameters) {
    return of(parameters, others(parameters));
  }

  /** The entries that are not learnt. */
  static List<ParameterInfo> others(Parameters parameters) {
    return parameters.entries().stream().filter(info -> !info.kind().learnable()).toList();
  }

  private static WeightValues of(Parameters parameters, List<ParameterInfo> entries) {
    return parameters.read(
        () -> {
          long size = 0;
          for (ParameterInfo info : entries) {
            size += length(parameters, info);
          }
          ByteBuffer all =
              ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
          for (ParameterInfo info : entries) {
            copy(parameters.values(info.name()), all);
          }
          return new WeightValues(all.array());
        });
  }

  /** Bytes of an entry. */
  private static int length(Parameters parameters, ParameterInfo info) {
    return Math.toIntExact(info.length() * parameters.dataType(info.name()).width());
  }

  /** The values of an array as bytes. */
  static byte[] bytes(NativeValues values) {
    ByteBuffer all =
        ByteBuffer.allocate(Math.toIntExact(values.length() * values.type().width()))
            .order(ByteOrder.LITTLE_ENDIAN);
    copy(values, all);
    return all.array();
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

  /** Gives a network of the same architecture and type these values, which are all of them. */
  void into(Parameters parameters) {
    forEach(
        parameters,
        parameters.entries(),
        (info, part) -> parameters.overwrite(info.name(), values -> copy(part, values)));
  }

  /** Takes the bytes of one entry. */
  interface Part {
    void take(ParameterInfo info, ByteBuffer bytes);
  }

  /**
   * Goes through the values, if they are those of the given entries.
   *
   * @param entries in order
   */
  void forEach(Parameters parameters, List<ParameterInfo> entries, Part action) {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    parameters.update(
        () -> {
          for (ParameterInfo info : entries) {
            int length = length(parameters, info);
            action.take(info, all.slice(all.position(), length).order(ByteOrder.LITTLE_ENDIAN));
            all.position(all.position() + length);
          }
        });
  }

  /** Copies bytes into an array of as many values. */
  static void copy(ByteBuffer from, NativeValues to) {
    if (to.type() == DataType.FLOAT) {
      to.floats().put(from.asFloatBuffer());
    } else if (to.type() == DataType.DOUBLE) {
      to.doubles().put(from.asDoubleBuffer());
    } else {
      to.longs().put(from.asLongBuffer());
    }
  }
}
