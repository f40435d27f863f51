package io.blockwork.engine.norm;

import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.SharedCode;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * {@code scale * x + shift}, and perhaps a ReLU, from some blocks of channels of a tensor to a
 * dense one, both {@code nChw16c}. Used by one thread at a time; the code itself runs on OpenMP's
 * threads.
 */
public final class SliceNorm implements AutoCloseable {
  /** Channels of a block. */
  static final int CHANNELS = 16;

  /**
   * What is computed.
   *
   * @param batch images
   * @param blocks blocks of sixteen channels
   * @param pixels of an image
   * @param relu whether negative results become 0
   */
  public record Problem(int batch, int blocks, int pixels, boolean relu) {
    private int rows() {
      return batch * blocks;
    }
  }

  /**
   * Where blocks of channels lie.
   *
   * @param address of the first block of the first image
   * @param image bytes from an image to the next
   */
  public record Place(long address, long image) {}

  private final Problem problem;
  private final OpenMpRegion region;
  private final int threads;
  private final SharedCode code;
  private final NativeBlock memory;

  private SliceNorm(
      Problem problem, OpenMpRegion region, int threads, SharedCode code, NativeBlock memory) {
    this.problem = problem;
    this.region = region;
    this.threads = threads;
    this.code = code;
    this.memory = memory;
  }

  /**
   * Binds a norm.
   *
   * @param vectors the instructions to use, which the processor must have
   * @param threads threads that will run it
   * @return the norm, or nothing if code cannot be made executable here or computes wrong values
   */
  public static Optional<SliceNorm> bind(
      Problem problem, VectorSet vectors, int threads, Place source, Place target) {
    return OpenMpRegion.find()
        .flatMap(region -> bind(problem, vectors, threads, source, target, region));
  }

  private static Optional<SliceNorm> bind(
      Problem problem,
      VectorSet vectors,
      int threads,
      Place source,
      Place target,
      OpenMpRegion region) {
    WorkerLoop loop = WorkerLoop.of(threads, region);
    var form = new NormCheck.Form(vectors, problem.pixels(), problem.relu());
    Optional<SharedCode> code =
        SharedCode.of(
            List.of(NormCode.class, form.key(), loop.key()),
            () -> NormCode.of(vectors, problem.pixels(), problem.relu(), loop));
    if (code.isEmpty() || !isTrusted(form, threads, code.get())) {
      return Optional.empty();
    }
    long arguments = (long) threads * WorkerLoop.ARGUMENTS * Long.BYTES;
    NativeBlock memory =
        NativeBlock.allocate(arguments + (long) problem.rows() * NormCode.ROW * Long.BYTES);
    var norm = new SliceNorm(problem, region, threads, code.get(), memory);
    norm.fill(source, target);
    return Optional.of(norm);
  }

  private static boolean isTrusted(NormCheck.Form form, int workers, SharedCode code) {
    boolean trusted = NormCheck.passes(form, workers, code.address());
    if (!trusted) {
      code.close();
      LoggerFactory.getLogger(SliceNorm.class)
          .warn(
              "code for a batch norm computes wrong values on this machine, so oneDNN computes it;"
                  + " please report this: {}",
              form);
    }
    return trusted;
  }

  private LongBuffer words() {
    return NativeValues.bytes(memory.address(), memory.bytes()).asLongBuffer();
  }

  private int table() {
    return threads * WorkerLoop.ARGUMENTS;
  }

  private void fill(Place source, Place target) {
    LongBuffer words = words();
    for (int worker = 0; worker < threads; worker++) {
      int first = (int) ((long) problem.rows() * worker / threads);
      int next = (int) ((long) problem.rows() * (worker + 1) / threads);
      int at = worker * WorkerLoop.ARGUMENTS;
      long row = table() + (long) first * NormCode.ROW;
      words.put(at + NormCode.TABLE, memory.address() + row * Long.BYTES);
      words.put(at + NormCode.ROWS, next - first);
    }
    long block = (long) problem.pixels() * CHANNELS * Float.BYTES;
    for (int row = 0; row < problem.rows(); row++) {
      int image = row / problem.blocks();
      long offset = row % problem.blocks() * block;
      int at = table() + row * NormCode.ROW;
      words.put(at, source.address() + image * source.image() + offset);
      words.put(at + 1, target.address() + image * target.image() + offset);
    }
  }

  /**
   * Says where the factors lie.
   *
   * @param factors address of sixteen scales and sixteen shifts for each block
   */
  public void use(long factors) {
    LongBuffer words = words();
    for (int row = 0; row < problem.rows(); row++) {
      long block = row % problem.blocks();
      words.put(table() + row * NormCode.ROW + 2, factors + block * 2 * CHANNELS * Float.BYTES);
    }
  }

  /** Computes the output. */
  public void run() {
    region.run(code.address(), memory.address(), threads);
  }

  /** Gives code and memory back. It must not be running. */
  @Override
  public void close() {
    code.close();
    memory.close();
  }
}
