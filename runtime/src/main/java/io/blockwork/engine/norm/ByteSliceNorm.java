package io.blockwork.engine.norm;

import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.SharedCode;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * {@code scale * x + shift} for each channel of unsigned bytes, to dense bytes or floats, channels
 * last. What it reads may be a slice of a wider tensor, or lie in several pieces. Used by one
 * thread at a time; the code itself runs on OpenMP's threads.
 */
public final class ByteSliceNorm implements AutoCloseable {
  /** The fewest channels of a piece. */
  public static final int LEAST_CHANNELS = ByteNormCode.COLUMNS;

  /**
   * Channels that lie side by side.
   *
   * @param address of the first place's
   * @param pitch bytes from a place to the next
   * @param channels how many, at least {@link #LEAST_CHANNELS}
   */
  public record Piece(long address, long pitch, int channels) {}

  /**
   * What is computed.
   *
   * @param places of all images
   * @param pieces of the source, one behind the other; none overlaps the target
   * @param floats whether the results are floats; otherwise they are unsigned bytes, the nearest
   */
  public record Problem(int places, List<Piece> pieces, boolean floats) {
    /** Copies the list. */
    public Problem {
      pieces = List.copyOf(pieces);
      for (Piece piece : pieces) {
        if (piece.channels() < LEAST_CHANNELS) {
          throw new IllegalArgumentException("too few channels: " + piece);
        }
      }
    }

    int channels() {
      return pieces.stream().mapToInt(Piece::channels).sum();
    }
  }

  private final OpenMpRegion region;
  private final int threads;
  private final SharedCode code;
  private final ByteNormTable table;

  private ByteSliceNorm(OpenMpRegion region, int threads, SharedCode code, ByteNormTable table) {
    this.region = region;
    this.threads = threads;
    this.code = code;
    this.table = table;
  }

  /**
   * Binds a norm.
   *
   * @param vectors the instructions to use, which the processor must have
   * @param threads threads that will run it
   * @return the norm, or nothing if code cannot be made executable here or computes wrong values
   */
  public static Optional<ByteSliceNorm> bind(Problem problem, VectorSet vectors, int threads) {
    return OpenMpRegion.find().flatMap(region -> bind(problem, vectors, threads, region));
  }

  private static Optional<ByteSliceNorm> bind(
      Problem problem, VectorSet vectors, int threads, OpenMpRegion region) {
    WorkerLoop loop = WorkerLoop.of(threads, region);
    var form = new ByteNormCheck.Form(vectors, problem.floats());
    Optional<SharedCode> code =
        SharedCode.of(
            List.of(ByteNormCode.class, form.key(), loop.key()),
            () -> ByteNormCode.of(vectors, problem.floats(), loop));
    if (code.isEmpty() || !isTrusted(form, threads, code.get())) {
      return Optional.empty();
    }
    ByteNormTable table = ByteNormTable.of(problem, vectors, threads);
    return Optional.of(new ByteSliceNorm(region, threads, code.get(), table));
  }

  private static boolean isTrusted(ByteNormCheck.Form form, int workers, SharedCode code) {
    boolean trusted = ByteNormCheck.passes(form, workers, code.address());
    if (!trusted) {
      code.close();
      LoggerFactory.getLogger(ByteSliceNorm.class)
          .warn(
              "code for a batch norm of bytes computes wrong values on this machine, so oneDNN"
                  + " computes it; please report this: {}",
              form);
    }
    return trusted;
  }

  /**
   * Says where the factors lie.
   *
   * @param scales address of a float for each channel
   * @param shifts address of a float for each channel
   */
  public void use(long scales, long shifts) {
    table.use(scales, shifts);
  }

  /**
   * Says where the results go.
   *
   * @param target address of the first
   */
  public void write(long target) {
    table.write(target);
  }

  /** Computes the output. */
  public void run() {
    region.run(code.address(), table.address(), threads);
  }

  /** Gives code and memory back. It must not be running. */
  @Override
  public void close() {
    code.close();
    table.close();
  }
}
