package io.blockwork.engine.norm;

import io.blockwork.engine.norm.ByteSliceNorm.Piece;
import io.blockwork.engine.norm.ByteSliceNorm.Problem;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/** The workers' arguments and tables of {@link ByteNormCode}. */
final class ByteNormTable implements AutoCloseable {
  /**
   * Columns of one piece that are computed together.
   *
   * @param address of the first in the first row
   * @param pitch bytes from a row to the next
   * @param column of the target
   * @param units how many {@linkplain ByteNormCode#COLUMNS times sixteen} columns
   */
  private record Columns(long address, long pitch, int column, int units) {}

  private final Problem problem;
  private final int workers;
  private final List<Columns> columns;
  private final NativeBlock memory;

  private ByteNormTable(Problem problem, int workers, List<Columns> columns) {
    this.problem = problem;
    this.workers = workers;
    this.columns = columns;
    long rows = (long) workers * columns.size();
    long words = (long) workers * WorkerLoop.ARGUMENTS + rows * ByteNormCode.ROW;
    this.memory = NativeBlock.allocate(words * Long.BYTES);
  }

  /** The tables, but for the factors and the results' places. */
  static ByteNormTable of(Problem problem, VectorSet vectors, int workers) {
    List<Columns> columns = columns(problem, ByteNormCode.mostUnits(vectors));
    var table = new ByteNormTable(problem, workers, columns);
    table.fill();
    return table;
  }

  private static List<Columns> columns(Problem problem, int mostUnits) {
    List<Columns> columns = new ArrayList<>();
    int before = 0;
    for (Piece piece : problem.pieces()) {
      int end = piece.channels();
      for (int at = 0; at < end; ) {
        // Where less than a unit is left, some columns are computed a second time.
        int from = Math.min(at, end - ByteNormCode.COLUMNS);
        int units = Math.min(mostUnits, (end - from) / ByteNormCode.COLUMNS);
        columns.add(new Columns(piece.address() + from, piece.pitch(), before + from, units));
        at = from + units * ByteNormCode.COLUMNS;
      }
      before += end;
    }
    return columns;
  }

  /** Where the workers' arguments are. */
  long address() {
    return memory.address();
  }

  private LongBuffer words() {
    return NativeValues.bytes(memory.address(), memory.bytes()).asLongBuffer();
  }

  private int row(int worker, int column) {
    return workers * WorkerLoop.ARGUMENTS + (worker * columns.size() + column) * ByteNormCode.ROW;
  }

  private long first(int worker) {
    return (long) problem.places() * worker / workers;
  }

  private void fill() {
    LongBuffer words = words();
    for (int worker = 0; worker < workers; worker++) {
      int at = worker * WorkerLoop.ARGUMENTS;
      long first = first(worker);
      long places = first(worker + 1) - first;
      words.put(at + ByteNormCode.TABLE, memory.address() + row(worker, 0) * (long) Long.BYTES);
      words.put(at + ByteNormCode.ROWS, places > 0 ? columns.size() : 0);
      for (int i = ByteNormCode.ORDER; i < WorkerLoop.ARGUMENTS; i++) {
        words.put(at + i, ByteNormCode.order(i - ByteNormCode.ORDER));
      }
      for (int i = 0; i < columns.size(); i++) {
        Columns each = columns.get(i);
        int row = row(worker, i);
        words.put(row + ByteNormCode.SOURCE, each.address() + first * each.pitch());
        words.put(row + ByteNormCode.SOURCE_PITCH, each.pitch());
        words.put(row + ByteNormCode.PLACES, places);
        words.put(row + ByteNormCode.UNITS, each.units());
      }
    }
  }

  /** Says where the results of the first place go, behind which the others' follow. */
  void write(long target) {
    LongBuffer words = words();
    int width = problem.floats() ? Float.BYTES : Byte.BYTES;
    long pitch = (long) problem.channels() * width;
    for (int worker = 0; worker < workers; worker++) {
      for (int i = 0; i < columns.size(); i++) {
        long offset = first(worker) * pitch + (long) columns.get(i).column() * width;
        words.put(row(worker, i) + ByteNormCode.TARGET, target + offset);
        words.put(row(worker, i) + ByteNormCode.TARGET_PITCH, pitch);
      }
    }
  }

  /** Says where the factors of the first channel lie, behind which the others' follow. */
  void use(long scales, long shifts) {
    LongBuffer words = words();
    for (int worker = 0; worker < workers; worker++) {
      for (int i = 0; i < columns.size(); i++) {
        long offset = (long) columns.get(i).column() * Float.BYTES;
        words.put(row(worker, i) + ByteNormCode.SCALES, scales + offset);
        words.put(row(worker, i) + ByteNormCode.SHIFTS, shifts + offset);
      }
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
