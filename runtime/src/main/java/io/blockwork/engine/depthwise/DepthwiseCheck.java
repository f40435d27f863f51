package io.blockwork.engine.depthwise;

import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.engine.x86.CheckPattern;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.Verdicts;
import io.blockwork.engine.x86.WorkerLoop;
import io.blockwork.memory.NativeValues;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * Runs code on two rows before anybody relies on it, one inside the image and one at its upper
 * border, and holds some of the output to sums computed in double.
 */
final class DepthwiseCheck {
  private static final int SAMPLES = 100;

  /** Of the largest output; right code is nearer by a factor of ten. */
  private static final double TOLERANCE = 1e-5;

  /** The rows that are computed: so many of the filter's rows lie above the image. */
  private static final int OUTPUTS = 2;

  private final DepthwiseCode.Form form;
  private final long source;
  private final long target;
  private final long weights;
  private final FloatBuffer inputs;
  private final FloatBuffer outputs;
  private final FloatBuffer factors;
  private final long arguments;
  private final LongBuffer words;

  private DepthwiseCheck(DepthwiseCode.Form form, int workers, CheckMemory memory) {
    this.form = form;
    memory.reuse();
    long sourceBytes = (long) form.filter().side() * form.sourceRow();
    long targetBytes = (long) OUTPUTS * form.targetRow();
    int lanes = form.vectors().lanes();
    long weightBytes = (form.channels() + lanes - 1) / lanes * (long) form.vectorWeights();
    long words = (long) workers * WorkerLoop.ARGUMENTS + OUTPUTS * DepthwiseCode.ROW;
    source = memory.take(sourceBytes);
    target = memory.take(targetBytes);
    weights = memory.take(weightBytes);
    arguments = memory.take(words * Long.BYTES);
    inputs = NativeValues.floats(source, sourceBytes / Float.BYTES);
    outputs = NativeValues.floats(target, targetBytes / Float.BYTES);
    factors = NativeValues.floats(weights, weightBytes / Float.BYTES);
    this.words = NativeValues.bytes(arguments, words * Long.BYTES).asLongBuffer();
    CheckPattern.fill(inputs, 0);
    CheckPattern.fill(factors, 1);
  }

  /**
   * Whether the code computes what its form says. Each form is tried once in a process.
   *
   * @param workers how many the code runs
   * @param code its address
   * @param memory to check in
   */
  static boolean passes(DepthwiseCode.Form form, int workers, long code, CheckMemory memory) {
    return Verdicts.of(
        List.of(DepthwiseCheck.class, form.key()), () -> isRight(form, workers, code, memory));
  }

  /** {@link #passes}, whatever was found before. */
  static boolean isRight(DepthwiseCode.Form form, int workers, long code, CheckMemory memory) {
    var check = new DepthwiseCheck(form, workers, memory);
    check.run(workers, code);
    return check.isRight();
  }

  private void run(int workers, long code) {
    words.put(new long[words.capacity()]);
    int first = workers * WorkerLoop.ARGUMENTS;
    words.put(DepthwiseCode.TABLE, arguments + (long) first * Long.BYTES);
    words.put(DepthwiseCode.ROWS, OUTPUTS); // of the first worker; the others have none
    for (int row = 0; row < OUTPUTS; row++) {
      int at = first + row * DepthwiseCode.ROW;
      long from = source + (long) row * form.sourceRow();
      words.put(at + DepthwiseCode.SOURCE, from - (long) form.left() * form.sourcePixel());
      words.put(at + DepthwiseCode.TARGET, target + (long) row * form.targetRow());
      words.put(at + DepthwiseCode.WEIGHTS, weights);
      words.put(at + DepthwiseCode.SKIPPED, (long) row * form.rowWeights());
      words.put(at + DepthwiseCode.TAPS, form.filter().side() - row);
    }
    OpenMpRegion.find().orElseThrow().run(code, arguments, 1);
  }

  private boolean isRight() {
    boolean right = true;
    for (int i = 0; i < SAMPLES; i++) {
      int row = i % OUTPUTS;
      int column = i % 3 == 0 ? i / 3 % form.width() : form.width() - 1 - i / 3 % form.width();
      int channel =
          i % 4 == 0 ? form.channels() - 1 - i / 4 % form.channels() : i * 37 % form.channels();
      int at = (row * form.width() + column) * form.targetPitch() + channel;
      double exact = form.ending().of(sum(row, column, channel));
      // Written so that NaN is an error.
      right &= Math.abs(outputs.get(at) - exact) <= TOLERANCE;
    }
    return right;
  }

  private double sum(int row, int column, int channel) {
    int lanes = form.vectors().lanes();
    int side = form.filter().side();
    int last = form.channels() - lanes;
    // The last vector is computed last, and may overlap the one before.
    int vector = channel >= last ? (last + lanes - 1) / lanes : channel / lanes;
    int lane = channel >= last ? channel - last : channel % lanes;
    int own = vector * form.vectorWeights() / Float.BYTES + lane;
    double sum = factors.get(own);
    for (int r = row; r < side; r++) {
      for (int c = 0; c < side; c++) {
        int x = column * form.filter().stride() - form.left() + c;
        if (x >= 0 && x < form.inputWidth()) {
          int from = (r * form.inputWidth() + x) * form.sourcePitch() + channel;
          sum += (double) inputs.get(from) * factors.get(own + (1 + r * side + c) * lanes);
        }
      }
    }
    return sum;
  }
}
