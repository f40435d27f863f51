package io.blockwork.engine.winograd;

import io.blockwork.engine.winograd.WeightsCode.Form;
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
 * A 3x3 convolution of stride 1, bound to memory: its code, and for every tile the addresses of the
 * pixels that it reads and writes ({@link TileTables}). Pixels outside the images are read from
 * zeros and written to a place that nobody reads.
 *
 * <p>Used by one thread at a time; the code itself runs on OpenMP's threads.
 */
public final class WinogradConvolution implements AutoCloseable {
  /**
   * The convolution.
   *
   * @param tile the tile
   * @param batch images
   * @param in input channels, at least 16
   * @param out output channels, at least 16
   * @param inputHeight rows of the images
   * @param inputWidth columns of the images
   * @param height rows of the output
   * @param width columns of the output
   * @param top rows of zeros above
   * @param left columns of zeros before
   * @param sum whether the output is added to what is in the target; then {@code out} is a multiple
   *     of 16
   * @param clip what is done with the output at last
   * @param turned whether the kernel is turned by 180 degrees, as the gradient of an input needs it
   */
  public record Problem(
      Tile tile,
      int batch,
      int in,
      int out,
      int inputHeight,
      int inputWidth,
      int height,
      int width,
      int top,
      int left,
      boolean sum,
      Clip clip,
      boolean turned) {

    int tilesDown() {
      return (height + tile.outputs() - 1) / tile.outputs();
    }

    int tilesAcross() {
      return (width + tile.outputs() - 1) / tile.outputs();
    }

    int tiles() {
      return batch * tilesDown() * tilesAcross();
    }
  }

  /** What is done with the output at last. */
  public enum Clip {
    /** Nothing. */
    NONE(Ending.NOTHING),
    /** {@code max(0, x)}. */
    RELU(Ending.RELU),
    /** {@code min(max(0, x), 6)}. */
    RELU6(Ending.RELU6);

    private final Ending ending;

    Clip(Ending ending) {
      this.ending = ending;
    }
  }

  private final Problem problem;
  private final Work work;
  private final LayerCode.Form form;
  private final OpenMpRegion region;
  private final int threads;
  private final SharedCode code;

  /** Of the weights: the check has it written, and who packs the weights finds it here. */
  private final SharedCode transform;

  private final NativeBlock memory;
  private final Layout layout;

  private WinogradConvolution(
      Problem problem,
      Work work,
      LayerCode.Form form,
      OpenMpRegion region,
      int threads,
      SharedCode code,
      SharedCode transform,
      NativeBlock memory,
      Layout layout) {
    this.problem = problem;
    this.work = work;
    this.form = form;
    this.region = region;
    this.threads = threads;
    this.code = code;
    this.transform = transform;
    this.memory = memory;
    this.layout = layout;
  }

  /**
   * Binds a convolution.
   *
   * @param problem its sizes
   * @param vectors the instructions to use, which the processor must have
   * @param threads threads that will run it
   * @param source where the images lie
   * @param target where the output goes
   * @param memory to check code in that this process has not used yet
   * @return the convolution, or nothing if code cannot be made executable here
   */
  public static Optional<WinogradConvolution> bind(
      Problem problem,
      VectorSet vectors,
      int threads,
      Pixels source,
      Pixels target,
      CheckMemory memory) {
    return OpenMpRegion.find()
        .flatMap(region -> bind(problem, vectors, threads, source, target, memory, region));
  }

  private static Optional<WinogradConvolution> bind(
      Problem problem,
      VectorSet vectors,
      int threads,
      Pixels source,
      Pixels target,
      CheckMemory checks,
      OpenMpRegion region) {
    Work work = Work.of(problem, vectors, threads);
    var form =
        new LayerCode.Form(
            vectors,
            problem.tile(),
            problem.in(),
            problem.out() / work.parts(),
            work.parts(),
            work.tiles(),
            source.step(),
            target.step(),
            problem.sum(),
            problem.clip().ending);
    var loop = WorkerLoop.of(work.parts() * work.columns(), region);
    Form weights = weights(problem, vectors);
    Optional<SharedCode> code =
        SharedCode.of(
            List.of(LayerCode.class, form.key(), loop.key()), () -> LayerCode.of(form, loop));
    Optional<SharedCode> transform = code.flatMap(c -> WinogradWeights.code(weights, 1, region));
    boolean bound = false;
    try {
      if (transform.isEmpty() || !isTrusted(form, weights, loop, code.get(), checks)) {
        return Optional.empty();
      }
      var layout = new Layout(problem, work, form, source, target);
      NativeBlock memory = NativeBlock.allocate(layout.bytes);
      bound = true;
      return Optional.of(
          new WinogradConvolution(
              problem, work, form, region, threads, code.get(), transform.get(), memory, layout));
    } finally {
      if (!bound) {
        code.ifPresent(SharedCode::close);
        transform.ifPresent(SharedCode::close);
      }
    }
  }

  /** Whether the code is right, which is found out once. */
  private static boolean isTrusted(
      LayerCode.Form form, Form weights, WorkerLoop loop, SharedCode code, CheckMemory checks) {
    boolean trusted = LayerCheck.passes(form, weights, loop.workers(), code.address(), checks);
    if (!trusted) {
      LoggerFactory.getLogger(WinogradConvolution.class)
          .warn(
              "code for a Winograd convolution computes wrong values on this machine, so the layer"
                  + " is computed directly; please report this: {}",
              form);
    }
    return trusted;
  }

  private static Form weights(Problem problem, VectorSet vectors) {
    return new Form(vectors, problem.tile(), problem.in(), problem.out(), problem.turned());
  }

  /** The form of the weights that this wants. */
  public WinogradWeights.Layout weights() {
    return new WinogradWeights.Layout(weights(problem, form.vectors()));
  }

  /** Bytes of zeros that this reads. */
  public long zeroBytes() {
    return layout.zeroBytes;
  }

  /** Bytes that this writes while it runs, and that others may use before and after. */
  public long scratchBytes() {
    return layout.allScratch;
  }

  /**
   * Says where the memory is that convolutions which run one after another share: it stays in the
   * cache from one to the next.
   *
   * @param tables of the tiles' addresses, which have to live as long as this
   * @param zeros address of {@link #zeroBytes} bytes of zeros
   * @param scratch address of {@link #scratchBytes} bytes, on a cache line
   */
  public void share(TileTables tables, long zeros, long scratch) {
    layout.fill(tables, memory.address(), zeros, scratch);
  }

  /**
   * Says where weights and bias lie, after {@link #share}.
   *
   * @param weights address of the transformed weights, in the form of {@link #weights}
   * @param bias address of one float for each output channel
   */
  public void use(long weights, long bias) {
    LongBuffer words =
        NativeValues.bytes(memory.address(), (long) workers() * WorkerLoop.ARGUMENTS * Long.BYTES)
            .asLongBuffer();
    for (int worker = 0; worker < workers(); worker++) {
      int first = worker * WorkerLoop.ARGUMENTS;
      int p = worker % work.parts();
      words.put(first + LayerCode.WEIGHTS, weights + (long) p * form.pointBytes());
      words.put(first + LayerCode.BIAS, bias + (long) p * form.out() * Float.BYTES);
    }
  }

  private int workers() {
    return work.parts() * work.columns();
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
    transform.close();
    memory.close();
  }

  /** The sizes of the memory that a convolution needs, and the addresses that it is told. */
  private static final class Layout {
    private static final long LINE = 64;

    private final Problem problem;
    private final Work work;
    private final LayerCode.Form form;
    private final Pixels source;
    private final Pixels target;
    private final long zeroBytes;
    private final long dumpBytes;
    private final long allScratch;
    private final long bytes;

    Layout(Problem problem, Work work, LayerCode.Form form, Pixels source, Pixels target) {
      this.problem = problem;
      this.work = work;
      this.form = form;
      this.source = source;
      this.target = target;
      int workers = work.parts() * work.columns();
      bytes = (long) workers * WorkerLoop.ARGUMENTS * Long.BYTES;
      zeroBytes = source.span(problem.in());
      dumpBytes = line(target.span(form.out()));
      allScratch = dumpBytes + form.scratchBytes() * workers;
    }

    private static long line(long size) {
      return (size + LINE - 1) / LINE * LINE;
    }

    void fill(TileTables tables, long base, long zeros, long scratch) {
      var read =
          new TilePixels(
              problem.tile().inputs(),
              problem.inputHeight(),
              problem.inputWidth(),
              problem.top(),
              problem.left(),
              source,
              zeros);
      long[] targets = new long[work.parts()];
      for (int part = 0; part < targets.length; part++) {
        var written =
            new TilePixels(
                problem.tile().outputs(),
                problem.height(),
                problem.width(),
                0,
                0,
                target.from(part * form.out()),
                scratch);
        targets[part] = tables.of(written, problem, allTiles());
      }
      long sources = tables.of(read, problem, allTiles());
      arguments(base, scratch + dumpBytes, sources, targets);
    }

    private int allTiles() {
      return work.groups() * work.tiles();
    }

    private void arguments(long base, long scratch, long sources, long... targets) {
      int points = problem.tile().points();
      int outputs = problem.tile().outputs();
      int workers = work.parts() * work.columns();
      LongBuffer words = NativeValues.bytes(base, bytes).asLongBuffer();
      for (int worker = 0; worker < workers; worker++) {
        int part = worker % work.parts();
        int column = worker / work.parts();
        long from = (long) work.groups() * column / work.columns();
        long to = (long) work.groups() * (column + 1) / work.columns();
        long own = scratch + worker * form.scratchBytes();
        int first = worker * WorkerLoop.ARGUMENTS;
        words.put(first + LayerCode.SOURCES, sources + from * work.tiles() * points * Long.BYTES);
        words.put(first + LayerCode.GROUPS, to - from);
        words.put(first + LayerCode.TRANSFORMED, own);
        words.put(first + LayerCode.PRODUCTS, own + form.transformedBytes());
        words.put(first + LayerCode.SPILL, own + form.transformedBytes() + form.productBytes());
        words.put(
            first + LayerCode.TARGETS,
            targets[part] + from * work.tiles() * outputs * outputs * Long.BYTES);
      }
    }
  }
}
