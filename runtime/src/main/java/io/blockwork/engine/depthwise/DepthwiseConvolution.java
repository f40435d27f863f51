package io.blockwork.engine.depthwise;

import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.engine.x86.Ending;
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
 * A depthwise convolution, bound to memory: its code, and for every row of the output where its
 * inputs, its weights and itself lie.
 *
 * <p>Used by one thread at a time; the code itself runs on OpenMP's threads.
 */
public final class DepthwiseConvolution implements AutoCloseable {
  /**
   * The convolution.
   *
   * @param filter of each channel
   * @param batch images
   * @param channels of both, at least those of a vector
   * @param inputHeight rows of the images
   * @param inputWidth columns of the images
   * @param height rows of the output
   * @param width columns of the output
   * @param top rows of zeros above
   * @param left columns of zeros before
   * @param ending what is done with the output at last
   */
  public record Problem(
      Filter filter,
      int batch,
      int channels,
      int inputHeight,
      int inputWidth,
      int height,
      int width,
      int top,
      int left,
      Ending ending) {}

  /**
   * Where a tensor lies, whose channels are side by side.
   *
   * @param address of the first channel of the first pixel
   * @param pitch channels from a pixel to the next
   */
  public record Place(long address, int pitch) {
    private long at(long pixel, int channel) {
      return address + (pixel * pitch + channel) * Float.BYTES;
    }
  }

  private final Problem problem;
  private final DepthwiseCode.Form form;
  private final Parts parts;
  private final OpenMpRegion region;
  private final int threads;
  private final SharedCode code;
  private final NativeBlock memory;

  private DepthwiseConvolution(
      Problem problem,
      DepthwiseCode.Form form,
      Parts parts,
      OpenMpRegion region,
      int threads,
      SharedCode code) {
    this.problem = problem;
    this.form = form;
    this.parts = parts;
    this.region = region;
    this.threads = threads;
    this.code = code;
    memory = NativeBlock.allocate((table() + (long) rows() * DepthwiseCode.ROW) * Long.BYTES);
  }

  /**
   * Binds a convolution.
   *
   * @param vectors the instructions to use, which the processor must have
   * @param threads threads that will run it
   * @param source where the images lie
   * @param target where the output goes
   * @param memory to check code in that this process has not used yet
   * @return the convolution, or nothing if code cannot be made executable here or computes wrong
   *     values
   */
  public static Optional<DepthwiseConvolution> bind(
      Problem problem,
      VectorSet vectors,
      int threads,
      Place source,
      Place target,
      CheckMemory memory) {
    return OpenMpRegion.find()
        .flatMap(region -> bind(problem, vectors, threads, source, target, memory, region));
  }

  private static Optional<DepthwiseConvolution> bind(
      Problem problem,
      VectorSet vectors,
      int threads,
      Place source,
      Place target,
      CheckMemory checks,
      OpenMpRegion region) {
    Parts parts =
        Parts.of(vectors.lanes(), problem.channels(), problem.batch() * problem.height(), threads);
    var form =
        new DepthwiseCode.Form(
            vectors,
            problem.filter(),
            parts.channels(),
            problem.width(),
            problem.inputWidth(),
            problem.left(),
            source.pitch(),
            target.pitch(),
            problem.ending());
    WorkerLoop loop = WorkerLoop.of(threads, region);
    Optional<SharedCode> code =
        SharedCode.of(
            List.of(DepthwiseCode.class, form.key(), loop.key()),
            () -> DepthwiseCode.of(form, loop));
    if (code.isEmpty() || !isTrusted(form, loop, code.get(), checks)) {
      code.ifPresent(SharedCode::close);
      return Optional.empty();
    }
    var convolution = new DepthwiseConvolution(problem, form, parts, region, threads, code.get());
    convolution.fill(source, target);
    return Optional.of(convolution);
  }

  /** Whether the code is right, which is found out once. */
  private static boolean isTrusted(
      DepthwiseCode.Form form, WorkerLoop loop, SharedCode code, CheckMemory checks) {
    boolean trusted = DepthwiseCheck.passes(form, loop.workers(), code.address(), checks);
    if (!trusted) {
      LoggerFactory.getLogger(DepthwiseConvolution.class)
          .warn(
              "code for a depthwise convolution computes wrong values on this machine, so oneDNN"
                  + " computes it; please report this: {}",
              form);
    }
    return trusted;
  }

  private int rows() {
    return problem.batch() * parts.count() * problem.height();
  }

  private int table() {
    return threads * WorkerLoop.ARGUMENTS;
  }

  private LongBuffer words() {
    return NativeValues.bytes(memory.address(), memory.bytes()).asLongBuffer();
  }

  private void fill(Place source, Place target) {
    LongBuffer words = words();
    for (int worker = 0; worker < threads; worker++) {
      int first = (int) ((long) rows() * worker / threads);
      int next = (int) ((long) rows() * (worker + 1) / threads);
      int at = worker * WorkerLoop.ARGUMENTS;
      long row = table() + (long) first * DepthwiseCode.ROW;
      words.put(at + DepthwiseCode.TABLE, memory.address() + row * Long.BYTES);
      words.put(at + DepthwiseCode.ROWS, next - first);
    }
    int side = problem.filter().side();
    for (int i = 0; i < rows(); i++) {
      int y = i % problem.height();
      int part = i / problem.height() % parts.count();
      int image = i / problem.height() / parts.count();
      int start = y * problem.filter().stride() - problem.top();
      int skipped = Math.min(side, Math.max(0, -start));
      int taps = Math.max(0, Math.min(side, problem.inputHeight() - start) - skipped);
      long from = ((long) image * problem.inputHeight() + start + skipped) * problem.inputWidth();
      long to = ((long) image * problem.height() + y) * problem.width();
      int at = table() + i * DepthwiseCode.ROW;
      int channel = parts.first(part);
      words.put(at + DepthwiseCode.SOURCE, source.at(from - problem.left(), channel));
      words.put(at + DepthwiseCode.TARGET, target.at(to, channel));
      words.put(at + DepthwiseCode.SKIPPED, (long) skipped * form.rowWeights());
      words.put(at + DepthwiseCode.TAPS, taps);
    }
  }

  /** How its weights lie in memory. */
  public DepthwiseWeights weights() {
    return new DepthwiseWeights(problem.filter(), form.vectors().lanes(), problem.channels());
  }

  /**
   * Says where the weights lie.
   *
   * @param weights address of weights that {@link DepthwiseWeights#fill} wrote
   */
  public void use(long weights) {
    LongBuffer words = words();
    for (int i = 0; i < rows(); i++) {
      int part = i / problem.height() % parts.count();
      words.put(
          table() + i * DepthwiseCode.ROW + DepthwiseCode.WEIGHTS,
          weights + parts.first(part) / form.vectors().lanes() * (long) form.vectorWeights());
    }
  }

  /** Computes the output. */
  public void run() {
    region.run(function(), arguments(), threads);
  }

  /** The address of the code. */
  long function() {
    return code.address();
  }

  /** The address that the code wants as its argument. */
  long arguments() {
    return memory.address();
  }

  /** Gives code and memory back. It must not be running. */
  @Override
  public void close() {
    code.close();
    memory.close();
  }
}
