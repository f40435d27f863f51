package io.blockwork.engine.norm;

import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.Verdicts;
import io.blockwork.engine.x86.WorkerLoop;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;

/** Runs code on one row before anybody relies on it, and compares with double. */
final class NormCheck {
  private static final int CHANNELS = SliceNorm.CHANNELS;
  private static final double TOLERANCE = 1e-6;

  /** Values that are compared at most. */
  private static final int SAMPLES = 100;

  /** What code is specialised for. */
  record Form(VectorSet vectors, int pixels, boolean relu) {
    /** Every component: a record's own hash costs a process milliseconds before its first use. */
    List<Object> key() {
      return List.of(vectors, pixels, relu);
    }
  }

  private NormCheck() {}

  /** Whether the code computes what its form says; each form is tried once in a process. */
  static boolean passes(Form form, int workers, long code) {
    return Verdicts.of(List.of(NormCheck.class, form.key()), () -> isRight(form, workers, code));
  }

  /** {@link #passes}, whatever was found before. */
  static boolean isRight(Form form, int workers, long code) {
    int length = form.pixels() * CHANNELS;
    int words = workers * WorkerLoop.ARGUMENTS + NormCode.ROW;
    try (NativeBlock values = NativeBlock.allocate((long) length * Float.BYTES);
        NativeBlock results = NativeBlock.allocate((long) length * Float.BYTES);
        NativeBlock factors = NativeBlock.allocate(2L * CHANNELS * Float.BYTES);
        NativeBlock table = NativeBlock.allocate((long) words * Long.BYTES)) {
      FloatBuffer x = NativeValues.floats(values.address(), length);
      for (int i = 0; i < length; i++) {
        x.put(i, i * 37 % 101 / 50f - 1);
      }
      FloatBuffer f = NativeValues.floats(factors.address(), 2 * CHANNELS);
      for (int i = 0; i < 2 * CHANNELS; i++) {
        f.put(i, i * 29 % 31 / 15f - 1);
      }
      table.clear();
      LongBuffer arguments = NativeValues.bytes(table.address(), table.bytes()).asLongBuffer();
      int row = workers * WorkerLoop.ARGUMENTS;
      arguments.put(NormCode.TABLE, table.address() + (long) row * Long.BYTES);
      arguments.put(NormCode.ROWS, 1); // of the first worker; the others have none
      arguments.put(row, values.address());
      arguments.put(row + 1, results.address());
      arguments.put(row + 2, factors.address());
      OpenMpRegion.find().orElseThrow().run(code, table.address(), 1);
      FloatBuffer y = NativeValues.floats(results.address(), length);
      boolean right = true;
      for (int i = length - 1; i >= 0; i -= 1 + length / SAMPLES) {
        double scale = f.get(i % CHANNELS);
        double exact = scale * x.get(i) + f.get(CHANNELS + i % CHANNELS);
        double expected = form.relu() ? Math.max(0, exact) : exact;
        // Written so that NaN is an error.
        right &= Math.abs(y.get(i) - expected) <= TOLERANCE;
      }
      return right;
    }
  }
}
