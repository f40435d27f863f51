package io.blockwork.engine.norm;

import io.blockwork.engine.norm.ByteSliceNorm.Piece;
import io.blockwork.engine.norm.ByteSliceNorm.Problem;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.Verdicts;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs code on some places before anybody relies on it, and compares every bit. */
final class ByteNormCheck {
  private static final int PLACES = 5;

  /** One row of the code's table for each number of units, and one that overlaps another. */
  private static final int[] WIDTHS = {64, 48, 32, 16, 21};

  private static final int LARGEST = 255;

  /** What code is specialised for. */
  record Form(VectorSet vectors, boolean floats) {
    /** Every component: a record's own hash costs a process milliseconds before its first use. */
    List<Object> key() {
      return List.of(vectors, floats);
    }
  }

  private ByteNormCheck() {}

  /** Whether the code computes what its form says; each form is tried once in a process. */
  static boolean passes(Form form, int workers, long code) {
    return Verdicts.of(
        List.of(ByteNormCheck.class, form.key()), () -> isRight(form, workers, code));
  }

  /** {@link #passes}, whatever was found before. */
  static boolean isRight(Form form, int workers, long code) {
    int channels = Arrays.stream(WIDTHS).sum();
    int length = PLACES * channels;
    try (NativeBlock values = NativeBlock.allocate(length);
        NativeBlock results = NativeBlock.allocate((long) length * Float.BYTES);
        NativeBlock factors = NativeBlock.allocate(2L * channels * Float.BYTES)) {
      ByteBuffer x = NativeValues.bytes(values.address(), length);
      for (int i = 0; i < length; i++) {
        x.put(i, (byte) (i * 37));
      }
      FloatBuffer f = NativeValues.floats(factors.address(), 2L * channels);
      for (int c = 0; c < channels; c++) {
        f.put(c, (c * 29 % 31 - 9) / 15f);
        f.put(channels + c, c * 23 % 97 - 40.3f);
      }
      var problem = new Problem(PLACES, pieces(values.address(), channels), form.floats());
      try (ByteNormTable table = ByteNormTable.of(problem, form.vectors(), workers)) {
        table.write(results.address());
        table.use(factors.address(), factors.address() + (long) channels * Float.BYTES);
        OpenMpRegion.find().orElseThrow().run(code, table.address(), 1);
      }
      boolean right = true;
      for (int i = 0; i < length; i++) {
        int c = i % channels;
        float exact = Math.fma(f.get(c), Byte.toUnsignedInt(x.get(i)), f.get(channels + c));
        right &=
            form.floats()
                ? NativeValues.floats(results.address(), length).get(i) == exact
                : NativeValues.bytes(results.address(), length).get(i) == nearest(exact);
      }
      return right;
    }
  }

  private static List<Piece> pieces(long address, long pitch) {
    List<Piece> pieces = new ArrayList<>();
    long at = address;
    for (int width : WIDTHS) {
      pieces.add(new Piece(at, pitch, width));
      at += width;
    }
    return pieces;
  }

  private static byte nearest(float value) {
    return (byte) Math.rint(Math.min(LARGEST, Math.max(0, value)));
  }
}
